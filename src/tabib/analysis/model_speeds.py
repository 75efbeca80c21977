"""One speed for each model, from the measurements of its runs, so that models can be held against one another."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from tabib.analysis.speed import analyse_speed
from tabib.analysis.speed_models import compare_models
from tabib.records.speed import SpeedMeasurement


def speeds_of_models(measurements: Sequence[SpeedMeasurement]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Documents per second by model, each in its best batches, mean over the runs that were measured.

    All are for documents of the length of those that the first run was timed on: a slow model may have been timed
    on fewer, and these may be longer.

    Returns:
        The speeds, and why a measurement is not among them: nothing was measured in it, or it is from another
        machine, number of threads or split than the first one.
    """
    first = next((of for of in measurements if analyse_speed(of).base is not None), None)
    if first is None:
        return {}, tuple(f"the speed of {of.name}, seed {of.seed}: nothing was measured" for of in measurements)
    base, *others = compare_models([first, *(of for of in measurements if of is not first)])
    found: dict[str, list[float]] = {base.model: [base.documents_per_second or 0.0]}
    notes = []
    for row in others:
        if row.ratio is None or base.documents_per_second is None:
            notes.append(f"the speed of {row.model}, seed {row.seed}, is left out: {row.reason}")
        else:
            found.setdefault(row.model, []).append(row.ratio * base.documents_per_second)
    return {name: fmean(speeds) for name, speeds in found.items()}, tuple(notes)
