"""``tabib download``: gather the weights and corpora of a configuration into one folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tabib.cli.arguments import ConfigPath

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The folder; by default $SCRATCH/tabib.", show_default=False),
]


def register(app: typer.Typer) -> None:
    app.command("download")(download)


def download(config: ConfigPath, output: Output = None) -> None:
    """Gather the models and corpora of a run or benchmark, for a machine without internet.

    What is there and undamaged is left alone, and what is half received is gone on with, so call it again after an
    interruption. Weights come from where a run would find them, the Hugging Face Hub included; corpora from where
    they lie on this machine, else from their publishers, where these ask for no form and no login: the licence is
    shown first. What is not to be had is named with where to get it, and the exit code is 1.
    """
    from tabib.cli.console import print_table, stdout, table
    from tabib.cli.receiving import Receiving
    from tabib.config.load import load_all_runs
    from tabib.config.writable import require_folder
    from tabib.core.errors import ConfigError
    from tabib.runs.fetch import gather

    if output is None:
        if "SCRATCH" not in os.environ:
            raise ConfigError("say where to with --output, or set the environment variable SCRATCH")
        output = Path(os.environ["SCRATCH"]) / "tabib"
    require_folder(output, "--output")
    configs = load_all_runs(config)
    with Receiving() as shows:
        items = gather(configs, output, shows.tell, shows.watch)
    console, shown = stdout(), table("kind", ("name", "name"), "state", ("MB", "right"), "place")
    for item in items:
        shown.add_row(item.kind, item.name, item.state, f"{item.size / 1e6:.1f}" if item.size else "", item.place)
    print_table(console, shown)
    absent = [item for item in items if item.state == "absent"]
    for item in absent:
        console.print(f"\n{item.kind} {item.name}: {item.detail}", markup=False, soft_wrap=True)
    console.print(f"\n{output}: set offline_dir to it, or let it be $SCRATCH/tabib", markup=False, soft_wrap=True)
    if absent:
        raise typer.Exit(1)
