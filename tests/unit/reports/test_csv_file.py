"""Tables of analyses as CSV: complete, exact, and none is no zero."""

from __future__ import annotations

import csv
from pathlib import Path

from tabib.reports.csv_file import csv_text, write_csv


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = [{"name": 'quoted "a", b', "value": 1 / 3}, {"name": "two\nlines", "value": None, "more": 0}]
    write_csv(tmp_path / "table.csv", rows)
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert read == [
        {"name": 'quoted "a", b', "value": str(1 / 3), "more": ""},
        {"name": "two\nlines", "value": "", "more": "0"},
    ]


def test_no_rows_are_an_empty_file() -> None:
    assert csv_text([]) == ""
