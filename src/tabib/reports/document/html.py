"""A report as one HTML file that needs no other: styles and plots are within it, and it loads nothing."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from tabib.reports.document.model import ListPart, PlotPart, Report, Section, TablePart, TextPart
from tabib.reports.statements import Citation, Statement

if TYPE_CHECKING:
    from markupsafe import Markup


def render_html(report: Report, plots: Path) -> str:
    """The whole page. Every cited number is a link to the cell that it comes from, where that is shown.

    Args:
        plots: the folder of the drawn plots.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tabib.reports.document"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = _Page(report, plots)
    return environment.get_template("report.html.j2").render(report=report, page=page)


class _Page:
    """What the template asks for."""

    def __init__(self, report: Report, plots: Path) -> None:
        self.report, self.plots = report, plots
        self.shown = report.shown_cells()
        self.numbered: set[tuple[str, int, str]] = set()

    def kind(self, part: object) -> str:
        return {TextPart: "text", ListPart: "list", TablePart: "table", PlotPart: "plot"}[type(part)]

    def parts(self, section: Section) -> list[object]:
        return list(self.report.parts(section))

    def image(self, part: PlotPart) -> str:
        content = b64encode((self.plots / f"{part.name}.png").read_bytes()).decode("ascii")
        return f"data:image/png;base64,{content}"

    def sentence(self, statement: Statement) -> Markup:
        from markupsafe import Markup, escape

        return Markup("").join(
            self._cited(piece) if isinstance(piece, Citation) else escape(piece) for piece in statement.pieces()
        )

    def _cited(self, citation: Citation) -> Markup:
        from markupsafe import Markup

        where = f"{citation.table}.csv, row {citation.row + 1}, {citation.column}"
        if (citation.table, citation.row, citation.column) not in self.shown:
            return Markup('<span class="cited" title="{}">{}</span>').format(where, citation.text)
        anchor = self._anchor(citation.table, citation.row, citation.column)
        return Markup('<a class="cited" href="#{}" title="{}">{}</a>').format(anchor, where, citation.text)

    def cell_id(self, part: TablePart, row: int, column: str) -> str:
        """The anchor of a cell the first time that it is shown; empty afterwards, since anchors are unique."""
        key = (part.table, row, column)
        if key in self.numbered:
            return ""
        self.numbered.add(key)
        return self._anchor(*key)

    def _anchor(self, table: str, row: int, column: str) -> str:
        return f"{table}-{row + 1}-{self.report.book.columns(table).index(column) + 1}"
