"""Files are written whole or not at all, and what is damaged is said with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tabib.core.errors import RecordError
from tabib.records.files import read_json, read_jsonl, write_atomically, write_json, write_jsonl


def test_a_crash_while_writing_leaves_the_old_file_and_no_debris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.json"
    write_atomically(path, "old")

    def crash(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_rows_come_back_with_every_kind_of_line_separator_in_them(tmp_path: Path) -> None:
    rows = [{"text": "a\u2028b\nc\x85d\r\n"}, {"text": "é"}]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    assert read_jsonl(tmp_path / "rows.jsonl") == rows


def test_a_number_that_is_none_is_not_written_as_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "scores.json", {"f1": float("nan")})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "place"),
    [(b'{"id": 1}\n{"id": ', "rows.jsonl:2: not valid JSON"), (b"[1]\n", "rows.jsonl:1: expected a JSON object")],
)
def test_a_damaged_line_is_named(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=place):
        read_jsonl(path)


def test_an_absent_or_unreadable_file_is_an_error_of_the_record(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"absent\.json is absent"):
        read_json(tmp_path / "absent.json")
    (tmp_path / "latin.json").write_bytes(b'"\xe9"')
    with pytest.raises(RecordError, match="cannot be read"):
        read_json(tmp_path / "latin.json")
