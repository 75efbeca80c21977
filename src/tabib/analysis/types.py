"""Scores by entity type, and by how often train held the type: frequent, medium, rare.

All are exact scores (same label, identical spans) over characters; those of a type, and of all types, are the
numbers and the intervals of ``tabib score``. A type without gold in the split has no scores, not zeros: what was
predicted for it is shown beside it, and counts in the micro scores of its tier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Literal, get_args

import numpy as np

from tabib.analysis.rows import number_row, to_json, to_row
from tabib.analysis.runs import RunData
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import Counts, divide, rates, score_counts
from tabib.metrics.ner import exact_counts
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

Tier = Literal["frequent", "medium", "rare"]
TIERS: tuple[Tier, ...] = get_args(Tier)

NO_SUPPORT = "no gold of this type in the split (predictions for it count in the micro scores)"
NO_TRAIN_COUNTS = "the record does not say how often train held each type, and its corpus was not read"

_RATES = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Gold entities of train: fewer than ``rare_below`` make a type rare, more than ``frequent_above`` frequent.

    Raises:
        ConfigError: a threshold below 0, or types that would be both.
    """

    rare_below: int = 100
    frequent_above: int = 1000

    def __post_init__(self) -> None:
        if not 0 <= self.rare_below <= self.frequent_above + 1:
            raise ConfigError(
                f"tiers: rare below {self.rare_below} and frequent above {self.frequent_above}; expected"
                " 0 <= rare_below <= frequent_above + 1"
            )

    def tier(self, train: int) -> Tier:
        return "rare" if train < self.rare_below else "frequent" if train > self.frequent_above else "medium"


@dataclass(frozen=True, slots=True)
class TypeScores:
    """One type.

    Args:
        train: its gold entities in train; None where nobody knows. ``tier`` follows from it.
        support, predicted, correct: entities of the split: gold, predicted, exactly right.
        precision, recall, f1: in [0, 1]; None without support.
    """

    label: str
    tier: Tier | None
    train: int | None
    support: int
    predicted: int
    correct: int
    precision: Score
    recall: Score
    f1: Score


@dataclass(frozen=True, slots=True)
class TierScores:
    """The types of one tier, or of all: ``precision``, ``recall`` and ``f1`` over their entities (micro).

    Args:
        tier: ``all`` for all of them.
        types: how many; ``scored`` of them have gold in the split.
        f1_macro: mean F1 of those with gold.
    """

    tier: str
    types: int
    scored: int
    support: int
    predicted: int
    correct: int
    precision: Score
    recall: Score
    f1: Score
    f1_macro: Score


@dataclass(frozen=True, slots=True)
class TypeAnalysis:
    """All types by falling F1, those without support last; then tiers.

    Args:
        tiers: frequent, medium, rare, those that have types; none with ``no_tiers``, the reason.
        frequency: Spearman's correlation of F1 with the number of train entities, over types with support.
        gaps: (tier, tier) → how much higher the micro F1 of the first one is, for each pair of tiers.
    """

    types: tuple[TypeScores, ...]
    overall: TierScores
    tiers: tuple[TierScores, ...]
    no_tiers: str
    thresholds: Thresholds
    frequency: Score
    gaps: Mapping[tuple[str, str], Score]
    resamples: int

    def to_json(self) -> dict[str, Any]:
        return {
            "thresholds": asdict(self.thresholds),
            "resamples": self.resamples,
            "overall": to_json(self.overall),
            "tiers": [to_json(tier) for tier in self.tiers],
            "no_tiers": self.no_tiers,
            "frequency": self.frequency.to_json(),
            "gaps": {f"{one} - {other}": score.to_json() for (one, other), score in self.gaps.items()},
            "types": [to_json(row) for row in self.types],
        }

    def type_rows(self) -> list[dict[str, Any]]:
        """The table of types, a column for each number; what is undefined is None, its reason in ``reason``."""
        return [to_row(row) for row in self.types]

    def tier_rows(self) -> list[dict[str, Any]]:
        """The table of tiers, all types together last."""
        return [to_row(row) for row in (*self.tiers, self.overall)]

    def number_rows(self) -> list[dict[str, Any]]:
        """Single numbers: the correlation, and the gaps between tiers as ``f1_frequent_minus_rare``."""
        gaps = [number_row(f"f1_{one}_minus_{other}", score) for (one, other), score in self.gaps.items()]
        return [number_row("spearman_f1_train", self.frequency), *gaps]


def analyse_types(data: RunData, thresholds: Thresholds, resampling: Resampling) -> TypeAnalysis:
    """Scores of each type, each tier and all types, with 95% bootstrap intervals over documents."""
    counts = exact_counts(data.pairs(), data.labels)
    scores = get_task(data.record.task).score(data.references, data.predictions, data.record.labels, resampling)
    train = data.train_counts
    rows = []
    for column, label in enumerate(data.labels):
        support = int(counts.gold[:, column].sum())
        found = {name: scores.per_label[label][f"exact_{name}"] for name in _RATES}
        seen = None if train is None else train.get(label, 0)
        rows.append(
            TypeScores(
                label,
                None if seen is None else thresholds.tier(seen),
                seen,
                support,
                int(counts.predicted[:, column].sum()),
                int(counts.right[:, column].sum()),
                **(found if support else dict.fromkeys(_RATES, Score(None, NO_SUPPORT))),
            )
        )
    overall = {name: scores.metrics[f"exact_{name}"] for name in (*_RATES, "f1_macro")}
    tiers = []
    parts: dict[str, Counts] = {}
    for tier in TIERS if train is not None else ():
        columns = [column for column, row in enumerate(rows) if row.tier == tier]
        if columns:
            part = parts[tier] = _columns(counts, columns)
            tiers.append(_tier(tier, part, score_counts({"": part}, resampling.n, resampling.seed)[0]))
    return TypeAnalysis(
        tuple(sorted(rows, key=_falling)),
        _tier("all", counts, overall),
        tuple(tiers),
        NO_TRAIN_COUNTS if train is None else "",
        thresholds,
        _frequency(counts, train, resampling),
        {(one, other): _gap(parts[one], parts[other], resampling) for one, other in combinations(parts, 2)},
        resampling.n,
    )


def _falling(row: TypeScores) -> tuple[bool, float, int, str]:
    return (row.f1.value is None, -(row.f1.value or 0.0), -row.support, row.label)


def _tier(name: str, counts: Counts, scores: Mapping[str, Score]) -> TierScores:
    gold, predicted, right = (array[:, :-1].sum(axis=0) for array in (counts.gold, counts.predicted, counts.right))
    return TierScores(
        name,
        len(counts.labels),
        int((gold > 0).sum()),
        int(gold.sum()),
        int(predicted.sum()),
        int(right.sum()),
        **{key: scores[key] for key in (*_RATES, "f1_macro")},
    )


def _columns(counts: Counts, columns: Sequence[int]) -> Counts:
    """The counts of some labels, and of these together."""

    def part(array: Any) -> Any:
        chosen = array[:, columns]
        return np.hstack([chosen, chosen.sum(axis=1, keepdims=True)])

    labels = tuple(counts.labels[column] for column in columns)
    return Counts(labels, part(counts.gold), part(counts.predicted), part(counts.found), part(counts.right))


def _gap(one: Counts, other: Counts, resampling: Resampling) -> Score:
    """Micro F1 of the first minus that of the second, both on the same resampled documents."""
    columns = 4 * (len(one.labels) + 1)

    def statistic(sums: Floats) -> dict[str, Floats]:
        return {"gap": rates(sums[..., :columns]).f1[..., -1] - rates(sums[..., columns:]).f1[..., -1]}

    reasons = {"gap": "one of the tiers has neither gold nor predictions"}
    values = np.hstack([one.stacked(), other.stacked()])
    return score_sums(values, statistic, reasons, resampling.n, resampling.seed)["gap"][0]


def _frequency(counts: Counts, train: Mapping[str, int] | None, resampling: Resampling) -> Score:
    """Spearman's rank correlation, ties at their mean rank; each resample of documents is ranked anew.

    Shapes: M columns of counts, K types with support.
    """
    if train is None:
        return Score(None, NO_TRAIN_COUNTS)
    kept = np.flatnonzero(counts.gold[:, :-1].sum(axis=0) > 0)
    train_K = np.array([train.get(counts.labels[column], 0) for column in kept], dtype=np.float64)
    if len(kept) < 3:
        return Score(None, f"{len(kept)} types with gold in the split, expected 3 or more")
    part = _columns(counts, list(kept))

    def statistic(sums: Floats) -> dict[str, Floats]:
        return {"frequency": _spearman(rates(sums).f1[..., :-1], train_K)}

    constant = {"frequency": "F1 or the number in train is the same for all types"}
    return score_sums(part.stacked(), statistic, constant, resampling.n, resampling.seed)["frequency"][0]


def _spearman(f1: Floats, train_K: Floats) -> Floats:
    """Over the last axis, where ``f1`` is defined; nan where either is constant."""
    from scipy.stats import rankdata

    defined = ~np.isnan(f1)
    n = defined.sum(axis=-1, keepdims=True)
    centred = []
    for values in (f1, np.broadcast_to(train_K, f1.shape)):
        # What is undefined comes last and changes no other rank.
        ranks = rankdata(np.where(defined, values, np.inf), axis=-1)
        centred.append(np.where(defined, ranks - (n + 1) / 2, 0.0))
    product = (centred[0] * centred[1]).sum(axis=-1)
    return divide(product, np.sqrt((centred[0] ** 2).sum(axis=-1) * (centred[1] ** 2).sum(axis=-1)))
