"""Wrong entities by type: what a bill would hold that the patient does not have.

The rate is the false discovery rate, wrong / predicted = 1 − precision. A rate over true negatives, as false
positive rates are elsewhere, means nothing for entities: nobody counts the spans that were rightly not predicted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tabib.analysis.production.split import SplitEntities
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_PREDICTIONS, Ints, divide
from tabib.metrics.proportions import Proportions, proportions
from tabib.tasks.base import Resampling

ALL_TYPES = "all types"
NONE_KEPT = "none is auto-coded"


@dataclass(frozen=True, slots=True)
class TypeRisk:
    """One type, or ``ALL_TYPES``.

    Args:
        predicted, wrong, rate: at all confidences; rate = wrong / predicted, with Korn and Graubard's interval.
        per_100: wrong entities in 100 documents.
        threshold: auto_coded, auto_wrong, auto_rate and auto_per_100 are the same of entities at or above it.
    """

    label: str
    high_value: bool
    predicted: int
    wrong: int
    rate: Score
    per_100: Score
    threshold: float
    auto_coded: int
    auto_wrong: int
    auto_rate: Score
    auto_per_100: Score


def type_risks(
    split: SplitEntities, threshold: float, high_value: Collection[str], resampling: Resampling
) -> tuple[TypeRisk, ...]:
    """All types with gold or predictions, the most wrong auto-coded entities first; then all types together.

    Of equally many, the type with more wrong entities at all confidences comes first.
    """
    judged = split.judged
    every, kept = np.ones(judged.predicted, np.bool_), split.kept(threshold)
    blocks = [_with_total(split.by_type(mask)) for mask in (every, ~judged.right, kept, kept & ~judged.right)]
    predicted, wrong, auto, auto_wrong = blocks
    rate = _rates(predicted, wrong).scores(NO_PREDICTIONS)
    auto_rate = _rates(auto, auto_wrong).scores(judged.reason or NONE_KEPT)
    per_100 = _per_100(np.hstack([wrong, auto_wrong]), resampling)
    k = predicted.shape[1]
    gold = _with_total(split.gold_by_type()).sum(axis=0)
    rows = [
        TypeRisk(
            name,
            name in high_value,
            int(predicted[:, i].sum()),
            int(wrong[:, i].sum()),
            rate[i],
            per_100[i],
            threshold,
            int(auto[:, i].sum()),
            int(auto_wrong[:, i].sum()),
            auto_rate[i],
            per_100[k + i],
        )
        for i, name in enumerate((*split.labels, ALL_TYPES))
        if i == k - 1 or gold[i] or predicted[:, i].any()
    ]
    return (*sorted(rows[:-1], key=lambda row: (-row.auto_wrong, -row.wrong, row.label)), rows[-1])


def _with_total(counts_DL: Ints) -> Ints:
    return np.hstack([counts_DL, counts_DL.sum(axis=1, keepdims=True)])


def _rates(n: Ints, wrong: Ints) -> Proportions:
    """The total has more entities than any type, and a design effect of its own."""
    parts = [proportions(wrong[:, place], n[:, place]) for place in (slice(None, -1), slice(-1, None))]
    return Proportions(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("share", "low", "high", "effective")
        )
    )


def _per_100(counts_DK: Ints, resampling: Resampling) -> list[Score]:
    def statistic(sums: Floats) -> dict[str, Floats]:
        return {"per_100": divide(100 * sums[..., :-1], sums[..., -1:])}

    columns = np.hstack([counts_DK, np.ones((len(counts_DK), 1))])
    return score_sums(columns, statistic, {"per_100": "no documents"}, resampling.n, resampling.seed)["per_100"]
