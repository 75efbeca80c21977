"""train, eval, score and predict: one run and what can be done with it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import load_run_config
from tabib.data.formats.brat import read_brat
from tabib.records.folder import RunFolder
from tabib.records.record import read_record
from tabib.runs.environment import hardware
from tabib.runs.prepare import prepare
from tabib.runs.stages import Clock, build, fit_stage

Study = Any  # of conftest.py, which cannot be imported


def only_run(study: Study) -> Path:
    (run,) = study.runs.iterdir()
    return run


@pytest.mark.parametrize("model", ["text", "tfidf", "majority"])
def test_train_then_eval(study: Study, model: str) -> None:
    overrides = [] if model == "text" else [f"model={model}", "backend_args=null"]
    early = study.call("eval", "run.yaml", *overrides)
    assert early.code == 2
    assert "not trained" in early.err
    assert not study.runs.exists()

    trained = study.call("train", "run.yaml", *overrides)
    assert trained.code == 0, trained.err
    assert "mini_triage_fr, dev: 6 documents" in trained.out
    run = only_run(study)
    assert read_record(run).status == "trained"
    assert not (run / "gold" / "test.jsonl").exists()

    evaluated = study.call("eval", "run.yaml", *overrides)
    assert evaluated.code == 0, evaluated.err
    assert "mini_triage_fr, test: 6 documents" in evaluated.out
    record = read_record(run)
    assert record.status == "done"
    assert record.fingerprints["corpus"]
    assert bool(record.fingerprints["weights"]) == (model == "text")
    assert record.documents == {"train": 12, "dev": 6, "test": 6}
    assert record.versions["python"]
    assert record.hardware["cores"] == hardware()["cores"]
    assert {"fit", "predict_dev", "predict_test"} <= set(record.seconds)

    before = study.tree()
    assert study.call("train", "run.yaml", *overrides).code == 0
    assert study.call("eval", "run.yaml", *overrides).code == 0
    assert study.tree() == before, "all of it was there"


def test_other_bootstrap_other_intervals_same_run(study: Study) -> None:
    tfidf = ["model=tfidf", "backend_args=null"]
    study.call("train", "run.yaml", *tfidf)
    study.call("eval", "run.yaml", *tfidf)
    run = only_run(study)
    predictions = (run / "predictions" / "test.jsonl").stat().st_mtime_ns
    said = study.call("eval", "run.yaml", *tfidf, "evaluation.resamples=0")
    assert said.code == 0, said.err
    assert "[" not in said.out.split("run:")[0], "no intervals"
    assert only_run(study) == run
    assert (run / "predictions" / "test.jsonl").stat().st_mtime_ns == predictions


class Sealed:
    """A test split whose size may be known and whose examples may not."""

    def __len__(self) -> int:
        return 6

    def __iter__(self) -> Any:
        raise AssertionError("test was looked at while fitting")

    def __getitem__(self, index: Any) -> Any:
        raise AssertionError("test was looked at while fitting")


@pytest.mark.parametrize("model", ["text", "tfidf"])
def test_fitting_does_not_look_at_test(study: Study, model: str) -> None:
    config = load_run_config("run.yaml", [] if model == "text" else ["model=tfidf", "backend_args=null"])
    prepared = prepare(config)
    sealed = replace(prepared, corpus=replace(prepared.corpus, test=Sealed()))
    record = fit_stage(sealed, build(sealed), RunFolder(study.folder / "run"), "name", 1, Clock())
    assert record.status == "trained"
    assert record.documents["test"] == 6


def test_what_determines_the_result_makes_another_run_and_nothing_else_does(study: Study) -> None:
    def identity(*overrides: str) -> str:
        return prepare(load_run_config("run.yaml", overrides)).identity.hash

    same = identity()
    for overrides in (["threads=2"], ["description=other"], ["evaluation.split=dev"], ["training.output_dir=x"]):
        assert identity(*overrides) == same, overrides
    others = [
        identity("seed=2"),
        identity("training.max_steps=4"),
        identity("backend_args.pooling=max"),
        identity("model=tfidf", "backend_args=null"),
    ]
    path = study.folder / "data" / "mini_triage_fr" / "test.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("test-001", "test-0001"), encoding="utf-8")
    assert len({same, *others, identity()}) == 6


SCORE = """
import sys
from tabib.cli.app import run
code = run(["score", sys.argv[1]])
assert "torch" not in sys.modules and "transformers" not in sys.modules, "scores need no torch"
sys.exit(code)
"""


def test_score_gives_the_same_numbers_without_torch(study: Study) -> None:
    study.call("train", "run.yaml")
    study.call("eval", "run.yaml")
    run = only_run(study)
    saved = (run / "scores.json").read_bytes()
    (run / "scores.json").unlink()
    done = subprocess.run(
        [sys.executable, "-c", SCORE, str(run)], cwd=study.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (run / "scores.json").read_bytes() == saved
    assert "mini_triage_fr, text-" in done.stdout


def test_score_of_a_damaged_run_says_what_is_damaged(study: Study) -> None:
    study.call("train", "run.yaml", "model=majority", "backend_args=null")
    path = only_run(study) / "predictions" / "dev.jsonl"
    path.write_text(path.read_text().replace('"status": "ok"', '"status": "fine"', 1))
    said = study.call("score", path.parent.parent)
    assert said.code == 2
    assert "dev.jsonl:1: 'fine' is not a valid Status" in said.err
    path.write_text(path.read_text().split("\n", 1)[1])
    assert "1 absent" in study.call("score", path.parent.parent).err


def test_texts_in_pieces_are_scored_and_annotated_whole(study: Study) -> None:
    """The pieces of ``preprocessing`` show in what was learnt and found, never in what is scored or written."""
    study.edit("run.yaml", extends="majority.yaml", dataset="mini_ner_fr", model="dictionary")
    window = "preprocessing={unit: window, size: 12}"
    for overrides in ([], [window]):
        assert study.call("train", "run.yaml", *overrides).code == 0
        assert study.call("eval", "run.yaml", *overrides).code == 0
    runs = sorted(study.runs.iterdir(), key=lambda run: read_record(run).finished)
    assert len(runs) == 2, "another preprocessing is another run"
    whole, cut = (read_record(run) for run in runs)
    assert whole.config["preprocessing"] == {"unit": "document", "size": None, "overlap": 0}
    assert cut.config["preprocessing"] == {"unit": "window", "size": 12, "overlap": 0}
    assert (whole.fit or {})["lost"] == {}
    assert (cut.fit or {})["lost"]["crosses a cut of preprocessing"] > 0
    assert whole.documents == cut.documents
    assert any(note.startswith("test: read in pieces (window of 12 characters): ") for note in cut.notes)
    gold = [(run / "gold" / "test.jsonl").read_bytes() for run in runs]
    assert gold[0] == gold[1], "gold is that of the whole documents"

    source = study.folder / "data" / "mini_ner_fr" / "train"
    known = sorted(source.glob("*.txt"))[0]
    found = [
        {tuple(entity["spans"][0]) for entity in json.loads(study.call("predict", run, known).out)["entities"]}
        for run in runs
    ]
    assert found[1]
    assert found[1] < found[0]
    assert all(end - start <= 12 for start, end in found[1])


def test_predict_annotates_new_texts_and_leaves_them_alone(study: Study) -> None:
    study.edit("run.yaml", extends="majority.yaml", dataset="mini_ner_fr", model="dictionary")
    assert study.call("train", "run.yaml").code == 0
    run = only_run(study)
    source = study.folder / "data" / "mini_ner_fr" / "train"
    known = sorted(source.glob("*.txt"))[0]
    new = study.folder / "new"
    new.mkdir()
    (new / "a.txt").write_bytes(b"\xef\xbb\xbf" + known.read_bytes().replace(b"\n", b"\r\n"))
    (new / "b.jsonl").write_text(json.dumps({"id": "b1", "text": known.read_text(encoding="utf-8")}) + "\n")
    before = study.tree()

    lines = [json.loads(line) for line in study.call("predict", run, "new/a.txt", "new/b.jsonl").out.splitlines()]
    assert [row["id"] for row in lines] == ["a", "b1"]
    text = known.read_text(encoding="utf-8")
    for entity in lines[1]["entities"]:
        assert entity["text"] == " ".join(text[start:end] for start, end in entity["spans"])
    assert lines[1]["entities"], "the entities of a training text are known"
    assert study.tree() == before

    said = study.call("predict", run, "new/a.txt", "new/b.jsonl", "--format", "brat", "--output", "out")
    assert said.code == 0, said.err
    assert "2 documents, " in said.err
    read = read_brat(study.folder / "out" / "b1.txt")
    confidences = {(row["label"], *map(tuple, row["spans"])): row["confidence"] for row in lines[1]["entities"]}
    by_id = {note.target: note.text for note in read.notes}
    assert by_id == {
        entity.id: f"confidence {confidences[(entity.label, *entity.spans)]:.2f}" for entity in read.entities
    }
    assert read.text == text
    assert sorted((entity.label, *map(list, entity.spans)) for entity in read.entities) == sorted(
        (row["label"], *row["spans"]) for row in lines[1]["entities"]
    )
    assert read_brat(study.folder / "out" / "a.txt").text.count("\r\n") == text.count("\n")

    before = study.tree()
    for output in ("new", "out"):
        refused = study.call("predict", run, "new/a.txt", "--format", "brat", "--output", output)
        assert refused.code == 2
        assert "choose another folder" in refused.err
    refused = study.call(
        "predict", run, "new/b.jsonl", "--format", "jsonl", "--output", "new/b.jsonl", "--overwrite"
    )
    assert refused.code == 2
    assert "is an input" in refused.err
    assert study.tree() == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"%PDF", "expected a .txt or .jsonl file"),
        ("a.jsonl", b'{"id": "1"}\n', 'a.jsonl:1: expected {"id"'),
        (
            "a.jsonl",
            b'{"id": "1", "text": "x"}\n{"id": "1", "text": "y"}\n',
            "a.jsonl:2: the id '1' was given before",
        ),
        ("a.txt", b"\xff", "not valid UTF-8"),
        ("a.txt", b"", "a.txt: the file holds no text"),
        ("a.txt", b"\xef\xbb\xbf \r\n", "a.txt: the file holds no text"),
        ("a.jsonl", b'{"id": "1", "text": "a \\ud800 b"}\n', "a.jsonl:1: the text is not Unicode"),
        ("a.jsonl", b'{"id": "\\udfff", "text": "a"}\n', "a.jsonl:1: the id is not Unicode"),
    ],
)
def test_predict_refuses_what_it_cannot_read(study: Study, name: str, content: bytes, message: str) -> None:
    study.call("train", "run.yaml", "model=majority", "backend_args=null")
    (study.folder / name).write_bytes(content)
    said = study.call("predict", only_run(study), name)
    assert said.code == 2
    assert message in said.err


def test_brat_holds_entities_only(study: Study) -> None:
    study.call("train", "run.yaml", "model=majority", "backend_args=null")
    (study.folder / "a.txt").write_text("fièvre")
    said = study.call("predict", only_run(study), "a.txt", "--format", "brat", "--output", "out")
    assert said.code == 2
    assert "use --format jsonl" in said.err


@pytest.mark.parametrize("id_", ["a\\u0000b", "x" * 300, "é" * 130, "..", "a/b", ""])
def test_an_id_that_is_no_name_of_a_file_is_refused_before_anything_is_written(study: Study, id_: str) -> None:
    study.edit("run.yaml", extends="majority.yaml", dataset="mini_ner_fr", model="dictionary")
    assert study.call("train", "run.yaml").code == 0
    (study.folder / "a.jsonl").write_text(f'{{"id": "{id_}", "text": "fièvre"}}\n')
    before = study.tree()
    said = study.call("predict", only_run(study), "a.jsonl", "--format", "brat", "--output", "out")
    assert said.code == 2
    assert "cannot name a file" in said.err
    assert study.tree() == before


def test_predictions_that_cannot_be_written_are_one_message(study: Study) -> None:
    study.edit("run.yaml", extends="majority.yaml", dataset="mini_ner_fr", model="dictionary")
    assert study.call("train", "run.yaml").code == 0
    (study.folder / "a.txt").write_text("fièvre")
    for arguments in (["--format", "brat"], ["--format", "jsonl"]):
        said = study.call("predict", only_run(study), "a.txt", "--output", "/proc/nothing/here", *arguments)
        assert said.code == 2
        assert len(said.err.splitlines()) == 1
        assert "/proc/nothing" in said.err


def test_a_damaged_model_and_a_damaged_run_are_one_message(study: Study) -> None:
    study.call("train", "run.yaml", "model=majority", "backend_args=null")
    (study.folder / "a.txt").write_text("fièvre")
    run = only_run(study)
    (run / "model" / "learner.json").write_text("")
    said = study.call("predict", run, "a.txt")
    assert said.code == 2
    assert "cannot be loaded" in said.err
    (run / "model" / "model.json").unlink()
    said = study.call("predict", run, "a.txt")
    assert "model.json is absent" in said.err
    assert "benchmark has cleaned" not in said.err
    (run / "record.json").write_text(
        (run / "record.json").read_text().replace('"hardware": {', '"hardware": 3, "x": {')
    )
    assert study.call("predict", run, "a.txt").code == 2


def test_scores_are_shown_also_where_they_cannot_be_saved(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    study.call("train", "run.yaml", "model=majority", "backend_args=null")

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("tabib.records.folder.write_scores", full)
    said = study.call("score", only_run(study))
    assert said.code == 0
    assert "f1_macro" in said.out
    assert "could not be saved: no space left" in said.err
