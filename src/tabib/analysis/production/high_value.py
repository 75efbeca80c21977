"""The types whose errors cost most: how good they are, and how precise what is coded of them without a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.production.split import SplitEntities
from tabib.analysis.production.verdicts import Verdict, verdict
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_GOLD, NO_PREDICTIONS, Counts, Ints, divide, score_counts
from tabib.tasks.base import Resampling

TOGETHER = "all of them"
NONE_KEPT = "none is auto-coded"


@dataclass(frozen=True, slots=True)
class HighValueType:
    """One high-value type, or ``TOGETHER``.

    Args:
        gold, predicted: entities of the split.
        precision, recall, f1: of all predictions, as ``tabib score`` has them.
        threshold: the one at which the rest is counted.
        auto_coded, right: entities at or above it.
        precision_auto: right / auto-coded, with the interval of Korn and Graubard.
        coverage: auto-coded / predicted.
        recall_auto: right / gold.
        target_met: whether ``precision_auto`` reaches the target; ``why`` it is not known.
    """

    label: str
    gold: int
    predicted: int
    precision: Score
    recall: Score
    f1: Score
    threshold: float
    auto_coded: int
    right: int
    precision_auto: Score
    coverage: Score
    recall_auto: Score
    target_met: Verdict
    why: str


def high_value_types(
    split: SplitEntities, types: Sequence[str], settings: ProductionSettings, resampling: Resampling
) -> tuple[HighValueType, ...]:
    """Each type, then all of them where there are several; empty for no types."""
    if not types:
        return ()
    columns = [split.labels.index(name) for name in types]
    judged, kept = split.judged, split.kept(settings.threshold)
    every = np.ones(judged.predicted, np.bool_)

    def part(counts_DL: Ints) -> Ints:
        chosen = counts_DL[:, columns]
        return np.hstack([chosen, chosen.sum(axis=1, keepdims=True)])

    gold, predicted, right = (part(counts) for counts in (
        split.gold_by_type(), split.by_type(every), split.by_type(judged.right)
    ))  # fmt: skip
    auto, auto_right = part(split.by_type(kept)), part(split.by_type(kept & judged.right))
    overall, per_label = score_counts(
        {"": Counts(tuple(types), gold, predicted, right, right)}, resampling.n, resampling.seed
    )
    reason = judged.reason or NONE_KEPT
    by_type = split.precision_by_type(kept).scores(reason)
    of_these = np.isin(split.label, columns)
    of_auto = [*(by_type[i] for i in columns), *split.precision_of(kept & of_these).scores(reason)]
    k = len(types) + 1

    def statistic(sums: Floats) -> dict[str, Floats]:
        auto_K, right_K, predicted_K, gold_K = np.split(sums, [k, 2 * k, 3 * k], axis=-1)
        return {"coverage": divide(auto_K, predicted_K), "recall_auto": divide(right_K, gold_K)}

    shares = score_sums(
        np.hstack([auto, auto_right, predicted, gold]),
        statistic,
        {"coverage": NO_PREDICTIONS, "recall_auto": NO_GOLD},
        resampling.n,
        resampling.seed,
    )
    if judged.reason and judged.predicted:
        shares = {name: [Score(None, judged.reason)] * k for name in shares}
    rows = []
    for i, name in enumerate((*types, TOGETHER)):
        n, scores = int(auto[:, i].sum()), per_label.get(name, overall)
        met, why = verdict(of_auto[i], n, settings.target, settings.min_entities)
        rows.append(
            HighValueType(
                name,
                int(gold[:, i].sum()),
                int(predicted[:, i].sum()),
                scores["precision"],
                scores["recall"],
                scores["f1"],
                settings.threshold,
                n,
                int(auto_right[:, i].sum()),
                of_auto[i],
                shares["coverage"][i],
                shares["recall_auto"][i],
                met,
                why,
            )
        )
    return tuple(rows[:1] if len(types) == 1 else rows)
