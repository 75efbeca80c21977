"""Which features of entities go with errors: found by trying all of them, with care for how many were tried.

For gold an error is an entity that was not found exactly, for predictions one that is not exactly right. For each
feature the error rate of the entities that have it is held against that of those that have it not. Entities of one
document are alike, so intervals and p values are of a bootstrap over documents. The p values are adjusted for the
number of features (both sides together): p is the share of resamples in which the largest of all features'
studentised deviations from its own difference is at least as large as the observed one (single-step max-T;
Westfall and Young 1993; Romano and Wolf 2005), so that with probability 95% no feature is called a pattern by
chance. The observed difference is divided by the larger of its bootstrap error and the error that it would have if
both rates were the same, since a rate of 0% or 100% in a few entities has no bootstrap error at all.

Shapes: D documents, E entities, F features, R resamples.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tabib.analysis.errors import ErrorClass
from tabib.analysis.features import Feature
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, intervals, resampled_sums
from tabib.metrics.counts import divide
from tabib.tasks.base import Resampling

Side = Literal["gold", "predicted"]
SIDES: tuple[Side, ...] = ("gold", "predicted")

MIN_ENTITIES = 10
MIN_DOCUMENTS = 5
"""A feature is tried where this many entities in this many documents have it, and as many have it not."""

LEVEL = 0.05

MAX_RESAMPLES = 2000
"""More would only make p values below 1/2000 smaller, at the cost of memory for every feature."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A gold or predicted entity: its document, what became of it, and its features."""

    side: Side
    document: str
    kind: ErrorClass
    features: frozenset[Feature]

    @property
    def wrong(self) -> bool:
        return self.kind is not ErrorClass.EXACT


@dataclass(frozen=True, slots=True)
class Pattern:
    """One feature on one side.

    Args:
        n, n_without: entities that have it and that have it not.
        documents: in which some entity has it.
        rate, rate_without: of errors, in [0, 1].
        difference: ``rate - rate_without`` with its own 95% interval, which is not adjusted.
        p: adjusted for all features that were tried; None where the bootstrap says nothing.
        kinds, kinds_without: class → entities.
        same_as: further features that the very same entities have.
    """

    side: Side
    feature: Feature
    n: int
    n_without: int
    documents: int
    rate: float
    rate_without: float
    difference: Score
    p: float | None
    kinds: Mapping[str, int]
    kinds_without: Mapping[str, int]
    same_as: tuple[Feature, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it is more than chance."""
        return self.p is not None and self.p < LEVEL

    def to_json(self) -> dict[str, Any]:
        return self.to_row() | {"kinds": dict(self.kinds), "kinds_without": dict(self.kinds_without)}

    def to_row(self) -> dict[str, Any]:
        return {
            "side": self.side,
            "family": self.feature.family,
            "feature": self.feature.name,
            "same_as": "; ".join(feature.name for feature in self.same_as),
            "n": self.n,
            "n_without": self.n_without,
            "documents": self.documents,
            "rate": self.rate,
            "rate_without": self.rate_without,
            "difference": self.difference.value,
            "difference_low": self.difference.low,
            "difference_high": self.difference.high,
            "p": self.p,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True)
class PatternAnalysis:
    """All features that were tried, those found first, then by the size of the difference.

    Args:
        too_few: features that too few entities (or all but too few) have; they were not tried.
        absent: family of features → why it could not be looked at.
        reason: why no p value could be given at all; empty otherwise.
    """

    patterns: tuple[Pattern, ...]
    too_few: int
    absent: Mapping[str, str]
    reason: str = ""

    @property
    def found(self) -> tuple[Pattern, ...]:
        return tuple(pattern for pattern in self.patterns if pattern.found)

    def to_json(self) -> dict[str, Any]:
        return {
            "tried": len(self.patterns),
            "too_few": self.too_few,
            "absent": dict(self.absent),
            "reason": self.reason,
            "patterns": [pattern.to_json() for pattern in self.patterns],
        }

    def rows(self) -> list[dict[str, Any]]:
        return [pattern.to_row() for pattern in self.patterns]


def find_patterns(
    mentions: Sequence[Mention],
    documents: Sequence[str],
    resampling: Resampling,
    absent: Mapping[str, str] | None = None,
) -> PatternAnalysis:
    """Try every feature of the mentions.

    Args:
        documents: ids of all documents of the split.
        absent: passed on to the result.
    """
    place = {id_: index for index, id_ in enumerate(documents)}
    candidates: list[_Candidate] = []
    too_few = 0
    for side in SIDES:
        chosen = [mention for mention in mentions if mention.side == side]
        found, skipped = _candidates(side, chosen, place)
        candidates += found
        too_few += skipped
    reason = "" if resampling.n and len(documents) > 1 else "no resamples of documents were drawn"
    if not candidates:
        return PatternAnalysis((), too_few, absent or {}, reason)
    resamples = 0 if reason else min(resampling.n, MAX_RESAMPLES)
    differences, p_F = _test(candidates, resamples, resampling.seed)
    patterns = [
        one.pattern(difference, None if np.isnan(p) else float(p))
        for one, difference, p in zip(candidates, differences, p_F, strict=True)
    ]
    patterns.sort(key=lambda one: (not one.found, -abs(one.rate - one.rate_without), one.side, one.feature))
    return PatternAnalysis(tuple(patterns), too_few, absent or {}, reason)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Counts of a feature by document: (D, 4): with, errors with, without, errors without."""

    side: Side
    feature: Feature
    same_as: tuple[Feature, ...]
    counts: NDArray[np.int64]
    kinds: Mapping[str, int]
    kinds_without: Mapping[str, int]

    def pattern(self, difference: Score, p: float | None) -> Pattern:
        n, wrong, n_without, wrong_without = map(int, self.counts.sum(axis=0))
        documents = int((self.counts[:, 0] > 0).sum())
        rates = (wrong / n, wrong_without / n_without)
        return Pattern(
            self.side, self.feature, n, n_without, documents, *rates, difference, p,
            self.kinds, self.kinds_without, self.same_as,
        )  # fmt: skip


def _candidates(side: Side, mentions: Sequence[Mention], place: Mapping[str, int]) -> tuple[list[_Candidate], int]:
    """The features of one side that can be tried, and how many cannot. Those of the same entities are one."""
    members: dict[Feature, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        for feature in mention.features:
            members[feature].append(index)
    document_E = np.array([place[mention.document] for mention in mentions], dtype=np.intp)
    wrong_E = np.array([mention.wrong for mention in mentions], dtype=np.int64)
    kinds = Counter(mention.kind.value for mention in mentions)
    n_documents = len(place)
    total_D = np.bincount(document_E, minlength=n_documents)
    wrong_D = np.bincount(document_E, wrong_E, minlength=n_documents).astype(np.int64)
    groups: dict[tuple[int, ...], list[Feature]] = defaultdict(list)
    for feature in sorted(members):
        groups[tuple(members[feature])].append(feature)
    found, too_few = [], 0
    for indices, (feature, *others) in groups.items():
        chosen = np.array(indices, dtype=np.intp)
        with_D = np.bincount(document_E[chosen], minlength=n_documents)
        wrong_with_D = np.bincount(document_E[chosen], wrong_E[chosen], minlength=n_documents).astype(np.int64)
        counts_D4 = np.stack([with_D, wrong_with_D, total_D - with_D, wrong_D - wrong_with_D], axis=1)
        enough = all(
            column.sum() >= MIN_ENTITIES and (column > 0).sum() >= MIN_DOCUMENTS for column in counts_D4.T[::2]
        )
        if not enough:
            too_few += 1 + len(others)
            continue
        kinds_with = Counter(mentions[index].kind.value for index in indices)
        found.append(_Candidate(side, feature, tuple(others), counts_D4, kinds_with, kinds - kinds_with))
    return found, too_few


def _test(candidates: Sequence[_Candidate], resamples: int, seed: int) -> tuple[list[Score], Floats]:
    """Differences of error rates with their intervals, and adjusted p values (nan: none)."""
    stacked_DC = np.hstack([one.counts for one in candidates])
    point_F4 = stacked_DC.sum(axis=0).reshape(-1, 4).astype(np.float64)
    point_F = _difference(point_F4)
    if not resamples:
        return [Score(float(value)) for value in point_F], np.full(len(candidates), np.nan)
    sums_RF4 = resampled_sums(stacked_DC, resamples, seed).reshape(resamples, -1, 4)
    drawn_RF = _difference(sums_RF4)
    low_F, high_F = intervals(drawn_RF)
    error_F = _spread(drawn_RF)
    usable_F = ~np.isnan(low_F) & (np.maximum(error_F, _null_error(point_F4)) > 0)
    # A feature without bootstrap error never deviates; it takes no part in the largest deviation.
    deviation_RF = np.abs(divide(drawn_RF - point_F, np.broadcast_to(error_F, drawn_RF.shape)))
    largest_R = np.max(np.where(np.isnan(deviation_RF) | ~usable_F, 0.0, deviation_RF), axis=1)
    observed_F = divide(np.abs(point_F), np.maximum(error_F, _null_error(point_F4)))
    exceeding_F = (largest_R[:, None] >= observed_F[None, :]).sum(axis=0)
    p_F = np.where(usable_F, (1 + exceeding_F) / (1 + resamples), np.nan)
    scores = [
        Score(float(value)) if np.isnan(low) else Score(float(value), low=float(low), high=float(high))
        for value, low, high in zip(point_F, low_F, high_F, strict=True)
    ]
    return scores, p_F


def _difference(counts: Floats) -> Floats:
    """Error rate with the feature less that without it, over the last axis (with, wrong, without, wrong)."""
    return divide(counts[..., 1], counts[..., 0]) - divide(counts[..., 3], counts[..., 2])


def _spread(drawn_RF: Floats) -> Floats:
    """Sample standard deviation over the resamples that are defined; nan for fewer than two."""
    defined_RF = ~np.isnan(drawn_RF)
    n_F = defined_RF.sum(axis=0)
    mean_F = divide(np.where(defined_RF, drawn_RF, 0).sum(axis=0), n_F)
    squares_F = (np.where(defined_RF, drawn_RF - mean_F, 0) ** 2).sum(axis=0)
    return np.sqrt(divide(squares_F, np.maximum(n_F - 1, 0)))


def _null_error(counts: Floats) -> Floats:
    """Standard error of the difference if all entities had the pooled error rate."""
    n, n_without = counts[..., 0], counts[..., 2]
    rate = (counts[..., 1] + counts[..., 3]) / (n + n_without)
    error: Floats = np.sqrt(rate * (1 - rate) * (1 / n + 1 / n_without))
    return error
