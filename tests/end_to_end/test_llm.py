"""A language model goes through train and eval as any model does: nothing is trained, every item is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tabib.config.load import load_run_config
from tabib.core.errors import ConfigError
from tabib.data.load import SHIPPED, load_corpus
from tabib.runs.prepare import prepare
from tabib.runs.run import run

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
    assert any(note.startswith("asked by transformers: 5 requests") for note in finished.record.notes)
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
    assert any("10 requests (10 stored before" in note for note in again.record.notes)


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
