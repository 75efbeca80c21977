"""A report as a notebook: its tables and plots shown from the files beside it, and executed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tabib.core.errors import MissingExtraError, ReportError
from tabib.records.files import write_atomically
from tabib.reports.document.model import ListPart, PlotPart, Report, TablePart, TextPart
from tabib.reports.markdown_text import escape
from tabib.reports.statements import Statement

if TYPE_CHECKING:
    from nbformat import NotebookNode

_BEGIN = """import pandas as pd
from IPython.display import Image, display

pd.set_option("display.max_rows", 60)
pd.set_option("display.precision", 3)
tables = {name: pd.read_csv(f"tables/{name}.csv", keep_default_na=False, na_values=[""]) for name in NAMES}"""
_TIMEOUT = 300


def write_notebook(path: Path, report: Report) -> None:
    """Write the notebook into the folder that holds ``plots`` and ``tables``, with the output of every cell.

    Raises:
        MissingExtraError: nbformat, nbclient, ipykernel or pandas is not installed.
        ReportError: a cell failed.
    """
    try:
        import ipykernel  # noqa: F401 - what the cells run in
        import nbformat
        import pandas  # noqa: F401 - what the cells use
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
        from traitlets.config import Config
    except ImportError as error:
        raise MissingExtraError(error.name or "nbclient", "notebook") from None
    notebook = build_notebook(report)
    with TemporaryDirectory(prefix="tabib-") as sockets:
        # Over sockets in a folder of this user's, and not over the network's.
        config = Config()
        config.AsyncKernelManager.transport = "ipc"
        config.AsyncKernelManager.connection_file = str(Path(sockets) / "kernel.json")
        client = NotebookClient(
            notebook,
            config=config,
            kernel_name="python3",
            timeout=_TIMEOUT,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
        )
        try:
            client.execute()
        except CellExecutionError as error:
            raise ReportError(f"{path}: a cell of the notebook failed: {error.ename}: {error.evalue}") from error
    notebook.metadata.pop("language_info", None)
    write_atomically(path, nbformat.writes(notebook) + "\n")


def build_notebook(report: Report) -> NotebookNode:
    """The notebook before it is executed."""
    from nbformat.v4 import new_notebook

    cells = list(_cells(report))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same report is the same file
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cells(report: Report) -> Iterator[Any]:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    warnings = "".join(f"**{escape(warning.text)}**\n\n" for warning in report.warnings)
    yield new_markdown_cell(f"# {escape(report.title)}\n\n{warnings}{_text(report.lead)}")
    shown = {
        part.table for section in report.sections for part in report.parts(section) if isinstance(part, TablePart)
    }
    yield new_code_cell(_BEGIN.replace("NAMES", str(sorted(shown))))
    for section in report.sections:
        yield new_markdown_cell(f"## {escape(section.title)}")
        for part in report.parts(section):
            if isinstance(part, TextPart):
                yield new_markdown_cell(_text(part.sentences))
            elif isinstance(part, ListPart):
                yield new_markdown_cell("\n".join(f"- {escape(item.text)}" for item in part.items))
            elif isinstance(part, PlotPart):
                yield new_markdown_cell(escape(part.caption.text))
                yield new_code_cell(f'display(Image("plots/{part.name}.png"))')
            else:
                yield new_markdown_cell(f"**{escape(part.caption.text)}**")
                yield new_code_cell(_shown(part))


def _shown(part: TablePart) -> str:
    columns = [
        name
        for shown in part.columns
        for name in (shown.column, *([f"{shown.column}_low", f"{shown.column}_high"] if shown.interval else []))
    ]
    rows = "" if part.rows is None else f".iloc[{list(part.rows)}]"
    return f'tables["{part.table}"]{rows}[{columns}]'


def _text(sentences: Sequence[Statement]) -> str:
    return escape(" ".join(sentence.text for sentence in sentences))
