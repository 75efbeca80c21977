"""``tabib benchmark``: every model on every corpus for every seed, and the table."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.arguments import ConfigPath, Overrides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tabib.benchmark.plan import Cell
    from tabib.config.benchmark import BenchmarkConfig
    from tabib.trackers.base import Tracker

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be run and what it costs; write nothing.")
]
Seeds = Annotated[str | None, typer.Option("--seeds", metavar="42,43", help="Instead of the file's seeds.")]
Force = Annotated[bool, typer.Option("--force", help="Run every cell anew, also those that are done.")]


def register(app: typer.Typer) -> None:
    app.command("benchmark")(benchmark)


def benchmark(
    config: ConfigPath,
    overrides: Overrides = None,
    dry_run: DryRun = False,
    seeds: Seeds = None,
    force: Force = False,
) -> None:
    """Run what is missing or failed, and show the table. Exit code 1 if a cell is not done at the end."""
    from tabib.benchmark.plan import plan
    from tabib.cli.tracking import trackers_of_benchmark
    from tabib.runs.state import State

    loaded = load_benchmark(config, overrides, seeds, touch=not dry_run)
    trackers = trackers_of_benchmark(loaded, touch=not dry_run)
    if dry_run:
        show_dry_run(loaded, force=force)
        return
    cells = run_benchmark(loaded, trackers, plan(loaded), force=force)
    if any(cell.state is not State.DONE for cell in cells):
        raise typer.Exit(1)


def load_benchmark(
    path: Path, overrides: Sequence[str] | None, seeds: str | None, *, touch: bool
) -> BenchmarkConfig:
    """The benchmark of a file; says which settings have no effect.

    Raises:
        ConfigError: the file, an override or ``--seeds`` is wrong, or an output cannot be written.
    """
    from tabib.cli.console import show_notices
    from tabib.config.load import load_benchmark_config
    from tabib.runs.settings import settings_notices

    loaded = load_benchmark_config(path, overrides or (), None if seeds is None else _seeds(seeds))
    _require_outputs(loaded, touch=touch)
    show_notices((*loaded.notices, *settings_notices(cell.config for cell in loaded.cells())))
    return loaded


def _require_outputs(config: BenchmarkConfig, *, touch: bool) -> None:
    from pathlib import Path

    from tabib.config.writable import require_file, require_folder

    output = config.output
    require_folder(Path(output.runs), "output.runs", touch=touch)
    for key, name in (("output.json", output.json_file), ("output.markdown", output.markdown_file)):
        if name is not None:
            require_file(Path(name), key, touch=touch)


def run_benchmark(
    config: BenchmarkConfig, trackers: Sequence[Tracker], cells: Sequence[Cell], *, force: bool
) -> list[Cell]:
    """Run the cells that are not done (all with ``force``), show and write the results, and tell trackers."""
    from tabib.benchmark.aggregate import aggregate
    from tabib.benchmark.execute import execute
    from tabib.cli.benchmark_progress import Progress
    from tabib.cli.console import stdout
    from tabib.cli.tracking import tell_benchmark
    from tabib.reports.terminal import print_results

    progress = Progress(config, cells, _command(), force=force)
    progress.begin()
    after = execute(config, cells, progress, force=force)
    results = aggregate(config, after, _command())
    console = stdout()
    print_results(console, results)
    progress.write(results)
    for path in progress.outputs:
        console.print(f"written: {path}", soft_wrap=True, markup=False)
    tell_benchmark(trackers, config, results)
    return after


def show_dry_run(config: BenchmarkConfig, *, force: bool) -> None:
    """What would be run, and what it costs."""
    import os

    # Looking for weights must not fetch them.
    os.environ["HF_HUB_OFFLINE"] = "1"
    from tabib.benchmark.plan import plan
    from tabib.cli.benchmark_dry_run import show_plan
    from tabib.core.errors import ModelError

    try:
        cells = plan(config)
    except ModelError as error:
        raise ModelError(
            f"{error}\n--dry-run looks on this machine only; without it the weights are fetched"
        ) from None
    show_plan(config, cells, force=force)


def _seeds(text: str) -> Sequence[int]:
    from tabib.core.errors import ConfigError

    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise ConfigError(f"--seeds: found {text!r}, expected whole numbers parted by commas, such as 42,43")
    return [int(part) for part in parts]


def _command() -> str:
    return shlex.join(["tabib", *sys.argv[1:]])


__all__ = ["benchmark", "load_benchmark", "register", "run_benchmark", "show_dry_run"]
