"""``tabib study``: a benchmark of entities, from its corpora to a decision about deploying one of its models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.arguments import Overrides
from tabib.cli.benchmark import DryRun, Seeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tabib.benchmark.plan import Cell
    from tabib.config.benchmark import BenchmarkConfig

StudyPath = Annotated[
    Path,
    typer.Argument(
        metavar="STUDY", help="A benchmark file, or a folder with a benchmark.yaml.", show_default=False
    ),
]
Notebook = Annotated[bool, typer.Option("--notebook/--no-notebook", help="Make and execute the summary notebook.")]


def register(app: typer.Typer) -> None:
    study = typer.Typer(
        help="From a benchmark of entities to a report: errors, confidence, speed, and what to deploy.",
        no_args_is_help=True,
    )
    study.command("run")(run)
    study.command("report")(report)
    app.add_typer(study, name="study")


def run(
    study: StudyPath,
    overrides: Overrides = None,
    seeds: Seeds = None,
    dry_run: DryRun = False,
    notebook: Notebook = True,
) -> None:
    """Run what is missing of the benchmark, measure the models' speed, and write the report.

    Stopped, the same command goes on from there. Exit code 1 if a run is not done at the end.
    """
    from tabib.benchmark.plan import plan
    from tabib.cli.benchmark import run_benchmark, show_dry_run
    from tabib.cli.study_report import check_study, check_types, make_report, measure_speed
    from tabib.cli.tracking import trackers_of_benchmark

    config = _load(study, overrides, seeds, touch=not dry_run)
    check_study(config, notebook=notebook, touch=not dry_run)
    trackers = trackers_of_benchmark(config, touch=not dry_run)
    if dry_run:
        show_dry_run(config, force=False)
        return
    planned = plan(config)
    check_types(config, planned)
    cells = run_benchmark(config, trackers, planned, force=False)
    measure_speed(config, cells)
    make_report(config, cells, notebook=notebook)
    _exit(cells)


def report(study: StudyPath, overrides: Overrides = None, seeds: Seeds = None, notebook: Notebook = True) -> None:
    """Write the report anew from what has been run and measured; trains and measures nothing."""
    from tabib.benchmark.plan import plan
    from tabib.cli.study_report import check_study, check_types, make_report

    config = _load(study, overrides, seeds, touch=True)
    check_study(config, notebook=notebook, touch=True)
    cells = plan(config)
    check_types(config, cells)
    make_report(config, cells, notebook=notebook)
    _exit(cells)


def _load(study: Path, overrides: Sequence[str] | None, seeds: str | None, *, touch: bool) -> BenchmarkConfig:
    """The benchmark of a study, which keeps its models unless the file says otherwise: one is to be deployed."""
    from tabib.cli.benchmark import load_benchmark
    from tabib.cli.console import show_notices

    config = load_benchmark(study / "benchmark.yaml" if study.is_dir() else study, overrides, seeds, touch=touch)
    if "cleanup_checkpoints" not in config.model_fields_set:
        return config.model_copy(update={"cleanup_checkpoints": False})
    if config.cleanup_checkpoints:
        show_notices(
            ["cleanup_checkpoints: models are deleted, so that no speed is measured and none can be deployed"]
        )
    return config


def _exit(cells: Sequence[Cell]) -> None:
    from tabib.runs.state import State

    if any(cell.state is not State.DONE for cell in cells):
        raise typer.Exit(1)


__all__ = ["register", "report", "run"]
