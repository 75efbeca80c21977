"""Entity by entity: what goes through, what a reader is given, and what nobody sees, as the threshold moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabib.analysis.production.split import SplitEntities
from tabib.analysis.rows import to_row
from tabib.analysis.thresholds import threshold_table
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_GOLD, divide
from tabib.tasks.base import Resampling

_OF_GOLD = ("pointed", "hidden", "unseen")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way of deploying a model does to one split.

    Args:
        threshold: predicted entities with at least this confidence are coded without a reader.
        predicted: of them ``auto_coded``, ``right`` and ``wrong``; the rest go to ``review``.
        automation: auto-coded / predicted.
        precision: right / auto-coded.
        recall: gold that is coded rightly without a reader / gold.
        pointed: gold that a reader is shown an overlapping prediction of / gold.
        hidden: gold that only wrong auto-coded entities overlap / gold.
        unseen: gold that no prediction overlaps / gold: nobody is told of it, in review neither. Recall, pointed,
            hidden and unseen sum to 1.
        wrong_per_document: auto-coded wrong entities, mean over documents.
        review_per_document: entities that a reader is given, mean over documents.
    """

    threshold: float
    predicted: int
    auto_coded: int
    review: int
    right: int
    wrong: int
    automation: Score
    precision: Score
    recall: Score
    pointed: Score
    hidden: Score
    unseen: Score
    wrong_per_document: Score
    review_per_document: Score

    def to_row(self) -> dict[str, Any]:
        return to_row(self)


def outcomes(split: SplitEntities, thresholds: Sequence[float], resampling: Resampling) -> tuple[Outcome, ...]:
    """One outcome for each threshold, with bootstrap intervals over documents."""
    rates = threshold_table(split.judged, thresholds, resampling)
    k = len(thresholds)
    kept = [split.kept(threshold) for threshold in thresholds]
    fates = [split.fate_of_gold(mask) for mask in kept]
    columns = [
        *(split.gold_by_document(getattr(fate, name)) for name in _OF_GOLD for fate in fates),
        *(split.by_document(mask & ~split.judged.right) for mask in kept),
        *(split.by_document(~mask) for mask in kept),
        np.bincount(split.judged.gold_document, minlength=split.judged.documents),
        np.ones(split.judged.documents),
    ]

    def statistic(sums: Floats) -> dict[str, Floats]:
        *parts, gold, documents = np.split(sums, [*range(k, 5 * k + 1, k), 5 * k + 1], axis=-1)
        return {
            **{name: divide(part, gold) for name, part in zip(_OF_GOLD, parts, strict=False)},
            "wrong_per_document": divide(parts[3], documents),
            "review_per_document": divide(parts[4], documents),
        }

    reasons = {**dict.fromkeys(_OF_GOLD, NO_GOLD), "wrong_per_document": "", "review_per_document": ""}
    scores = score_sums(np.stack(columns, axis=1), statistic, reasons, resampling.n, resampling.seed)
    predicted = split.judged.predicted
    return tuple(
        Outcome(
            row.threshold,
            predicted,
            row.kept,
            predicted - row.kept,
            row.right,
            row.kept - row.right,
            row.coverage,
            row.precision,
            row.recall,
            **{name: values[i] for name, values in scores.items()},
        )
        for i, row in enumerate(rates)
    )
