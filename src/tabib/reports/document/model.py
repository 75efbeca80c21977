"""What a report consists of. Sentences cite tables, tables are shown in part, and plots stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tabib.reports.statements import Book, Statement, Style, written


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a table as a report shows it.

    Args:
        column: its name in the table.
        head: its heading.
        style: how its cells are written; ``text`` is flush left, all else flush right.
        interval: also write ``column_low`` and ``column_high``.
    """

    column: str
    head: str
    style: Style = "text"
    interval: bool = False

    @property
    def right(self) -> bool:
        return self.style != "text"


@dataclass(frozen=True, slots=True)
class TablePart:
    """Rows of a table.

    Args:
        table: its name in the book, and of its CSV file.
        columns: what is shown of it.
        rows: which rows, by index; None: all.
        caption: what it is.
    """

    table: str
    columns: Sequence[Shown]
    caption: Statement
    rows: Sequence[int] | None = None

    def indices(self, book: Book) -> Sequence[int]:
        return range(len(book.tables[self.table])) if self.rows is None else self.rows

    def cell(self, book: Book, row: int, shown: Shown) -> str:
        """A cell as text. Its unit stands in the heading."""
        cells = book.tables[self.table][row]
        value = cells.get(shown.column)
        if value is None:
            return written(shown.style, None) if shown.right else ""
        text = written(shown.style, value).removesuffix("%")
        if shown.interval:
            low, high = (cells.get(f"{shown.column}_{end}") for end in ("low", "high"))
            if low is not None and high is not None:
                ends = [written(shown.style, end).removesuffix("%") for end in (low, high)]
                text += f" [{ends[0]}, {ends[1]}]"
        return text


@dataclass(frozen=True, slots=True)
class PlotPart:
    """A plot by the name of its file, and what it shows."""

    name: str
    caption: Statement


@dataclass(frozen=True, slots=True)
class TextPart:
    """A paragraph."""

    sentences: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class ListPart:
    """Sentences one below the other."""

    items: Sequence[Statement]


Part = TablePart | PlotPart | TextPart | ListPart


@dataclass(frozen=True, slots=True)
class Section:
    """One section; ``key`` is its anchor."""

    key: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Args:
        title: its heading.
        warnings: what a reader has to know before anything else.
        lead: what it is about.
        sections: in their order.
        book: all tables, also those that are not shown.
        plots: names of the plots that were drawn; a plot that is not among them is left out.
    """

    title: str
    warnings: Sequence[Statement]
    lead: Sequence[Statement]
    sections: Sequence[Section]
    book: Book
    plots: frozenset[str]

    def __post_init__(self) -> None:
        for section in self.sections:
            for part in section.parts:
                if isinstance(part, TablePart) and self.book.tables[part.table]:
                    absent = {shown.column for shown in part.columns} - set(self.book.columns(part.table))
                    assert not absent, f"the table {part.table!r} has no columns {sorted(absent)}"

    def parts(self, section: Section) -> list[Part]:
        """The parts of a section that there is something to show for."""
        return [part for part in section.parts if self._shows(part)]

    def _shows(self, part: Part) -> bool:
        if isinstance(part, PlotPart):
            return part.name in self.plots
        return not isinstance(part, TablePart) or len(part.indices(self.book)) > 0

    def shown_cells(self) -> set[tuple[str, int, str]]:
        """Table, row and column of every cell that is shown somewhere."""
        return {
            (part.table, row, shown.column)
            for section in self.sections
            for part in section.parts
            if isinstance(part, TablePart)
            for row in part.indices(self.book)
            for shown in part.columns
        }

    def statements(self) -> list[tuple[str, Statement]]:
        """Every sentence, with the key of its section; those before the first under an empty one."""
        found = [("", statement) for statement in (*self.warnings, *self.lead)]
        for section in self.sections:
            for part in self.parts(section):
                if isinstance(part, TextPart):
                    found += [(section.key, statement) for statement in part.sentences]
                elif isinstance(part, ListPart):
                    found += [(section.key, statement) for statement in part.items]
                else:
                    found.append((section.key, part.caption))
        return found
