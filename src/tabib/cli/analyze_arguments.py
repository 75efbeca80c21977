"""What all analyses take, and where their tables and plots go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tabib.reports.bundles import Bundle

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


def check_output(folder: Path | None) -> None:
    """Refuse a folder that cannot be written to before anything is computed. Raises: ConfigError."""
    from tabib.config.writable import require_folder

    if folder is not None:
        require_folder(folder, "--output")


def write_output(folder: Path, bundle: Bundle) -> None:
    """Write ``name.json``, a CSV file for each table, and each plot; say what could not be drawn."""
    from tabib.cli.console import show_notices, stderr
    from tabib.config.writable import writing
    from tabib.core.errors import MissingExtraError
    from tabib.records.files import write_json
    from tabib.reports.bundles import write_plots, write_tables

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / f"{bundle.name}.json", bundle.content)
        write_tables(folder, bundle.tables)
        try:
            write_plots(folder, bundle.plots)
        except MissingExtraError as error:
            show_notices([f"no plots were drawn: {error}"])
    stderr().print(f"written: {folder}", soft_wrap=True, markup=False)
