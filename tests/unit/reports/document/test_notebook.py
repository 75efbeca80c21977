"""The notebook shows the tables and plots that lie beside it, executed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tabib.core.errors import MissingExtraError, ReportError
from tabib.reports.bundles import write_tables
from tabib.reports.document.model import Report
from tabib.reports.document.notebook import build_notebook, write_notebook


def test_cells_follow_the_report(report: Report) -> None:
    notebook = build_notebook(report)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code[1:] == [
        "tables[\"types\"][['label', 'f1', 'f1_low', 'f1_high']]",
        'display(Image("plots/drawn.png"))',
        "tables[\"types\"][['label', 'f1', 'f1_low', 'f1_high']]",
    ]
    assert [cell["id"] for cell in notebook.cells] == [f"cell-{n}" for n in range(len(notebook.cells))]


@pytest.mark.slow
def test_it_is_executed_beside_its_tables(report: Report, plots: Path) -> None:
    write_tables(plots.parent / "tables", report.book.tables)
    path = plots.parent / "summary.ipynb"
    write_notebook(path, report)
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert "0.918" in code[1].outputs[0]["data"]["text/plain"]
    assert "image/png" in code[2].outputs[0]["data"]
    assert str(plots.parent) not in path.read_text(encoding="utf-8"), "no path of the machine is in it"


@pytest.mark.slow
def test_a_cell_that_fails_is_an_error_and_nothing_is_written(report: Report, plots: Path) -> None:
    path = plots.parent / "summary.ipynb"
    with pytest.raises(ReportError, match="FileNotFoundError"):
        write_notebook(path, report)  # there are no tables
    assert not path.exists()


def test_without_the_extra_it_is_named(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "nbclient", None)
    with pytest.raises(MissingExtraError, match=r"tabib\[notebook\]"):
        write_notebook(tmp_path / "summary.ipynb", report)
