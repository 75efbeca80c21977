"""A report in all its forms, in one folder.

FOLDER/
    report.html      self-contained
    report.md        (or where the study asks for it) with links to plots and tables
    insights.md      findings, surprises and the recommendation, in sentences
    summary.ipynb    executed
    production.json  the recommendation, as ``tabib predict --policy`` takes it
    statements.json  every sentence, and the cell of the table behind each of its numbers
    tables/*.csv, plots/*.png and *.svg
    files.json       all of these, so that the next report can take away what it does not write again
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.core.errors import MissingExtraError
from tabib.records.files import write_atomically, write_json
from tabib.reports.bundles import Bundle, Draw, write_plots, write_tables
from tabib.reports.document.html import render_html
from tabib.reports.document.markdown import render_markdown
from tabib.reports.document.model import Report
from tabib.reports.document.notebook import write_notebook
from tabib.reports.figures.base import FORMATS
from tabib.reports.study.own_files import Manifest, own_names, relative, replace_earlier


@dataclass(frozen=True, slots=True)
class Places:
    """Where a report goes.

    Args:
        folder: everything. markdown: the page as Markdown, there or elsewhere.
        study: the benchmark file, relative to the folder.
    """

    folder: Path
    markdown: Path
    study: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what could not be, with the reason."""

    files: tuple[Path, ...]
    notices: tuple[str, ...]


def draw_plots(folder: Path, bundles: Sequence[Bundle]) -> tuple[frozenset[str], list[str]]:
    """Draw all plots into ``folder``. Names of what was drawn, and notices."""
    plots: Mapping[str, Draw] = {name: draw for bundle in bundles for name, draw in bundle.plots.items()}
    try:
        return frozenset(write_plots(folder, plots)), []
    except MissingExtraError as error:
        return frozenset(), [f"no plots were drawn: {error}"]


def write_report(
    places: Places,
    report: Report,
    insights: Report,
    production: Mapping[str, Any] | None,
    *,
    notebook: bool = True,
    progress: Callable[[str], None],
) -> Written:
    """Write every form; plots must have been drawn into ``folder/plots``.

    Args:
        insights: the findings alone.
        production: what ``production.json`` holds; None where no run was looked into.
        notebook: whether to make and execute the notebook.
        progress: told what is being written.
    """
    folder, markdown = places.folder, places.markdown
    notices: list[str] = []
    progress("tables")
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    write_tables(folder / "tables", report.book.tables)
    progress("report.html")
    write_atomically(folder / "report.html", render_html(report, folder / "plots"))
    markdown.parent.mkdir(parents=True, exist_ok=True)
    assets = relative(folder, markdown.parent)
    write_atomically(markdown, render_markdown(report, "" if assets == "." else assets))
    write_atomically(folder / "insights.md", render_markdown(insights, ""))
    said = [{"section": section, **statement.to_json()} for section, statement in report.statements()]
    write_json(folder / "statements.json", said)
    files = [folder / "report.html", markdown, folder / "insights.md", folder / "statements.json"]
    if production is not None:
        write_json(folder / "production.json", production)
        files.append(folder / "production.json")
    if notebook:
        progress("summary.ipynb")
        try:
            write_notebook(folder / "summary.ipynb", report)
            files.append(folder / "summary.ipynb")
        except MissingExtraError as error:
            notices.append(f"no notebook was written: {error}")
    notices += replace_earlier(folder, _manifest(places, report, files))
    return Written(tuple(files), tuple(notices))


def _manifest(places: Places, report: Report, files: Sequence[Path]) -> Manifest:
    names = [relative(file, places.folder) for file in files]
    names += [f"tables/{name}.csv" for name in report.book.tables]
    names += [f"plots/{name}.{suffix}" for name in report.plots for suffix in FORMATS]
    page = relative(places.markdown, places.folder)
    return Manifest(places.study, own_names(names), "" if page == "report.md" else page)
