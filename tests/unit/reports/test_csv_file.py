"""Tables of analyses as CSV: complete, exact, and none is no zero."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tabib.reports.csv_file import csv_text, spreadsheet_safe, write_csv


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


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("-5 °C", "'-5 °C"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t'=1"),
        ("a;=1", "a;'=1"),
        ("a\n+1", "a\n'+1"),
        ("5-10 mg, 3 = 3", "5-10 mg, 3 = 3"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(text: str, safe: str) -> None:
    assert spreadsheet_safe(text) == safe


def test_columns_may_be_given() -> None:
    assert csv_text([], ("a", "b")) == "a,b\n"
    assert csv_text([{"b": 1}], ("a", "b")) == "a,b\n,1\n"
