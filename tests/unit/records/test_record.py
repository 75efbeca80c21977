"""The record of a run comes back as it was written, or says what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tabib.core.errors import RecordError
from tabib.records.record import RunError, RunRecord, read_record, write_record

RECORD = RunRecord(
    identity="ab" * 32,
    status="done",
    dataset="emea",
    task="ner_span",
    name="MiniLM",
    model="span_ner",
    weights="sentence-transformers/all-MiniLM-L6-v2",
    seed=42,
    config={"dataset": "emea"},
    labels=("ANAT", "CHEM"),
    fingerprints={"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"},
    versions={"python": "3.11"},
    hardware={"cores": 2, "gpu": None},
    threads=1,
    started="2026-01-01T00:00:00+00:00",
    finished="2026-01-01T00:01:00+00:00",
    seconds={"fit": 60.0},
    tokens={"train": 10, "train_padded": 12},
    fit={"steps": 3},
    notes=("dev split off train",),
    train_labels={"ANAT": 7, "CHEM": 0},
)


def test_a_record_comes_back_equal(tmp_path: Path) -> None:
    failed = replace(RECORD, status="failed", error=RunError("ValueError", "no", "error.txt"))
    for record in (RECORD, failed):
        write_record(tmp_path, record)
        assert read_record(tmp_path) == record


def test_a_record_from_before_labels_were_counted_does_not_know_them(tmp_path: Path) -> None:
    row = RECORD.to_json()
    del row["train_labels"]
    (tmp_path / "record.json").write_text(json.dumps(row))
    assert read_record(tmp_path) == replace(RECORD, train_labels=None)


def test_a_failed_record_has_an_error_and_no_other_has() -> None:
    with pytest.raises(ValueError, match="if and only if"):
        replace(RECORD, status="failed")
    with pytest.raises(ValueError, match="if and only if"):
        replace(RECORD, error=RunError("ValueError", "no"))


def test_what_is_not_a_run_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="is not a folder"):
        read_record(tmp_path / "nowhere")
    with pytest.raises(RecordError, match=r"has no record\.json"):
        read_record(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 99}, "written as version 99"),
        ({"seed": None, "extra": 1}, r"unknown \['extra'\]"),
        ({"status": "great"}, "status: found 'great'"),
        ({"error": {"kind": "x"}}, "damaged"),
        ({"hardware": None}, "hardware: .*damaged"),
        ({"labels": "ANAT"}, "labels: .*damaged"),
        ({"notes": [1]}, "notes.*damaged"),
        ({"threads": "2"}, "threads: .*damaged"),
        ({"seconds": {"fit": "a minute"}}, r"seconds\.fit: .*damaged"),
        ({"fingerprints": {"corpus": "c"}}, "fingerprints: .*damaged"),
        ({"fit": []}, "fit: .*damaged"),
        ({"train_labels": {"ANAT": "many"}}, r"train_labels\.ANAT: .*damaged"),
        ({"fit": {"lost": 3}}, r"fit: .*damaged"),
        ({"error": {"type": "E", "message": "m", "traceback_file": ""}}, "if and only if"),
    ],
)
def test_a_damaged_record_names_file_and_fault(tmp_path: Path, change: dict[str, object], message: str) -> None:
    (tmp_path / "record.json").write_text(json.dumps(RECORD.to_json() | change))
    with pytest.raises(RecordError, match=message) as caught:
        read_record(tmp_path)
    assert "record.json" in str(caught.value)
