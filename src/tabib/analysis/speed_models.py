"""How fast models are beside one another, each as it predicts without further means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tabib.analysis.rows import to_row
from tabib.analysis.speed import NOTES, SpeedAnalysis, analyse_speed, ratio
from tabib.core.errors import ConfigError
from tabib.records.speed import SpeedMeasurement


@dataclass(frozen=True, slots=True)
class ModelSpeed:
    """One run, by the variant that its others are compared with (``own`` or ``fp32``).

    Args:
        best_batch_size: with the most documents per second; ``documents_per_second`` are there.
        streaming: documents per second one at a time; ``median`` and ``p95``: seconds of a document then.
        notes_seconds, notes_streaming_seconds: for ``notes`` notes in the best batches, and one by one.
        process_gib, gpu_gib: most memory of prediction; ``training_gib``, ``training_gpu_gib``: of training.
        reference: the model that it is compared with.
        ratio: characters per second over the reference's, each at its best batch size; where both read the same
            documents, that is the ratio of documents per second. slowdown: the inverse.
        reason: why the ratio, or all of it, is None.
    """

    model: str
    seed: int
    dataset: str
    variant: str | None
    best_batch_size: int | None
    documents_per_second: float | None
    streaming: float | None
    median: float | None
    p95: float | None
    notes: int
    notes_seconds: float | None
    notes_streaming_seconds: float | None
    process_gib: float | None
    gpu_gib: float | None
    training_gib: float | None
    training_gpu_gib: float | None
    reference: str
    ratio: float | None
    slowdown: float | None
    reason: str


def compare_models(
    measurements: Sequence[SpeedMeasurement], reference: str | None = None, notes: int = NOTES
) -> tuple[ModelSpeed, ...]:
    """Several runs in their order. Model and seed single a row out.

    Args:
        reference: the name of the model that others are compared with, its first run; None: the first model.
        notes: how many notes the times are for.

    A ratio is None, with its reason, where the machine, the threads or the split are not the same: speeds on
    different machines or texts cannot be held against one another.

    Raises:
        ConfigError: no measurement is of the reference, or fewer than one note.
    """
    analyses = [analyse_speed(measurement, notes) for measurement in measurements]
    base = next((row for row in analyses if reference in (None, row.measurement.name)), None)
    if base is None and reference is not None:
        names = ", ".join(dict.fromkeys(row.measurement.name for row in analyses)) or "none"
        raise ConfigError(f"reference model: found {reference!r}, expected one of those measured: {names}")
    return tuple(_compare(analysis, base) for analysis in analyses if base is not None)


def model_rows(models: Sequence[ModelSpeed]) -> list[dict[str, Any]]:
    """The table ``speed_models``."""
    return [to_row(row) for row in models]


def _compare(analysis: SpeedAnalysis, against: SpeedAnalysis) -> ModelSpeed:
    of, mine, base = analysis.measurement, analysis.base, against.base
    reason = _why_not(analysis, against)
    ratios: tuple[float | None, float | None] = None, None
    if mine is not None and base is not None and not reason:
        rates = mine.characters_per_second, base.characters_per_second
        ratios = ratio(*rates), ratio(*rates[::-1])
    one_by_one = next(
        (row for row in analysis.batches if row.variant == analysis.reference and row.batch_size == 1), None
    )
    return ModelSpeed(
        model=of.name,
        seed=of.seed,
        dataset=of.dataset,
        variant=analysis.reference or None,
        best_batch_size=None if mine is None else mine.best_batch_size,
        documents_per_second=None if mine is None else mine.documents_per_second,
        streaming=None if mine is None else mine.streaming,
        median=None if one_by_one is None else one_by_one.median,
        p95=None if one_by_one is None else one_by_one.p95,
        notes=analysis.notes,
        notes_seconds=None if mine is None else mine.notes_seconds,
        notes_streaming_seconds=None if mine is None else mine.notes_streaming_seconds,
        process_gib=None if mine is None else mine.process_gib,
        gpu_gib=None if mine is None else mine.gpu_gib,
        training_gib=of.training_memory.get("process_gib"),
        training_gpu_gib=of.training_memory.get("gpu_gib"),
        reference=against.measurement.name,
        ratio=ratios[0],
        slowdown=ratios[1],
        reason=reason,
    )


def _why_not(analysis: SpeedAnalysis, against: SpeedAnalysis) -> str:
    """Why two speeds cannot be compared; empty where they can."""
    of, base = analysis.measurement, against.measurement
    if analysis.base is None:
        return "; ".join(dict.fromkeys(row.missing for row in analysis.variants)) or "nothing was measured"
    if against.base is None:
        return f"{base.name}, to compare with, was not measured"
    for what, name in (("hardware", "on another machine"), ("threads", "with another number of threads")):
        if getattr(of, what) != getattr(base, what):
            return f"it was measured {name} than {base.name}"
    if (of.dataset, of.split) != (base.dataset, base.split):
        return f"it was measured on other documents than {base.name}"
    return ""
