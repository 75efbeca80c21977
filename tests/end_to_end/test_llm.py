"""A language model goes through train and eval as any model does: nothing is trained, every item is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tabib.config.load import load_run_config
from tabib.core.errors import BudgetError, ConfigError
from tabib.data.load import SHIPPED, load_corpus
from tabib.models.decoders.llm import Llm
from tabib.runs.prepare import prepare
from tabib.runs.run import run
from tabib.runs.stages import build

DOCUMENTS = 5
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "scored": ("mini_triage_fr", {}),
    "written": ("mini_triage_fr", {"scoring": "generate", "shots": 2, "max_tokens": 4}),
    "questions": ("mini_mcqa_fr", {"max_tokens": 4}),
    "pairs": ("mini_pairs_fr", {"max_tokens": 4, "shots": 1}),
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the first documents of three shipped corpora; it is the current one."""
    for name in {corpus for corpus, _ in SETTINGS.values()}:
        (tmp_path / "data" / name).mkdir(parents=True)
        for path in (SHIPPED / name).iterdir():
            lines = path.read_text(encoding="utf-8").split("\n")
            kept = lines[: DOCUMENTS + (path.suffix == ".tsv")]
            (tmp_path / "data" / name / path.name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("TABIB_CACHE", raising=False)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_every_item_is_answered_or_counted(name: str, small: Path, tiny_llm: Path) -> None:
    dataset, settings = SETTINGS[name]
    content = {
        "model": "vllm_classification",
        "dataset": dataset,
        "data_dir": "data",
        "model_name_or_path": str(tiny_llm),
        "backend_args": settings,
        "threads": 1,
        "evaluation": {"resamples": 20},
    }
    (small / "run.yaml").write_text(yaml.safe_dump(content))
    config = load_run_config(small / "run.yaml")
    run(config, stages="fit")
    finished = run(config, stages="evaluate")
    assert finished.record.model == "llm"
    items = finished.scores["test"].items
    assert items.ok + items.unparsed + items.truncated + items.failed == DOCUMENTS
    assert items.failed == 0
    if name == "scored":
        assert items.ok == DOCUMENTS
    if name == "written":  # random weights write no label
        assert items.unparsed == DOCUMENTS
    lines = finished.folder.predictions("test").read_text(encoding="utf-8").splitlines()
    assert all("status" in json.loads(line) for line in lines)
    assert finished.record.tokens["prompt"] > 0
    for split in ("dev", "test"):
        assert any(note.startswith(f"{split}: asked by transformers: 5 req") for note in finished.record.notes)
    assert list((finished.folder.path / "responses").glob("*.jsonl"))


@pytest.mark.slow
def test_a_run_that_was_cut_off_asks_only_what_is_left(small: Path, tiny_llm: Path) -> None:
    content = {
        "model": "llm",
        "dataset": "mini_triage_fr",
        "data_dir": "data",
        "model_name_or_path": str(tiny_llm),
        "threads": 1,
        "evaluation": {"resamples": 20},
    }
    (small / "run.yaml").write_text(yaml.safe_dump(content))
    config = load_run_config(small / "run.yaml")
    folder = run(config).folder
    folder.record.unlink()  # as if it had been killed before its end, dev and test answered
    again = run(config)
    for split in ("dev", "test"):
        assert any(
            note.startswith(f"{split}: ") and "5 requests (5 stored before" in note for note in again.record.notes
        )


@pytest.mark.slow
def test_tokens_and_budget_are_the_runs_however_often_it_was_cut_off(small: Path, tiny_llm: Path) -> None:
    content = {
        "model": "llm",
        "dataset": "mini_triage_fr",
        "data_dir": "data",
        "model_name_or_path": str(tiny_llm),
        "threads": 1,
        "evaluation": {"resamples": 20},
    }
    (small / "run.yaml").write_text(yaml.safe_dump(content))
    config = load_run_config(small / "run.yaml")
    tokens = run(config, runs=small / "at-once").record.tokens
    taken = tokens["prompt"] + tokens["completion"]
    run(config, stages="fit", runs=small / "twice")
    assert run(config, stages="evaluate", runs=small / "twice").record.tokens == tokens

    tight = config.model_copy(update={"backend_args": {"budget_tokens": int(taken * 0.75), "batch_tokens": 300}})
    for _ in range(2):  # dev is answered, and what it took counts the second time as well
        with pytest.raises(BudgetError):
            run(tight, runs=small / "tight")
    larger = config.model_copy(update={"backend_args": {"batch_tokens": 300}})
    assert run(larger, runs=small / "tight").record.tokens == tokens


def test_prompts_are_in_the_language_of_the_corpus(small: Path, tiny_llm: Path) -> None:
    for dataset, language, words in (("mini_mcqa_en", "en", "Question:"), ("mini_mcqa_fr", "fr", "Question :")):
        content = {"model": "llm", "dataset": dataset, "model_name_or_path": str(tiny_llm)}
        (small / "run.yaml").write_text(yaml.safe_dump(content))
        prepared = prepare(load_run_config(small / "run.yaml"))
        model = build(prepared)
        assert isinstance(model, Llm)
        assert model.options.language == language
        (request,) = model.asker().requests(prepared.corpus.test[0].document)
        assert words in request.messages[0].content


def test_a_corpus_without_train_borrows_the_examples_of_another(small: Path, tiny_llm: Path) -> None:
    content = {
        "model": "llm",
        "dataset": "mini_mcqa_fr",
        "data_dir": "data",
        "model_name_or_path": str(tiny_llm),
        "backend_args": {"shots": 1, "shots_from": "mini_mcqa_en"},
    }
    (small / "run.yaml").write_text(yaml.safe_dump(content))
    config = load_run_config(small / "run.yaml")
    prepared = prepare(config)
    own, other = load_corpus("mini_mcqa_fr", data_dir="data"), load_corpus("mini_mcqa_en")
    assert prepared.train == other.train
    assert prepared.corpus.train == own.train
    alone = config.model_copy(update={"backend_args": {"shots": 1}})
    assert prepare(alone).train == own.train
    assert prepare(alone).identity != prepared.identity
    wrong = config.model_copy(update={"backend_args": {"shots": 1, "shots_from": "mini_triage_fr"}})
    with pytest.raises(ConfigError, match="'mini_triage_fr' is for classification, expected a corpus for mcqa"):
        prepare(wrong)


def test_a_fallback_to_a_server_asks_for_the_model_by_its_name(small: Path) -> None:
    content = {
        "model": "llm",
        "dataset": "mini_triage_fr",
        "model_name_or_path": "org/model",
        "backend_args": {"backend": "vllm", "backend_fallback": "openai", "base_url": "http://localhost:1/v1"},
    }
    (small / "run.yaml").write_text(yaml.safe_dump(content))
    assert load_run_config(small / "run.yaml").options().served_model == "org/model"


@pytest.mark.parametrize("stages", ["all", "evaluate"])
def test_the_backend_is_closed_when_a_run_ends(
    stages: str, small: Path, tiny_llm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tabib.models.decoders.backends.transformers import TransformersBackend

    opened: list[object] = []
    closed: list[object] = []
    close, open_ = TransformersBackend.close, TransformersBackend.open.__func__  # type: ignore[attr-defined]

    def watched_open(cls: type[TransformersBackend], *arguments: Any) -> TransformersBackend:
        opened.append(open_(cls, *arguments))
        return opened[-1]  # type: ignore[return-value]

    def watched_close(backend: TransformersBackend) -> None:
        closed.append(backend)
        close(backend)

    monkeypatch.setattr(TransformersBackend, "open", classmethod(watched_open))
    monkeypatch.setattr(TransformersBackend, "close", watched_close)
    content = {
        "model": "llm",
        "dataset": "mini_triage_fr",
        "data_dir": "data",
        "model_name_or_path": str(tiny_llm),
        "evaluation": {"resamples": 20},
    }
    (small / "run.yaml").write_text(yaml.safe_dump(content))
    config = load_run_config(small / "run.yaml")
    if stages == "evaluate":
        run(config, stages="fit")
        run(config, stages="evaluate")
    else:
        run(config)
    assert opened
    assert closed == opened
