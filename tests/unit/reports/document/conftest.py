"""A small report: two sections, a table with an interval and something undefined, a plot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.reports.document.model import ListPart, PlotPart, Report, Section, Shown, TablePart, TextPart
from tabib.reports.statements import Book, Statement

BOOK = Book(
    {
        "types": [
            {"label": "Age <b>", "f1": 0.918, "f1_low": 0.81, "f1_high": 0.97, "reason": ""},
            {"label": "Mass|kg", "f1": None, "f1_low": None, "f1_high": None, "reason": "no gold"},
        ],
        "hidden": [{"name": "n", "value": 12}],
        "empty": [],
    }
)
F1 = BOOK.cite("types", "f1", "percent", interval=True, label="Age <b>")
SAID = Statement(
    "{label} has an F1 of {f1}, of {n} documents.",
    {
        "label": BOOK.cite("types", "label", "text", label="Age <b>"),
        "f1": F1,
        "n": BOOK.cite("hidden", "value", "count", name="n"),
    },
)
TABLE = TablePart(
    "types",
    (Shown("label", "type"), Shown("f1", "F1 %", "percent", interval=True)),
    Statement("Scores by type."),
)


@pytest.fixture
def plots(tmp_path: Path) -> Path:
    """A folder with one drawn plot, a PNG of one pixel."""
    folder = tmp_path / "plots"
    folder.mkdir()
    (folder / "drawn.png").write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002"
            "00010005fe02fea7350481840000000049454e44ae426082"
        )
    )
    return folder


@pytest.fixture(scope="session")
def report() -> Report:
    """See the module."""
    plots = [PlotPart(name, Statement(f"The plot “{name}”.")) for name in ("drawn", "absent")]
    sections = [
        Section("first", "First", [TextPart([SAID]), TABLE, *plots]),
        Section("second", "Second", [ListPart([SAID, Statement("Nothing else.")]), TABLE]),
    ]
    return Report(
        "A study & more", [Statement("Beware.")], [Statement("A lead.")], sections, BOOK, frozenset({"drawn"})
    )
