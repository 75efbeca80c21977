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
FILES = {"report.html", "report.md", "insights.md", "statements.json", "production.json", "files.json"}


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


def forms(value: Any) -> list[str]:
    """Every way in which a sentence may write a value."""
    if value is None:
        return ["n/a"]
    if isinstance(value, str):
        return [value]
    seconds = [f"{value / unit:.{digits}f}" for unit in (1, 60, 3600, 86400) for digits in (0, 1)]
    return [f"{value:,}", f"{value:.3g}", f"{value * 1000:.3g}", f"{100 * value:.1f}", f"{value:,.0f}", *seconds]


def test_every_form_is_written(made: Path) -> None:
    report = made / "report"
    assert {path.name for path in report.iterdir() if path.is_file()} == FILES
    names = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()} - {"files.json"}
    assert json.loads((report / "files.json").read_text()) == {
        "study": "../benchmark.yaml",
        "markdown": "",
        "files": sorted(names),
    }
    for link in re.findall(r"\]\(((?:plots|tables)/[^)]+)\)", (report / "report.md").read_text(encoding="utf-8")):
        assert (report / link).is_file(), link
    assert {"models", "pairs", "types", "errors", "thresholds", "speed_models", "production_policies"} <= set(
        tables_of(report)
    )


def test_every_number_of_every_sentence_is_the_cell_that_it_cites(made: Path) -> None:
    tables = tables_of(made / "report")
    said = statements_of(made / "report")
    cited = [(statement["text"], cell) for statement in said for cell in statement["cited"].values()]
    assert len(cited) > 50
    for text, cell in cited:
        found = tables[cell["table"]][cell["row"]][cell["column"]]
        assert found == ("" if cell["value"] is None else str(cell["value"])), cell
        assert any(written in text for written in forms(cell["value"])), (text, cell)


def test_a_prediction_that_changes_changes_the_text(study: Path) -> None:
    before = statements_of(study / "report")
    for path in study.glob("runs/*dictionary*/predictions/test.jsonl"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        first = next(row for row in rows if row["entities"])
        first["entities"] = []
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    after = statements_of(study / "report")
    for section in ("summary", "models", "types", "errors", "confidence", "production"):
        now, then = ({row["text"] for row in rows if row["section"] == section} for rows in (after, before))
        assert now - then, section
        assert then - now, section
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
    earlier = tables_of(study / "report")
    assert command_line(["study", "report", ".", "study.texts=false", "--no-notebook"]) == 0
    assert "Errors in their context" not in (study / "report" / "report.html").read_text(encoding="utf-8")
    tables = tables_of(study / "report")
    assert tables["examples"] == []
    words = {row["feature"].strip("“”") for row in earlier["patterns"] if row["family"] == "word"}
    contexts = {row["context"] for row in earlier["examples"]}
    assert words
    assert contexts
    for path in (study / "report").rglob("*"):
        if path.suffix in (".html", ".md", ".csv", ".json"):
            content = path.read_text(encoding="utf-8")
            assert not any(f"“{word}”" in content for word in words), path
            assert not any(context in content for context in contexts), path


def test_what_an_earlier_report_wrote_goes_and_other_files_stay(study: Path) -> None:
    report = study / "report"
    for name in ("plots/old.png", "notes.txt", "../notes.txt", "tables/notes.txt"):
        (report / name).write_text("mine", encoding="utf-8")
    listed = json.loads((report / "files.json").read_text())
    others = ["notes.txt", "../notes.txt", str(study / "notes.txt"), "tables", "tables/notes.txt", 3]
    listed["files"] += ["plots/old.png", *others]
    (report / "files.json").write_text(json.dumps(listed))
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    assert not (report / "plots" / "old.png").exists()
    for name in ("notes.txt", "../notes.txt", "tables/notes.txt"):
        assert (report / name).read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("study.markdown=report/insights.md", "is where the report writes insights.md"),
        ("study.markdown=report/tables/types.csv", "is where the report writes tables/types.csv"),
        ("study.markdown=mine.md", "exists, and no report of this study wrote it"),
        ("study.folder=mine", "holds report.html, and no report of this study says that it wrote this"),
        ("study.folder=other", "holds the report of ../other.yaml"),
        ("study.folder=damaged", "holds files.json, and no report"),
        ("output.json=report/statements.json", "would both write"),
    ],
)
def test_a_report_replaces_nothing_but_an_earlier_one_of_its_study(
    change: str, message: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, name, content in (
        ("mine", "report.html", "mine"),
        ("other", "files.json", json.dumps({"study": "../other.yaml", "markdown": "", "files": []})),
        ("damaged", "files.json", "{"),
        (".", "mine.md", "mine"),
    ):
        (study / folder).mkdir(exist_ok=True)
        (study / folder / name).write_text(content, encoding="utf-8")
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    assert command_line(["study", "report", ".", change, "--no-notebook"]) == 2
    assert message in capsys.readouterr().err
    assert {path: path.read_bytes() for path in study.rglob("*") if path.is_file()} == before


def test_the_markdown_page_may_stand_elsewhere(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["study", "report", ".", "study.markdown=docs/page.md", "--no-notebook"]) == 0
    page = (study / "docs" / "page.md").read_text(encoding="utf-8")
    assert "](../report/plots/types_f1.png)" in page
    assert not (study / "report" / "report.md").exists()
    assert command_line(["study", "report", ".", "study.markdown=docs/page.md", "--no-notebook"]) == 0
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    assert "page.md is of an earlier report, and still there" in capsys.readouterr().err


def test_the_recommendation_can_be_deployed(study: Path) -> None:
    (study / "note.txt").write_text("The patient was given aspirin and ibuprofen.", encoding="utf-8")
    chosen = tables_of(study / "report")["selection_choice"][0]["run"]
    command = ["predict", f"runs/{chosen}", "note.txt", "-o", "coded", "--policy", "report/production.json"]
    assert command_line(command) == 0
    assert {path.name for path in (study / "coded").iterdir()} >= {"note.ann", "review.csv"}


def test_a_study_that_deletes_its_models_is_told_what_it_loses(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        command_line(["study", "run", str(study), "cleanup_checkpoints=true", "--no-notebook", "--dry-run"]) == 0
    )
    assert "none can be deployed" in capsys.readouterr().err


def test_a_model_that_has_another_name_now_keeps_its_run_and_its_speed(study: Path) -> None:
    path = study / "benchmark.yaml"
    path.write_text(path.read_text().replace("{dictionary: null}", "{look-up: null}"), encoding="utf-8")
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    tables = tables_of(study / "report")
    choice = tables["selection_choice"][0]
    assert choice["model"] == "look-up"
    assert (study / "runs" / choice["run"]).is_dir()
    assert all(row["documents_per_second"] for row in tables["models"])


def test_a_damaged_measurement_of_speed_is_told_and_the_report_is_made(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in study.glob("runs/*dictionary--s1*/speed.json"):
        path.write_text("{", encoding="utf-8")
    assert command_line(["study", "report", ".", "--no-notebook"]) == 0
    assert "no speed of dictionary" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("study.high_value_types=[DRUGS]", "mini_ner_en has no type 'DRUGS'; did you mean 'DRUG'"),
        ("study.speed.variants=[fp99]", "variant: found 'fp99', expected one of own, fp32"),
        ("study.speed.batch_sizes=[8, 8]", "each once"),
    ],
)
def test_mistakes_are_told_before_anything_is_trained(
    change: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(write_benchmark(tmp_path / "new"))
    assert command_line(["study", "run", ".", change]) == 2
    assert message in capsys.readouterr().err
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
