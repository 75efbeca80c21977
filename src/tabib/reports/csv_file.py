"""Tables of analyses as CSV files: a head line, full precision, an empty cell for None."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from tabib.records.files import write_atomically


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The columns are the keys of all rows, in the order in which they first come. No rows: empty."""
    if not rows:
        return ""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one table, atomically."""
    write_atomically(path, csv_text(rows))
