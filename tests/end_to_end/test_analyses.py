"""``tabib analyze`` on a run that was trained: a dictionary, which takes seconds and makes every kind of error."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tabib.cli.app import run as command_line
from tabib.config.load import run_config_from
from tabib.core.errors import DataError
from tabib.data.load import load_corpus
from tabib.records.folder import RunFolder, read_scores
from tabib.records.record import read_record, write_record
from tabib.runs.run import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 200}}
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


@pytest.fixture
def old(trained: Path, tmp_path: Path) -> Path:
    """The same run with a record from before the labels of train were counted."""
    copy = shutil.copytree(trained, tmp_path / "old")
    write_record(copy, replace(read_record(copy), train_labels=None))
    return copy


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_types_are_shown_by_tier_and_written(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made" / "here"
    command = [
        "analyze",
        "types",
        str(trained),
        "--rare-below",
        "150",
        "--frequent-above",
        "200",
        "-o",
        str(folder),
    ]
    assert command_line(command) == 0
    shown = capsys.readouterr().out
    saved = read_scores(RunFolder(trained))["test"].scores
    f1 = saved.per_label["DISORDER"]["exact_f1"]
    line = next(line for line in shown.splitlines() if line.startswith("  DISORDER "))
    assert f" {100 * (f1.value or 0):.1f}  [" in line
    assert "frequent (> 200)" in shown
    assert max(map(len, shown.splitlines())) <= 80
    rows = {row["label"]: row for row in read_csv(folder / "types.csv")}
    assert float(rows["DISORDER"]["f1"]) == f1.value
    assert float(rows["DISORDER"]["f1_low"]) == f1.low
    assert json.loads((folder / "types.json").read_text())["run"] == "mini_ner_en, dictionary, seed 42, test"
    assert sum(int(row["NONE"]) for row in read_csv(folder / "confusion.csv")) > 0
    plots = {path.name for path in folder.glob("*.png")}
    assert plots == {"types_f1.png", "types_frequency.png", "confusion.png"}


def test_an_old_record_has_its_corpus_counted(
    old: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["analyze", "types", str(trained)]) == 0
    counted = capsys.readouterr().out
    assert command_line(["analyze", "types", str(old)]) == 0
    assert capsys.readouterr().out == counted


def test_where_the_corpus_is_another_one_there_are_no_tiers(
    old: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = load_corpus("mini_ner_en")
    monkeypatch.setattr("tabib.data.load.load_corpus", lambda *_, **__: replace(corpus, test=corpus.test[1:]))
    assert command_line(["analyze", "types", str(old)]) == 0
    said = capsys.readouterr()
    assert "1 of 60 documents of test are not there or have another gold than in the run" in said.err
    assert "all: 7 types, micro F1" in said.out


def test_an_output_that_cannot_be_is_refused(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert command_line(["analyze", "types", str(trained), "-o", str(tmp_path / "file")]) == 2
    assert f"--output: {tmp_path / 'file'} cannot be a folder" in capsys.readouterr().err


def test_errors_are_shown_and_written_and_every_entity_is_counted(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(["analyze", "errors", str(trained), "-n", "6", "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    saved = read_scores(RunFolder(trained))["test"].scores
    rows = {(row["class"], row["boundary"]): row for row in read_csv(tmp_path / "errors.csv")}
    assert float(rows["exact", ""]["of_gold"]) == saved.metrics["exact_recall"].value
    assert float(rows["exact", ""]["of_predicted"]) == saved.metrics["exact_precision"].value
    partial = int(rows["exact", ""]["n"]) + int(rows["boundary", ""]["n"])
    assert partial <= saved.counts["semeval_type"]["correct"]
    gold = sum(int(row["n"]) for (kind, boundary), row in rows.items() if kind != "spurious" and not boundary)
    assert f"{gold} gold and " in shown
    examples = read_csv(tmp_path / "examples.csv")
    assert len(examples) == 6
    assert all((row["gold_text"] or row["predicted_text"]) in row["context"] for row in examples)
    assert "6 errors in context" in shown
    content = json.loads((tmp_path / "errors.json").read_text())
    assert content["patterns"]["tried"] == len(read_csv(tmp_path / "patterns.csv")) > 0


def test_the_same_seed_shows_the_same_examples(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for seed in ("1", "1", "2"):
        assert command_line(["analyze", "errors", str(trained), "--seed", seed]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] != shown[2]


def test_without_its_corpus_a_run_still_has_classes_and_lengths(
    trained: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: object, **__: object) -> None:
        raise DataError("the corpus 'mini_ner_en' was not found. Looked for:\n  somewhere")

    monkeypatch.setattr("tabib.data.load.load_corpus", absent)
    assert command_line(["analyze", "errors", str(trained)]) == 0
    said = capsys.readouterr()
    assert "no examples, and no patterns of writing and vocabulary: the corpus 'mini_ner_en' was not" in said.err
    assert "not looked at: writing, vocabulary, word" in said.out
    assert "errors in context" not in said.out
    assert "  missed " in said.out


def test_a_run_of_another_task_is_refused(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = {"dataset": "mini_triage_pl", "model": "majority", "evaluation": {"resamples": 10}}
    other = run(run_config_from(content, "test"), runs=trained.parent).folder.path
    assert command_line(["analyze", "errors", str(other)]) == 2
    assert "expected a run of entities (ner_span, ner_token)" in capsys.readouterr().err


def test_analyses_do_not_load_torch(trained: Path) -> None:
    program = """
import sys
from tabib.cli.app import run
assert run(["analyze", "errors", sys.argv[1]]) == run(["analyze", "types", sys.argv[1]]) == 0
assert "torch" not in sys.modules and "transformers" not in sys.modules, "analyses need no torch"
assert "matplotlib" not in sys.modules, "nothing was drawn"
"""
    subprocess.run([sys.executable, "-c", program, str(trained)], check=True, capture_output=True)
