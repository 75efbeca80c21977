"""Tables of analyses as CSV files: a head line, full precision, an empty cell for None."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from tabib.records.files import write_atomically

_FORMULA = re.compile(r"(^|[\t\r\n;,|])(?=[=+\-@\t\r\n＝＋－＠])")
"""Where a formula can begin: at the start of a cell, and behind what a spreadsheet may take for the end of one."""


def spreadsheet_safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what would be one (OWASP)."""
    return _FORMULA.sub(r"\1'", text)


def csv_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """The columns are those given or the keys of all rows, in the order in which they first come.

    Empty for no rows, where no columns are given.
    """
    if not rows and not columns:
        return ""
    columns = columns or list(dict.fromkeys(key for row in rows for key in row))
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """Write one table, atomically."""
    write_atomically(path, csv_text(rows, columns))
