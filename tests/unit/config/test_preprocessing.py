"""How a text is cut before any model sees it: what can be written, and what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tabib.config.load import load_benchmark_config, load_run_config, run_config_from
from tabib.config.preprocessing import WHOLE, Preprocessing
from tabib.config.run import RunConfig
from tabib.core.errors import ConfigError

RUN = {"dataset": "mini_ner_fr", "model": "dictionary"}
WINDOW = {"unit": "window", "size": 1000, "overlap": 100}


def config(preprocessing: Any, **settings: Any) -> RunConfig:
    return run_config_from(RUN | settings | {"preprocessing": preprocessing}, "run.yaml")


def message(preprocessing: Any, **settings: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        config(preprocessing, **settings)
    return str(caught.value)


def test_documents_are_whole_by_default() -> None:
    assert run_config_from(RUN, "run.yaml").preprocessing == WHOLE
    assert config(None) == config("document") == config({}) == config({"unit": "document"})
    assert not WHOLE.cuts


def test_a_unit_may_be_written_as_its_name() -> None:
    assert config("sentence") == config({"unit": "sentence"})
    assert config("sentence").preprocessing.cuts


@pytest.mark.parametrize(
    ("preprocessing", "expected"),
    [
        ("phrase", "unit: found 'phrase' (text), expected 'document', 'line', 'sentence' or 'window'"),
        ("window", "preprocessing: window needs its size in characters: {unit: window, size: 1000}"),
        ({"unit": "window", "size": 0}, "size: found 0 (whole number), expected a number of at least 1"),
        ({"unit": "window", "size": 10, "overlap": 6}, "overlap: found 6, expected at most half of the size 10"),
        ({"unit": "line", "size": 10}, "size and overlap are of the unit window; found the unit line"),
        ({"unit": "line", "stride": 10}, "preprocessing.stride: unknown key"),
        (["line"], "preprocessing: found"),
    ],
)
def test_mistakes(preprocessing: Any, expected: str) -> None:
    assert expected in message(preprocessing)


@pytest.mark.parametrize(
    ("dataset", "task"), [("mini_triage_fr", "classification"), ("mini_topics_fr", "multilabel")]
)
def test_one_answer_for_a_whole_document_cannot_be_put_together(dataset: str, task: str) -> None:
    said = message("sentence", dataset=dataset, model="majority")
    assert f"preprocessing: a {task} document has one answer, which its parts do not add up to" in said
    assert "Other units are for ner_span, ner_token" in said
    assert config("document", dataset=dataset, model="majority").preprocessing == WHOLE


def test_it_is_part_of_what_a_run_means() -> None:
    specs = ("document", "line", "sentence", WINDOW, WINDOW | {"size": 500})
    meanings = [config(spec).semantic() for spec in specs]
    assert all(one != other for one in meanings for other in meanings if one is not other)


@pytest.mark.parametrize("spec", ["line", WINDOW])
def test_the_resolved_configuration_says_it(spec: Any) -> None:
    again = run_config_from(yaml.safe_load(config(spec).to_yaml()), "resolved.yaml")
    assert again.preprocessing == config(spec).preprocessing
    assert again.semantic() == config(spec).semantic()


def test_how_it_reads() -> None:
    assert [str(Preprocessing.model_validate(spec)) for spec in ("line", WINDOW, WINDOW | {"overlap": 0})] == [
        "line",
        "window of 1000 characters, overlap 100",
        "window of 1000 characters",
    ]


def test_an_override_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(RUN | {"preprocessing": "line"}))
    assert load_run_config(path, ["preprocessing=sentence"]).preprocessing.unit == "sentence"
    assert load_run_config(path, ["preprocessing={unit: window, size: 50}"]).preprocessing.size == 50
    assert load_run_config(path, ["preprocessing=null"]).preprocessing == WHOLE
    with pytest.raises(ConfigError, match=r"preprocessing: holds 'line' \(text\), which has no parts of its own"):
        load_run_config(path, ["preprocessing.size=50"])


def test_a_benchmark_takes_it_from_its_bases_and_models(tmp_path: Path) -> None:
    (tmp_path / "ner.yaml").write_text(yaml.safe_dump({"model": "dictionary", "preprocessing": "sentence"}))
    (tmp_path / "benchmark.yaml").write_text(
        yaml.safe_dump(
            {
                "datasets": {"ner": ["mini_ner_fr"]},
                "model_groups": {
                    "baselines": {
                        "configs": {"ner": "ner.yaml"},
                        "models": {"sentences": None, "windows": {"preprocessing": WINDOW}},
                    }
                },
            }
        )
    )
    cells = load_benchmark_config(tmp_path / "benchmark.yaml").cells()
    assert {cell.model_name: str(cell.config.preprocessing) for cell in cells} == {
        "sentences": "sentence",
        "windows": "window of 1000 characters, overlap 100",
    }


def test_a_name_replaces_the_sizes_of_a_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(RUN | {"preprocessing": WINDOW}))
    path = tmp_path / "run.yaml"
    path.write_text("extends: base.yaml\npreprocessing: sentence\n")
    assert load_run_config(path).preprocessing == Preprocessing(unit="sentence")
    path.write_text("extends: base.yaml\npreprocessing: {unit: sentence}\n")
    with pytest.raises(ConfigError, match="preprocessing: sentence, without a mapping, replaces"):
        load_run_config(path)


def test_an_encoder_has_nothing_to_cut_at_sentences_again() -> None:
    encoder = {"model": "token_ner", "model_name_or_path": "camembert-base"}
    idle = {"backend_args": {"unit": "document", "row_words": 8}}
    given, plain = config("sentence", **encoder, **idle), config("sentence", **encoder)
    assert given.notices == tuple(
        f"backend_args.{key} has no effect where preprocessing cuts at sentences" for key in ("row_words", "unit")
    )
    assert given.semantic() == plain.semantic()
    assert config("line", **encoder, **idle).notices == ()
