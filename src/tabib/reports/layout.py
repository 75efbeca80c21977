"""Tables in sections for the terminal, in which no name and no number is ever cut, however narrow it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

WIDE = 100
"""Columns of a terminal below which the less important columns of a table are left out."""

_INDENT, _GAP = "  ", "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, whether it is flush right, and whether it is left out on a narrow terminal."""

    name: str
    right: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a line of their own; each row has a text for every column, the first of them a name."""

    head: Text
    rows: Sequence[Sequence[Text]]


def print_sections(console: Console, columns: Sequence[Column], sections: Sequence[Section]) -> None:
    """Print one table. All its sections share the widths of the columns.

    A name that finds no room beside the numbers stands on a line of its own above them.
    """
    from rich.text import Text

    rows = [row for section in sections for row in section.rows]
    shown = list(range(len(columns)))
    if console.width < WIDE:
        shown = [index for index in shown if not columns[index].optional]
    widths = [_width(columns, rows, index) for index in shown]
    beyond = _total(columns, rows, shown) - console.width
    widths[0] = max(len(columns[0].name), widths[0] - max(0, beyond))

    head = Text(_INDENT) + _line([Text(columns[index].name, "bold") for index in shown], columns, shown, widths)
    _print(console, head)
    if console.is_terminal:
        _print(console, Text("─" * min(console.width, max(head.cell_len, _sum(widths))), "dim"))
    for section in sections:
        console.print(section.head, overflow="fold")
        for row in section.rows:
            texts = [row[index] for index in shown]
            if texts[0].cell_len > widths[0]:
                _print(console, Text(_INDENT) + texts[0])
                texts[0] = Text("")
            _print(console, Text(_INDENT) + _line(texts, columns, shown, widths))


def _line(texts: Sequence[Text], columns: Sequence[Column], shown: Sequence[int], widths: Sequence[int]) -> Text:
    from rich.text import Text

    line = Text()
    for text, index, width in zip(texts, shown, widths, strict=True):
        blank = " " * (width - text.cell_len)
        line += (Text(_GAP) if line else Text()) + (
            Text(blank) + text if columns[index].right else text + Text(blank)
        )
    line.rstrip()
    return line


def _print(console: Console, line: Text) -> None:
    console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _width(columns: Sequence[Column], rows: Sequence[Sequence[Text]], index: int) -> int:
    return max(len(columns[index].name), *(row[index].cell_len for row in rows), 0)


def _sum(widths: Sequence[int]) -> int:
    return len(_INDENT) + sum(widths) + len(_GAP) * (len(widths) - 1)


def _total(columns: Sequence[Column], rows: Sequence[Sequence[Text]], shown: Sequence[int]) -> int:
    return _sum([_width(columns, rows, index) for index in shown])
