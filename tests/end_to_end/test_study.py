"""``tabib study``: from a benchmark to a report whose every number comes from a table."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tabib.cli.app import run as command_line

BENCHMARK = """
description: Small English entities
seeds: [1, 2]
cleanup_checkpoints: false
evaluation: {resamples: 200}
datasets: {ner: [mini_ner_en]}
model_groups:
  majority: {configs: {ner: base/majority.yaml}, models: {majority: null}}
  dictionary: {configs: {ner: base/dictionary.yaml}, models: {dictionary: null}}
study:
  folder: report
  high_value_types: [DISORDER]
  speed: {batch_sizes: [1, 8], rounds: 1, documents: 4}
"""
FILES = {"report.html", "report.md", "insights.md", "statements.json", "files.json"}


def write_benchmark(folder: Path, content: str = BENCHMARK) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "benchmark.yaml").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a study has been run."""
    folder = write_benchmark(tmp_path_factory.mktemp("study"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command_line(["study", "run", ".", "--no-notebook"]) == 0
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which is the current folder."""
    copy = shutil.copytree(made, tmp_path / "study")
    monkeypatch.chdir(copy)
    return copy


def tables_of(folder: Path) -> dict[str, list[dict[str, str]]]:
    found = {}
    for path in (folder / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def statements_of(folder: Path) -> list[Mapping[str, Any]]:
    return json.loads((folder / "statements.json").read_text(encoding="utf-8"))


def test_every_form_is_written(made: Path) -> None:
    report = made / "report"
    assert {path.name for path in report.iterdir() if path.is_file()} == FILES
    names = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()} - {"files.json"}
    assert names >= set(json.loads((report / "files.json").read_text())) - {"files.json"}
    for link in re.findall(r"\]\(((?:plots|tables)/[^)]+)\)", (report / "report.md").read_text(encoding="utf-8")):
        assert (report / link).is_file(), link
    assert {"models", "pairs", "types", "errors", "thresholds", "speed_models", "production_policies"} <= set(
        tables_of(report)
    )


def test_every_number_of_every_sentence_is_the_cell_that_it_cites(made: Path) -> None:
    tables = tables_of(made / "report")
    said = statements_of(made / "report")
    cited = [cell for statement in said for cell in statement["cited"].values()]
    assert len(cited) > 50
    for cell in cited:
        found = tables[cell["table"]][cell["row"]][cell["column"]]
        assert found == ("" if cell["value"] is None else str(cell["value"])), cell


def test_a_prediction_that_changes_changes_the_text(study: Path) -> None:
    before = statements_of(study / "report")
    for path in study.glob("runs/*dictionary*/predictions/test.jsonl"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        first = next(row for row in rows if row["entities"])
        first["entities"] = []
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    after = statements_of(study / "report")
    changed = {one["section"] for one, other in zip(before, after, strict=False) if one["text"] != other["text"]}
    assert {"summary", "models", "types", "errors", "confidence", "production"} <= changed
    page = (study / "report" / "report.html").read_text(encoding="utf-8")
    markdown = (study / "report" / "report.md").read_text(encoding="utf-8")
    f1 = tables_of(study / "report")["models"][0]["f1"]
    for text in (page, markdown):
        assert f"{100 * float(f1):.1f}%" in text


def test_the_same_report_is_the_same_files(study: Path) -> None:
    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted((study / "report").rglob("*")) if path.is_file()}

    before = files()
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    assert files() == before


def test_running_again_trains_and_measures_nothing(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def runs() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in (study / "runs").rglob("*") if path.is_file()}

    before = runs()
    assert command_line(["study", "run", "benchmark.yaml", "--no-notebook"]) == 0
    assert runs() == before
    assert "4 done already, 0 to run" in capsys.readouterr().err


def test_without_texts_the_report_quotes_no_document(study: Path) -> None:
    assert "Errors in their context" in (study / "report" / "report.html").read_text(encoding="utf-8")
    assert command_line(["study", "report", ".", "study.texts=false", "--no-notebook"]) == 0
    assert "Errors in their context" not in (study / "report" / "report.html").read_text(encoding="utf-8")
    tables = tables_of(study / "report")
    assert tables["examples"] == []
    assert all(row["family"] != "word" for row in tables["patterns"])


def test_what_an_earlier_report_wrote_goes_and_other_files_stay(study: Path) -> None:
    report = study / "report"
    (report / "plots" / "old.png").write_bytes(b"")
    (report / "notes.txt").write_text("mine", encoding="utf-8")
    listed = json.loads((report / "files.json").read_text())
    (report / "files.json").write_text(json.dumps([*listed, "plots/old.png"]))
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    assert not (report / "plots" / "old.png").exists()
    assert (report / "notes.txt").read_text() == "mine"


def test_runs_that_are_not_done_are_named_first(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["study", "report", ".", "--seeds", "1,2,3", "--no-notebook"]) == 1
    report = (study / "report" / "report.md").read_text(encoding="utf-8")
    assert report.splitlines()[2].startswith("**Incomplete: 2 of 6 runs are not done;")
    assert "missing" in report
    assert "written:" in capsys.readouterr().out


def test_with_nothing_run_there_is_nothing_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_benchmark(tmp_path / "new"))
    assert command_line(["study", "report", "."]) == 2
    assert "no run of mini_ner_en is done" in capsys.readouterr().err
    assert not (tmp_path / "new" / "report").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("study.dataset=mini_triage_fr", "no corpus of entities of this benchmark; expected one of mini_ner_en"),
        ("study.high_value_types=[DISORDR]", "DISORDER"),
        ("study.treshold=0.5", "threshold"),
        ("study.candidates=[dictionry]", "no model 'dictionry'"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    change: str, message: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(study / "report")
    assert command_line(["study", "report", ".", change, "--no-notebook"]) == 2
    assert message in capsys.readouterr().err
    assert not (study / "report").exists()


def test_mistakes_are_told_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_benchmark(tmp_path / "new"))
    assert command_line(["study", "run", ".", "study.high_value_types=[DRUGS]"]) == 2
    assert "mini_ner_en has no type 'DRUGS'; did you mean 'DRUG'" in capsys.readouterr().err
    assert not (tmp_path / "new" / "runs").exists()


def test_a_benchmark_of_other_tasks_is_no_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = BENCHMARK.replace("mini_ner_en", "mini_triage_fr").replace("dictionary", "tfidf")
    monkeypatch.chdir(write_benchmark(tmp_path / "new", content))
    assert command_line(["study", "run", "."]) == 2
    assert "none is of entities" in capsys.readouterr().err


def test_a_folder_without_a_benchmark_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["study", "run", str(tmp_path)]) == 2
    assert str(tmp_path / "benchmark.yaml") in capsys.readouterr().err
