"""``tabib analyze speed``: how fast a run's model predicts, by which means, and what memory it takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, check_output, write_output
from tabib.cli.arguments import DataDir

if TYPE_CHECKING:
    from tabib.records.speed import SpeedMeasurement
    from tabib.runs.speed.settings import SpeedSettings

BatchSizes = Annotated[
    list[int] | None,
    typer.Option(
        "--batch-size",
        min=1,
        help="Documents handed over at a time; may be repeated. By default 1, 8, 16 and 32.",
        show_default=False,
    ),
]
Variants = Annotated[
    list[str] | None,
    typer.Option(
        "--variant",
        help="own, fp32, int8, onnx, onnx-int8, gpu-fp32, gpu-bf16; may be repeated. By default all that the"
        " model has; the one to compare with is always measured.",
        show_default=False,
    ),
]
Notes = Annotated[int, typer.Option("--notes", min=1, help="For how many notes the time is estimated.")]
Documents = Annotated[
    int | None,
    typer.Option("--documents", min=1, help="Time so many documents at most; by default all.", show_default=False),
]
Rounds = Annotated[int, typer.Option("--repeats", min=1, help="Rounds in which everything has its turn, at most.")]
Limit = Annotated[
    float, typer.Option("--limit", help="Seconds of timed calls for each variant; at least one round is made.")
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="By default OMP_NUM_THREADS, else the cores.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Measure again, in place of what is saved.")]


def speed(
    run: RunPath,
    batch_size: BatchSizes = None,
    variant: Variants = None,
    notes: Notes = 10_000,
    documents: Documents = None,
    repeats: Rounds = 5,
    limit: Limit = 60.0,
    threads: Threads = None,
    output: Output = None,
    force: Force = False,
    data_dir: DataDir = None,
) -> None:
    """Latency, documents per second and memory of a run's model, in 32 and 8 bits, by torch and ONNX Runtime.

    Needs the model and torch. The measurement is kept in the run folder, and shown when it is there.
    """
    from tabib.analysis.speed import analyse_speed
    from tabib.cli.console import stdout
    from tabib.reports.speed_tables import print_speed
    from tabib.runs.speed.settings import BATCH_SIZES, SpeedSettings

    settings = SpeedSettings(
        batch_sizes=tuple(batch_size or BATCH_SIZES),
        variants=tuple(variant) if variant else None,
        documents=documents,
        rounds=repeats,
        limit=limit,
        threads=threads,
        data_dir=data_dir,
        force=force,
    )
    check_output(output)
    analysis = analyse_speed(_measured(run, settings), notes)
    print_speed(stdout(), analysis.title, analysis)
    if output is not None:
        from tabib.reports.bundles import speed_bundle

        write_output(output, speed_bundle(analysis.title, analysis))


def _measured(run: Path, settings: SpeedSettings) -> SpeedMeasurement:
    """The saved measurement, or a new one; says which."""
    from tabib.cli.console import show_notices, stderr
    from tabib.runs.speed import measure_run
    from tabib.runs.speed.measure import differences, stands

    saved = stands(run, settings)
    if saved is not None:
        differing = "; ".join(differences(saved, settings))
        but = f", but {differing}" if differing else ""
        show_notices([f"measured before, on {saved.updated}{but}; --force measures again"])
        return saved
    console = stderr()
    return measure_run(run, settings, lambda line: console.print(line, style="dim", soft_wrap=True, markup=False))
