"""What is missing is named at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.core.errors import DataError, ModelError
from tabib.runs.present import require_all


def config(weights: object, dataset: str = "mini_triage_fr") -> Any:
    mapping = {"dataset": dataset, "model": "text", "model_name_or_path": str(weights)}
    return run_config_from(mapping, "run.yaml")


@pytest.fixture(autouse=True)
def nothing_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TABIB_DATA", "SCRATCH"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_is_missing(tiny_encoder: Path) -> None:
    require_all([config(tiny_encoder), config(tiny_encoder)])


def test_one_missing_thing_is_its_own_error() -> None:
    with pytest.raises(ModelError, match=r"^model 'org/absent' was not found"):
        require_all([config("org/absent")])


def test_several_are_named_in_one_error() -> None:
    with pytest.raises(DataError) as caught:
        require_all([config("org/one"), config("org/two"), config("org/one", "morfitt")])
    message = str(caught.value)
    assert message.startswith("3 things are missing, and nothing was started:")
    assert all(name in message for name in ("'org/one'", "'org/two'", "'morfitt'", "github.com/qanastek/MORFITT"))


def test_the_corpus_that_lends_examples_counts(tiny_llm: Path) -> None:
    mapping = {
        "dataset": "mini_mcqa_fr",
        "model": "llm",
        "model_name_or_path": str(tiny_llm),
        "backend_args": {"shots": 2, "shots_from": "frenchmedmcqa"},
    }
    with pytest.raises(DataError, match="'frenchmedmcqa' was not found"):
        require_all([run_config_from(mapping, "run.yaml")])


@pytest.mark.parametrize(
    ("left_out", "message"), [("*.safetensors", "holds no weights"), ("tokenizer.json", "holds no tokeniser")]
)
def test_a_model_of_which_a_part_is_missing_counts(
    left_out: str, message: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_encoder, tmp_path / "half", ignore=shutil.ignore_patterns(left_out))
    with pytest.raises(ModelError, match=message):
        require_all([config(tmp_path / "half")])
