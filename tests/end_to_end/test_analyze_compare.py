"""``tabib analyze compare`` on runs that were trained: two dictionaries and the majority baseline, in seconds."""

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

SPEEDS = ["--speed", "dictionary=200", "--speed", "sure words=400"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two seeds of a dictionary, one of a dictionary that keeps only forms that it is sure of, one majority."""
    folder = tmp_path_factory.mktemp("runs")
    base = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 200}}
    sure = base | {"backend_args": {"min_precision": 0.9}}
    configs = [
        ("dictionary", base | {"seed": 42}),
        ("dictionary", base | {"seed": 43}),
        ("sure words", sure),
        ("majority", base | {"model": "majority"}),
    ]
    return [run(run_config_from(config, "test"), runs=folder, name=name).folder.path for name, config in configs]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compare(paths: list[Path], *options: str) -> int:
    return command_line(["analyze", "compare", *map(str, paths), *options])


def test_models_are_compared_and_one_is_chosen(
    trained: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(trained, *SPEEDS, "-o", str(tmp_path)) == 0
    shown = capsys.readouterr().out
    saved = read_scores(RunFolder(trained[0]))["test"].scores.primary_score
    models = {row["model"]: row for row in read_csv(tmp_path / "models.csv")}

    assert list(models)[-1] == "majority"
    assert float(models["dictionary"]["f1"]) == saved.value
    assert (models["dictionary"]["seeds"], models["sure words"]["seeds"]) == ("2", "1")
    assert len(read_csv(tmp_path / "pairs.csv")) == 3
    assert {row["label"] for row in read_csv(tmp_path / "best_by_type.csv")} >= {"DISORDER"}
    (choice,) = read_csv(tmp_path / "selection_choice.csv")
    assert f"{choice['model']} is chosen of 2 candidates" in shown
    assert "majority is no candidate: it is the majority baseline." in shown
    assert [row["model"] for row in read_csv(tmp_path / "tradeoffs.csv")] == [choice["model"]]
    content = json.loads((tmp_path / "comparison.json").read_text())
    assert all(statement["text"] in shown for statement in content["statements"])
    assert {path.name for path in tmp_path.glob("*.png")} == {"score_speed.png", "pairs.png"}


def test_weights_and_candidates_change_the_choice(trained: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    chosen = []
    for options in (["--weight", "speed=1"], ["--weight", "speed=1", "--candidate", "dictionary"]):
        assert compare(trained, *SPEEDS, *options) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if " is chosen" in line]
        chosen.append(line.split(" is chosen")[0])
    assert chosen == ["sure words", "dictionary"]


def test_one_run_is_compared_with_nothing(trained: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(trained[:1]) == 0
    assert "dictionary is chosen: it is the only candidate" in capsys.readouterr().out


def test_without_dev_predictions_nothing_is_chosen(
    trained: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copies = [Path(shutil.copytree(path, tmp_path / path.name)) for path in trained]
    for copy in copies:
        RunFolder(copy).predictions("dev").unlink()
    assert compare(copies) == 0
    assert "No model is chosen: no model has dev predictions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--weight", "score"], "--weight: found 'score'; expected a name and a number"),
        (["--weight", "sped=1"], "no criterion 'sped'; did you mean 'speed'"),
        (["--speed", "dictionnary=3"], "no model 'dictionnary' among the runs; did you mean 'dictionary'"),
        (["--speed", "dictionary=0"], "found 0 documents per second"),
        (["--candidate", "majorty"], "no model 'majorty'; did you mean 'majority'"),
        (["--rare-below", "2000"], "tiers: rare below 2000"),
    ],
)
def test_mistakes_are_answered(
    trained: list[Path], options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(trained, *options) == 2
    assert message in capsys.readouterr().err


def test_the_same_run_twice_is_refused(trained: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert compare([trained[0], trained[0]]) == 2
    assert "two runs of 'dictionary' have the seed 42" in capsys.readouterr().err


def test_speeds_that_were_measured_are_used(
    trained: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copies = [Path(shutil.copytree(path, tmp_path / path.name)) for path in trained]
    for path in copies[:3]:
        command = ["analyze", "speed", str(path), "--documents", "2", "--repeats", "1", "--batch-size", "2"]
        assert command_line(command) == 0
    capsys.readouterr()
    assert compare(copies) == 0
    shown = capsys.readouterr().out

    assert "documents per second with the weight 0.2" in shown
    assert "Speed did not count" not in shown
