"""What all analyses take, and where their tables and plots go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)]
Split = Annotated[str, typer.Option("--split", help="Whose predictions are looked at: test, dev.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FOLDER",
        help="Also write every table as CSV, all of it as JSON, and the plots as PNG and SVG.",
        show_default=False,
    ),
]

Draw = Callable[[], "Figure | None"]


def check_output(folder: Path | None) -> None:
    """Refuse a folder that cannot be written to before anything is computed. Raises: ConfigError."""
    from tabib.config.writable import require_folder

    if folder is not None:
        require_folder(folder, "--output")


def write_output(
    folder: Path,
    name: str,
    content: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    plots: Mapping[str, Draw],
) -> None:
    """Write ``name.json``, a CSV file for each table, and each plot; say what could not be drawn.

    Args:
        tables, plots: name of the file, without suffix → content; a plot of None has nothing to show.
    """
    from tabib.cli.console import show_notices, stderr
    from tabib.config.writable import writing
    from tabib.core.errors import MissingExtraError
    from tabib.records.files import write_json
    from tabib.reports.csv_file import write_csv
    from tabib.reports.figures.base import save_figure

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / f"{name}.json", content)
        for table, rows in tables.items():
            write_csv(folder / f"{table}.csv", rows)
        try:
            for plot, draw in plots.items():
                figure = draw()
                if figure is not None:
                    save_figure(figure, folder, plot)
        except MissingExtraError as error:
            show_notices([f"no plots were drawn: {error}"])
    stderr().print(f"written: {folder}", soft_wrap=True, markup=False)
