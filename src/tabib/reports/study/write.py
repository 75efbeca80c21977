"""A report in all its forms, in one folder.

FOLDER/
    report.html     self-contained
    report.md       (or where the study asks for it) with links to plots and tables
    insights.md     findings, surprises and the recommendation, in sentences
    summary.ipynb   executed
    statements.json every sentence, and the cell of the table behind each of its numbers
    tables/*.csv, plots/*.png and *.svg
    files.json      all of these, so that the next report can take away what it does not write again
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabib.core.errors import MissingExtraError
from tabib.records.files import read_json, write_atomically, write_json
from tabib.reports.bundles import Bundle, Draw, write_plots, write_tables
from tabib.reports.document.html import render_html
from tabib.reports.document.markdown import render_markdown
from tabib.reports.document.model import Report
from tabib.reports.document.notebook import write_notebook
from tabib.reports.figures.base import FORMATS

MANIFEST = "files.json"


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
    folder: Path,
    markdown: Path,
    report: Report,
    insights: Report,
    *,
    notebook: bool = True,
    progress: Callable[[str], None],
) -> Written:
    """Write every form; plots must have been drawn into ``folder/plots``.

    Args:
        markdown: where the Markdown page goes.
        insights: the findings alone.
        notebook: whether to make and execute the notebook.
        progress: told what is being written.
    """
    notices: list[str] = []
    progress("tables")
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    write_tables(folder / "tables", report.book.tables)
    progress("report.html")
    write_atomically(folder / "report.html", render_html(report, folder / "plots"))
    markdown.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(markdown, render_markdown(report, _relative(folder, markdown.parent)))
    write_atomically(folder / "insights.md", render_markdown(insights, ""))
    said = [{"section": section, **statement.to_json()} for section, statement in report.statements()]
    write_json(folder / "statements.json", said)
    files = [folder / "report.html", markdown, folder / "insights.md", folder / "statements.json"]
    if notebook:
        progress("summary.ipynb")
        try:
            write_notebook(folder / "summary.ipynb", report)
            files.append(folder / "summary.ipynb")
        except MissingExtraError as error:
            notices.append(f"no notebook was written: {error}")
    _replace_earlier(folder, report, files)
    return Written(tuple(files), tuple(notices))


def _replace_earlier(folder: Path, report: Report, files: Sequence[Path]) -> None:
    """Remove what an earlier report wrote and this one did not; no other file of the folder is touched."""
    path = folder / MANIFEST
    now = {_relative(file, folder) for file in files}
    now |= {f"tables/{name}.csv" for name in report.book.tables}
    now |= {f"plots/{name}.{suffix}" for name in report.plots for suffix in FORMATS}
    earlier = read_json(path) if path.is_file() else []
    for name in earlier if isinstance(earlier, list) else []:
        if isinstance(name, str) and name not in now and ".." not in Path(name).parts:
            (folder / name).unlink(missing_ok=True)
    write_json(path, sorted(now))


def _relative(folder: Path, start: Path) -> str:
    path = os.path.relpath(folder, start)
    return "" if path == "." else Path(path).as_posix()
