"""Sentences whose numbers are read from tables: none is typed by hand, and each says which cell it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import Any, Literal

from tabib.reports.numbers import (
    UNDEFINED,
    count_text,
    duration_text,
    number_text,
    percent_text,
    ratio_text,
    signed_percent_text,
)

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Name of a table (its CSV file without suffix) → rows: column → value."""

Style = Literal["percent", "points", "count", "number", "exact", "ratio", "duration", "text"]
"""How a cell is written: ``percent`` 73.1%, ``points`` +2.1 (a difference of shares, in points), ``count`` 1,204,
``number`` three significant digits, ``exact`` all digits that are saved of a confidence, ``ratio`` 1.5×,
``duration`` seconds as a time, ``text`` as it is."""

_WRITERS: Mapping[Style, Callable[[Any], str]] = {
    "percent": lambda value: f"{percent_text(value)}%",
    "points": signed_percent_text,
    "count": count_text,
    "number": number_text,
    "exact": lambda value: f"{value:.7g}",
    "ratio": ratio_text,
    "duration": duration_text,
    "text": str,
}
_TYPED_NUMBER = re.compile(r"(?<![A-Za-z\d])\d")
"""A digit that begins a number; ``F1`` and ``int8`` are words."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One cell, and how a sentence writes it.

    Args:
        table, row, column: where it stands; rows count from 0.
        value: what stands there; None where it is undefined.
        text: as it is written, with its interval where one was asked for.
    """

    table: str
    row: int
    column: str
    value: Any
    text: str

    def renamed(self, table: str) -> Citation:
        """The same cell, where its table is called otherwise."""
        return replace(self, table=table)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence: words with ``{names}``, and what is cited under each name.

    Raises:
        ValueError: the words hold a number of their own, or the names are not those that are cited.
    """

    words: str
    cited: Mapping[str, Citation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {name for _, name, _, _ in Formatter().parse(self.words) if name is not None}
        if names != self.cited.keys():
            raise ValueError(f"{self.words!r} names {sorted(names)}, cited are {sorted(self.cited)}")
        plain = "".join(text for text, *_ in Formatter().parse(self.words))
        if _TYPED_NUMBER.search(plain):
            raise ValueError(f"{plain!r} holds a number that no table gives")

    def pieces(self) -> Iterator[str | Citation]:
        """Words and what is cited, in the order of the sentence."""
        for words, name, _, _ in Formatter().parse(self.words):
            if words:
                yield words
            if name is not None:
                yield self.cited[name]

    @property
    def text(self) -> str:
        return self.words.format_map({name: citation.text for name, citation in self.cited.items()})

    def to_json(self) -> dict[str, Any]:
        """The sentence, and the cell behind each of its numbers."""
        cited = {
            name: {"table": item.table, "row": item.row, "column": item.column, "value": item.value}
            for name, item in self.cited.items()
        }
        return {"text": self.text, "cited": cited}


@dataclass(frozen=True, slots=True)
class Book:
    """The tables that sentences may cite."""

    tables: Tables

    def find(self, table: str, **key: Any) -> int:
        """The one row of a table whose cells are those of ``key``; the first row where ``key`` is empty.

        Raises:
            LookupError: no such table, no such row, or several.
        """
        if table not in self.tables:
            raise LookupError(f"no table {table!r} among {', '.join(sorted(self.tables))}")
        rows = self.tables[table]
        found = [
            index
            for index, row in enumerate(rows)
            if all(name in row and row[name] == value for name, value in key.items())
        ]
        if not found or (key and len(found) > 1):
            raise LookupError(f"{len(found)} rows of the table {table!r} have {key}, expected one")
        return found[0]

    def cell(self, table: str, column: str, **key: Any) -> Any:
        """The value of one cell. Raises: LookupError."""
        return self._cell(table, self.find(table, **key), column)

    def cite(self, table: str, column: str, style: Style, *, interval: bool = False, **key: Any) -> Citation:
        """Cite the cell of ``column`` in the row that has the cells of ``key``.

        Args:
            interval: also write ``column_low`` and ``column_high``, where they are defined.

        Raises:
            LookupError: no such cell.
        """
        row = self.find(table, **key)
        value = self._cell(table, row, column)
        text = written(style, value)
        if interval and value is not None:
            low, high = (self._cell(table, row, f"{column}_{end}") for end in ("low", "high"))
            if low is not None and high is not None:
                ends = (written(style, end).removesuffix("%") for end in (low, high))
                text += " [{}, {}]".format(*ends)
        return Citation(table, row, column, value, text)

    def cite_all(
        self, table: str, column: str, rows: Iterable[int], style: Style = "text"
    ) -> Mapping[str, Citation]:
        """Cite one cell of each of several rows, under the names ``item_a``, ``item_b``…"""
        return {
            f"item_{_letters(index)}": Citation(
                table, row, column, value := self._cell(table, row, column), written(style, value)
            )
            for index, row in enumerate(rows)
        }

    def columns(self, table: str) -> list[str]:
        """The columns of a table, as in its CSV file: the keys of all rows, in the order in which they come."""
        return list(dict.fromkeys(name for row in self.tables[table] for name in row))

    def _cell(self, table: str, row: int, column: str) -> Any:
        if column not in self.columns(table):
            raise LookupError(f"the table {table!r} has no column {column!r}")
        return self.tables[table][row].get(column)


def enumerated(names: Iterable[str]) -> str:
    """``{a}, {b} and {c}``: a list of cited names for the words of a sentence."""
    items = [f"{{{name}}}" for name in names]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def written(style: Style, value: Any) -> str:
    """A value in a style; ``n/a`` for None."""
    return UNDEFINED if value is None else _WRITERS[style](value)


def _letters(index: int) -> str:
    """a, b, … z, aa, ab, …: names without digits."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
