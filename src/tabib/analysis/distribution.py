"""How confidences are distributed over right and wrong predictions, and what the model thought where it missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tabib.analysis.judged import NOTHING_SAID_OF_WORDS, Judged
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import divide
from tabib.tasks.base import Resampling

HISTOGRAM_BINS = 20


@dataclass(frozen=True, slots=True)
class MeanConfidences:
    """Mean confidence of right (TP) and wrong (FP) predictions, and what was said of the words of the gold.

    Args:
        tp, fp: mean confidence of the right and of the wrong predicted entities.
        fn: of the missed gold entities, the mean probability that no entity covers their words (first the mean
            over the words of an entity, then over entities). Near 1: the model was sure that nothing was there.
        found: the same of the gold entities that were found, to compare with.
    """

    tp: Score
    fp: Score
    fn: Score
    found: Score


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """Predicted entities with ``low`` <= confidence < ``high`` (the last bin: <=)."""

    low: float
    high: float
    right: int
    wrong: int


def mean_confidences(judged: Judged, resampling: Resampling) -> MeanConfidences:
    """Means with bootstrap intervals over documents; None with a reason where there is nothing to average."""
    confident = judged.confident()
    right_N, known_M = confident.right, ~np.isnan(judged.outside)
    outside_M = np.where(known_M, judged.outside, 0.0)
    groups = {
        "tp": (confident.document, confident.confidence, right_N),
        "fp": (confident.document, confident.confidence, ~right_N),
        "fn": (judged.gold_document, outside_M, known_M & ~judged.found),
        "found": (judged.gold_document, outside_M, known_M & judged.found),
    }
    columns = [
        np.bincount(document, weights=values, minlength=judged.documents)
        for document, confidence, chosen in groups.values()
        for values in (chosen, chosen * confidence)
    ]

    def statistic(sums: Floats) -> dict[str, Floats]:
        return {name: divide(sums[..., 2 * i + 1], sums[..., 2 * i]) for i, name in enumerate(groups)}

    reasons = {
        "tp": judged.reason or "no prediction is right",
        "fp": judged.reason or "no prediction is wrong",
        "fn": _why_none(judged, "no gold entity was missed", missed=True),
        "found": _why_none(judged, "no gold entity was found", missed=False),
    }
    scores = score_sums(np.stack(columns, axis=1), statistic, reasons, resampling.n, resampling.seed)
    return MeanConfidences(**{name: scores[name][0] for name in groups})


def histogram(judged: Judged, bins: int = HISTOGRAM_BINS) -> tuple[HistogramBin, ...]:
    """Right and wrong predicted entities by confidence, in bins of equal width over [0, 1]."""
    confident = judged.confident()
    edges = np.linspace(0, 1, bins + 1)
    right, wrong = (
        np.histogram(confident.confidence[chosen], edges)[0].tolist()
        for chosen in (confident.right, ~confident.right)
    )
    rounded = [round(edge, 12) for edge in edges.tolist()]
    return tuple(HistogramBin(*numbers) for numbers in zip(rounded[:-1], rounded[1:], right, wrong, strict=True))


def _why_none(judged: Judged, otherwise: str, *, missed: bool) -> str:
    if not judged.gold:
        return "no gold"
    return NOTHING_SAID_OF_WORDS if np.any(judged.found != missed) else otherwise
