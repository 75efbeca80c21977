"""``tabib analyze confidence`` on a trained run: a dictionary, as sure as its forms were precise in train."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tabib.cli.app import run as command_line
from tabib.config.load import run_config_from
from tabib.records.folder import RunFolder, read_scores
from tabib.runs.run import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 200}}
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_confidences_are_shown_and_written(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["analyze", "confidence", str(trained), "--target", "0.8", "--threshold", "0", "--threshold", "0.9"]
    assert command_line([*command, "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "chosen on dev: 0." in shown
    assert "highest coverage with precision of at least 0.8" in shown
    saved = read_scores(RunFolder(trained))["test"].scores.metrics
    everything = next(row for row in read_csv(tmp_path / "thresholds.csv") if float(row["threshold"]) == 0)
    assert float(everything["precision"]) == saved["exact_precision"].value, "all kept: what tabib score says"
    assert float(everything["recall"]) == saved["exact_recall"].value
    assert float(everything["coverage"]) == 1
    chosen = {row["name"]: row for row in read_csv(tmp_path / "thresholds.csv") if row["name"]}
    assert float(chosen["sweet spot on dev"]["precision"]) >= 0.8
    content = json.loads((tmp_path / "confidence.json").read_text())
    assert content["run"] == "mini_ner_en, dictionary, seed 42, test"
    assert content["sweet_spot"]["threshold"] == float(chosen["sweet spot"]["threshold"])
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "confidence_histogram.png",
        "reliability.png",
        "precision_coverage.png",
        "risk_coverage.png",
    }


def test_on_dev_itself_nothing_is_chosen(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["analyze", "confidence", str(trained), "--split", "dev"]) == 0
    assert (
        "chosen on dev: none, there are no dev predictions, apart from what is evaluated"
        in capsys.readouterr().out
    )


def test_a_model_without_confidences_is_told_apart(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = shutil.copytree(trained, tmp_path / "silent")
    for path in (silent / "predictions").glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for row in rows:
            for entity in row["entities"]:
                entity.pop("confidence")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert command_line(["analyze", "confidence", str(silent), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "nothing can be said of confidences: the model gives no confidence with its entities" in said
    assert "precision %" not in said
    assert not list((tmp_path / "out").glob("*.png"))
    assert json.loads((tmp_path / "out" / "confidence.json").read_text())["reason"]


def test_two_rules_at_once_are_refused(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["analyze", "confidence", str(trained), "--target", "0.8", "--beta", "1"]) == 2
    assert "give one of them" in capsys.readouterr().err
    assert command_line(["analyze", "confidence", str(trained), "--target", "90"]) == 2
    assert "target: 90.0 is no precision to aim at" in capsys.readouterr().err
