"""Arguments that several commands share, so that they are spelled and explained alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigPath = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file.", show_default=False)]

Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY=VALUE",
        help="Settings put over the file, such as [cyan]training.max_steps=100[/cyan]; values are YAML.",
        show_default=False,
    ),
]
"""Declare as ``overrides: Overrides = None`` and pass ``overrides or ()`` to the loader."""

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Where corpora are looked for first (then $TABIB_DATA, $SCRATCH/tabib/data, ./data, the package).",
        show_default=False,
    ),
]
