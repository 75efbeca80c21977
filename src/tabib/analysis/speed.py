"""What a measurement of speed says: latency and throughput by variant and batch size, and what a variant costs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from tabib.analysis.rows import to_json, to_row
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.records.speed import SpeedMeasurement, Timing, VariantSpeed

NOTES = 10_000
FEWEST_FOR_P95 = 20
"""Calls below which the 95th percentile would be the slowest one, or a guess beyond it."""


@dataclass(frozen=True, slots=True)
class BatchSpeed:
    """One batch size of one variant. What is undefined is None, with its reason in ``reason``.

    Args:
        mode: ``streaming`` for one document at a time, else ``batches``.
        calls: how many were timed.
        median, p95, slowest: seconds of a call.
        document_median: the median divided by the documents of a call.
        documents_per_second, words_per_second, characters_per_second: over all calls.
        notes_seconds: for as many notes as are asked for, of the length of the documents that were timed.
    """

    model: str
    seed: int
    variant: str
    device: str
    batch_size: int
    mode: str
    calls: int
    median: float | None
    p95: float | None
    slowest: float | None
    document_median: float | None
    documents_per_second: float | None
    words_per_second: float | None
    characters_per_second: float | None
    notes: int
    notes_seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class VariantSummary:
    """One variant: what it gains over the one that others are compared with, and what it costs.

    Args:
        score: the primary score of its predictions on the whole split. difference: from the run's own.
        identical: share of documents with the run's own answer. agreement: entities that both predict, of those
            that either does.
        best_batch_size: with the most documents per second; ``documents_per_second`` are there.
        streaming: documents per second, one at a time. batch_gain: the best divided by that.
        characters_per_second: at the best batch size.
        ratio: documents per second over those of ``reference``, each at its best; ``streaming_ratio``: at 1.
        loaded_gib, process_gib: memory of its process before prediction, and the most during it.
        gpu_gib: most memory of the GPU.
        notes_seconds, notes_streaming_seconds: for ``notes`` notes at the best batch size, and one by one.
        missing: why the variant was not measured; empty where it was.
    """

    model: str
    seed: int
    variant: str
    device: str
    reference: str
    score: Score
    difference: Score
    identical: Score
    agreement: Score
    best_batch_size: int | None
    documents_per_second: float | None
    characters_per_second: float | None
    streaming: float | None
    batch_gain: float | None
    ratio: float | None
    streaming_ratio: float | None
    loaded_gib: float | None
    process_gib: float | None
    gpu_gib: float | None
    notes: int
    notes_seconds: float | None
    notes_streaming_seconds: float | None
    load_seconds: float | None
    missing: str


@dataclass(frozen=True, slots=True)
class SpeedAnalysis:
    """All that one measurement says.

    Args:
        measurement: what was measured, and where.
        notes: how many notes the times are for.
        reference: the variant that others are compared with; empty where none was measured.
    """

    measurement: SpeedMeasurement
    notes: int
    reference: str
    batches: tuple[BatchSpeed, ...]
    variants: tuple[VariantSummary, ...]

    @property
    def title(self) -> str:
        """``maccrobat, MiniLM, seed 42, test``."""
        of = self.measurement
        return f"{of.dataset}, {of.name}, seed {of.seed}, {of.split}"

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = to_json(self)
        return content | {"measurement": self.measurement.to_json()}

    @property
    def base(self) -> VariantSummary | None:
        """The variant that others are compared with; None where none was measured."""
        return next((row for row in self.variants if self.reference and row.variant == self.reference), None)

    def speed_rows(self) -> list[dict[str, Any]]:
        """The table of batch sizes; ``variant`` and ``batch_size`` single a row of a model and seed out."""
        return [to_row(row) for row in self.batches]

    def variant_rows(self) -> list[dict[str, Any]]:
        """The table of variants; ``variant`` singles a row of a model and seed out."""
        return [_with_missing(to_row(row)) for row in self.variants]

    def run_rows(self) -> list[dict[str, Any]]:
        """One row: what was measured on what, and the memory that training took."""
        of = self.measurement
        return [
            {
                "model": of.name,
                "seed": of.seed,
                "dataset": of.dataset,
                "split": of.split,
                "metric": of.metric,
                "documents": of.documents,
                "words": of.words,
                "words_per_document": of.words / of.documents if of.documents else None,
                "characters": of.characters,
                "rounds": of.rounds,
                "threads": of.threads,
                "cpu": of.hardware.get("cpu"),
                "gpu": of.hardware.get("gpu"),
                "training_gib": of.training_memory.get("process_gib"),
                "training_gpu_gib": of.training_memory.get("gpu_gib"),
                "measured": of.updated,
                "complete": of.complete,
            }
        ]


def analyse_speed(measurement: SpeedMeasurement, notes: int = NOTES) -> SpeedAnalysis:
    """Latencies, throughput, comparisons and the time for ``notes`` notes of one measurement.

    The variant to compare with is the first that was measured: ``own`` or ``fp32`` where there is one.

    Raises:
        ConfigError: fewer than one note.
    """
    if notes < 1:
        raise ConfigError(f"notes: found {notes}, expected 1 or more")
    batches = tuple(
        _batch(measurement, row, timing, notes) for row in measurement.variants for timing in row.timings
    )
    reference = next((row.variant for row in measurement.variants if _throughput(row)), "")
    variants = tuple(_summary(measurement, row, reference, notes) for row in measurement.variants)
    return SpeedAnalysis(measurement, notes, reference, batches, variants)


def best(measurement: SpeedMeasurement, variant: str) -> tuple[int, float] | None:
    """The batch size with most documents per second, and these; None where the variant was not measured."""
    row = measurement.variant(variant)
    speeds = {} if row is None else _throughput(row)
    size = max(speeds, key=lambda size: speeds[size], default=None)
    return None if size is None else (size, speeds[size])


def _batch(of: SpeedMeasurement, row: VariantSpeed, timing: Timing, notes: int) -> BatchSpeed:
    calls, total = len(timing.seconds), sum(timing.seconds)
    middle = median(timing.seconds) if calls else None
    few = calls and calls < FEWEST_FOR_P95
    speed = timing.documents / total if total else None
    return BatchSpeed(
        model=of.name,
        seed=of.seed,
        variant=row.variant,
        device=row.device,
        batch_size=timing.batch_size,
        mode="streaming" if timing.batch_size == 1 else "batches",
        calls=calls,
        median=middle,
        p95=float(np.quantile(timing.seconds, 0.95)) if calls >= FEWEST_FOR_P95 else None,
        slowest=max(timing.seconds, default=None),
        document_median=None if middle is None else middle / timing.batch_size,
        documents_per_second=speed,
        words_per_second=timing.words / total if total else None,
        characters_per_second=timing.characters / total if total else None,
        notes=notes,
        notes_seconds=notes / speed if speed else None,
        reason=f"p95: {calls} calls, expected {FEWEST_FOR_P95} or more" if few else timing.reason,
    )


def _summary(of: SpeedMeasurement, row: VariantSpeed, reference: str, notes: int) -> VariantSummary:
    found, base = best(of, row.variant), best(of, reference)
    compared = of.variant(reference)
    streaming = _throughput(row).get(1)
    base_streaming = _throughput(compared).get(1) if compared else None
    size, speed = found or (None, None)
    timing = next((timing for timing in row.timings if timing.batch_size == size), None)
    return VariantSummary(
        model=of.name,
        seed=of.seed,
        variant=row.variant,
        device=row.device,
        reference=reference,
        score=row.score,
        difference=row.difference,
        identical=row.identical,
        agreement=row.agreement,
        best_batch_size=size,
        documents_per_second=speed,
        characters_per_second=timing.characters / sum(timing.seconds) if timing else None,
        streaming=streaming,
        batch_gain=ratio(speed, streaming),
        ratio=ratio(speed, base[1] if base else None),
        streaming_ratio=ratio(streaming, base_streaming),
        loaded_gib=row.memory.get("loaded_gib"),
        process_gib=row.memory.get("process_gib"),
        gpu_gib=row.memory.get("gpu_gib"),
        notes=notes,
        notes_seconds=notes / speed if speed else None,
        notes_streaming_seconds=notes / streaming if streaming else None,
        load_seconds=row.load_seconds,
        missing=row.reason or ("" if speed else "no call was timed"),
    )


def _throughput(row: VariantSpeed) -> dict[int, float]:
    """Batch size → documents per second, where there are any."""
    return {
        timing.batch_size: timing.documents / sum(timing.seconds) for timing in row.timings if sum(timing.seconds)
    }


def ratio(one: float | None, other: float | None) -> float | None:
    """One divided by the other; None where either is undefined."""
    return one / other if one is not None and other else None


def _with_missing(row: dict[str, Any]) -> dict[str, Any]:
    """One column of reasons: why there is no variant, or why one of its scores is None."""
    missing = row.pop("missing")
    return row | {"reason": missing or row["reason"]}
