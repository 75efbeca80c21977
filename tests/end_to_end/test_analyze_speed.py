"""``tabib analyze speed`` on a trained dictionary, in a process of its own; no test depends on how fast it is."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tabib.cli.app import run as command_line
from tabib.config.load import run_config_from
from tabib.records.speed import read_speed
from tabib.runs.run import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 20}}
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


@pytest.mark.slow
def test_speed_is_measured_once_shown_again_and_written(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["analyze", "speed", str(trained), "--notes", "500", "-o", str(tmp_path)]
    options = ["--batch-size", "1", "--batch-size", "4", "--documents", "3", "--repeats", "1"]
    assert command_line([*command, *options]) == 0
    shown = capsys.readouterr()
    assert "mini_ner_en, dictionary, seed 42, test" in shown.out
    assert "500 notes" in shown.out
    assert "own, one document at a time" in shown.err
    measured = read_speed(trained)
    assert measured is not None
    assert (measured.documents, measured.batch_sizes, measured.complete) == (3, (1, 4), True)

    assert command_line(command) == 0
    again = capsys.readouterr()
    assert f"measured before, on {measured.updated}, but it has the batch sizes 1, 4; --force" in again.err
    assert again.out == shown.out
    assert read_speed(trained) == measured

    assert {path.name for path in tmp_path.iterdir()} == {
        *("speed.json", "speed.csv", "speed_variants.csv", "speed_runs.csv", "speed.png", "speed.svg")
    }
    written = json.loads((tmp_path / "speed.json").read_text())
    assert written["measurement"] == json.loads((trained / "speed.json").read_text())
    assert written["notes"] == 500
    with (tmp_path / "speed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["variant"], row["batch_size"], row["calls"]) for row in rows] == [
        ("own", "1", "3"),
        ("own", "4", "1"),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--variant", "int4"], "variant: found 'int4', expected one of own, fp32"),
        (["--limit", "0"], "limit: found 0.0, expected seconds above 0"),
    ],
)
def test_mistakes_are_said_before_anything_is_measured(
    options: list[str], message: str, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["analyze", "speed", str(trained), "--force", *options]) == 2
    assert message in capsys.readouterr().err
