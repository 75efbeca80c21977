"""Wrong entities by type: what a bill would hold that the patient does not have.

The rate is the false discovery rate, wrong / predicted = 1 − precision. A rate over true negatives, as false
positive rates are elsewhere, means nothing for entities: nobody counts the spans that were rightly not predicted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tabib.analysis.production.split import Bools, SplitEntities
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_PREDICTIONS, Ints, divide
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
    rate = _rates(split, every, NO_PREDICTIONS)
    auto_rate = _rates(split, kept, judged.reason or NONE_KEPT)
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


def _rates(split: SplitEntities, chosen: Bools, reason: str) -> list[Score]:
    """Of each type, then of all of them."""
    found = (split.precision_by_type(chosen), split.precision_of(chosen))
    return [score for part in found for score in part.complement().scores(reason)]


def _per_100(counts_DK: Ints, resampling: Resampling) -> list[Score]:
    def statistic(sums: Floats) -> dict[str, Floats]:
        return {"per_100": divide(100 * sums[..., :-1], sums[..., -1:])}

    columns = np.hstack([counts_DK, np.ones((len(counts_DK), 1))])
    return score_sums(columns, statistic, {"per_100": "no documents"}, resampling.n, resampling.seed)["per_100"]
