"""From a trained run to its deployment: ``tabib analyze production``, then ``tabib predict`` as it recommends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tabib.cli.app import run as command_line
from tabib.config.load import run_config_from
from tabib.runs.run import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 200}}
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_analysis_is_shown_and_written(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["analyze", "production", str(trained), "--high-value", "DISORDER", "--target", "0.8"]
    assert command_line([*command, "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "mini_ner_en, dictionary, seed 42, test: production readiness" in shown
    assert "Recommended: code without a reader" in shown
    assert "DISORDER: F1 " in shown
    content = json.loads((tmp_path / "production.json").read_text())
    assert content["recommendation"]["strategy"] == "auto-code"
    assert content["statements"][0]["text"] in shown
    rows = read_csv(tmp_path / "production_entities.csv")
    assert [row["threshold"] for row in rows] == ["0.5", "0.6", "0.7", "0.8", "0.85", "0.9", "0.95"]
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "production_automation.png",
        "production_false_positives.png",
    }


def test_types_by_default_are_those_that_the_corpus_has(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["analyze", "production", str(trained)]) == 0
    assert (
        "the corpus does not have Disease_disorder, Therapeutic_procedure, Medication" in capsys.readouterr().err
    )
    assert command_line(["analyze", "production", str(trained), "--high-value", "DISORDR"]) == 2
    assert "the corpus has no type 'DISORDR'; did you mean 'DISORDER'" in capsys.readouterr().err


def test_on_dev_itself_nothing_is_chosen(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["analyze", "production", str(trained), "--split", "dev"]) == 0
    assert "Not ready to be deployed: there are no dev predictions" in capsys.readouterr().out
