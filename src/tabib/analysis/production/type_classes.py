"""Which types may be coded without a reader, decided on dev, and what the split shows of each decision.

By the entities of a type that dev has at or above the threshold, with tests of precision that go with Korn and
Graubard's interval, for types with ``min_entities`` of them or more, in two documents or more:

=======  ======================================================================================================
auto     precision is shown to reach the target: that it is lower is refuted at 5%, adjusted (Holm) for all types
         that are tested
human    precision is probably lower: that it reaches the target is refuted at 10%; or nothing is predicted of gold
unknown  the rest
=======  ======================================================================================================

Types that are ``auto`` are coded unseen. Of 40 that all lie just at the target an unadjusted test lets some pass
in up to 43% of simulated runs; adjusted, in at most 5%. ``human`` is tested leniently and not adjusted: to review
too much does no harm. It is tested all the same: which points lie just above the target, which below, is noise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tabib.analysis.judged import NO_DEV
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.production.split import SplitEntities
from tabib.analysis.production.verdicts import NO_INTERVAL, Verdict, too_few, verdict
from tabib.core.scores import Score
from tabib.metrics.bootstrap import score_sums
from tabib.metrics.counts import Ints, divide
from tabib.metrics.multiplicity import holm
from tabib.metrics.proportions import Proportions
from tabib.tasks.base import Resampling

TypeClass = Literal["auto", "human", "unknown"]
CLASSES: tuple[TypeClass, ...] = get_args(TypeClass)
AUTO_LEVEL = 0.05
"""The chance that any type is called ``auto`` whose precision is below the target."""
HUMAN_LEVEL = 0.1
"""The chance, for each type, that it is called ``human`` though its precision reaches the target."""

SHOWN = "precision is shown to reach the target"
BELOW = "precision is probably below the target"
NOT_SHOWN = "precision is neither shown to reach the target nor probably below it"
NOT_PREDICTED = "none is predicted: all of its gold is missed"
NOT_THERE = "neither gold nor predictions"
NONE_KEPT = "none is auto-coded"


@dataclass(frozen=True, slots=True)
class TypeDecision:
    """One type.

    Args:
        threshold: where it is decided and counted.
        dev_gold, dev_predicted: entities of dev; ``dev_auto_coded`` of them at or above the threshold. None
            without dev.
        dev_precision: of these, with the interval of Korn and Graubard.
        p_below: of "its precision is below the target" on dev, adjusted by Holm; None where it was not tested.
        p_reached: of "it reaches the target", not adjusted; None likewise.
        decided: the class, from dev alone; ``why``.
        candidate: it was tested on dev, and is not ``human``; a high-value type, whose errors cost most, has to be
            ``auto``.
        gold, predicted, auto_coded, right, precision: the split's.
        target_met: whether precision reaches the target there, by an interval that is not adjusted; ``unmet_why``
            it is not known.
    """

    label: str
    high_value: bool
    threshold: float
    dev_gold: int | None
    dev_predicted: int | None
    dev_auto_coded: int | None
    dev_precision: Score
    p_below: float | None
    p_reached: float | None
    decided: TypeClass
    why: str
    candidate: bool
    gold: int
    predicted: int
    auto_coded: int
    right: int
    precision: Score
    target_met: Verdict
    unmet_why: str


@dataclass(frozen=True, slots=True)
class ClassCheck:
    """What the split shows of the types of one class.

    Args:
        types: how many there are; ``yes``, ``no`` and ``unknown`` of them reach the target there.
        auto_coded, right, precision: of all their entities together, interval by bootstrap over documents.
    """

    decided: TypeClass
    types: int
    yes: int
    no: int
    unknown: int
    auto_coded: int
    right: int
    precision: Score


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The entities of one split by type: arrays (L) in the order of its labels."""

    place: Mapping[str, int]
    gold: Ints
    predicted: Ints
    kept: Ints
    right: Ints
    found: Proportions
    reason: str

    @classmethod
    def of(cls, split: SplitEntities, threshold: float) -> _Seen:
        kept_N = split.kept(threshold)
        kept_DL, right_DL = split.by_type(kept_N), split.by_type(kept_N & split.judged.right)
        return cls(
            {label: index for index, label in enumerate(split.labels)},
            split.gold_by_type().sum(axis=0),
            split.by_type(np.ones(split.judged.predicted, np.bool_)).sum(axis=0),
            kept_DL.sum(axis=0),
            right_DL.sum(axis=0),
            split.precision_by_type(kept_N),
            split.judged.reason or NONE_KEPT,
        )

    def counts(self, label: str) -> tuple[int, int, int, int]:
        """Gold, predicted, kept and right entities of a type; 0 where the split does not know it."""
        place = self.place.get(label)
        if place is None:
            return 0, 0, 0, 0
        gold, predicted, kept, right = (
            int(counts[place]) for counts in (self.gold, self.predicted, self.kept, self.right)
        )
        return gold, predicted, kept, right

    def precision(self, label: str) -> Score:
        place = self.place.get(label)
        return Score(None, NONE_KEPT) if place is None else self.found.scores(self.reason)[place]

    def tests(self, settings: ProductionSettings) -> dict[str, tuple[float, float]]:
        """Type → ``p_below`` and ``p_reached``, of the types that are tested."""
        able = (self.kept >= settings.min_entities) & ~np.isnan(self.found.effective)
        below, reached = self.found.p_below(settings.target), self.found.p_at_least(settings.target)
        adjusted = holm([float(p) if tested else None for p, tested in zip(below, able, strict=True)])
        return {label: (p, float(reached[i])) for label, i in self.place.items() if (p := adjusted[i]) is not None}


def decide_types(
    dev: SplitEntities | None,
    test: SplitEntities,
    threshold: float,
    settings: ProductionSettings,
    high_value: Collection[str],
) -> tuple[TypeDecision, ...]:
    """All types, by class, then by name.

    Args:
        dev: None where there is nothing to decide on: all types are ``unknown``.
    """
    on_test, on_dev = _Seen.of(test, threshold), None if dev is None else _Seen.of(dev, threshold)
    tests = {} if on_dev is None else on_dev.tests(settings)
    rows = []
    for label in test.labels:
        gold, predicted, kept, right = on_test.counts(label)
        precision = on_test.precision(label)
        met, unmet_why = verdict(precision, kept, settings.target, settings.min_entities)
        dev_gold, dev_predicted, dev_kept, _ = (None,) * 4 if on_dev is None else on_dev.counts(label)
        dev_precision = Score(None, NO_DEV) if on_dev is None else on_dev.precision(label)
        p_below, p_reached = tests.get(label, (None, None))
        decided, why = _decide(dev_gold, dev_predicted, dev_kept, tests.get(label), settings)
        rows.append(
            TypeDecision(
                label,
                label in high_value,
                threshold,
                dev_gold,
                dev_predicted,
                dev_kept,
                dev_precision,
                p_below,
                p_reached,
                decided,
                why,
                decided == "auto" or (label in tests and decided != "human" and label not in high_value),
                gold,
                predicted,
                kept,
                right,
                precision,
                met,
                unmet_why,
            )
        )
    return tuple(sorted(rows, key=lambda row: (CLASSES.index(row.decided), row.label)))


def _decide(
    gold: int | None,
    predicted: int | None,
    kept: int | None,
    tests: tuple[float, float] | None,
    settings: ProductionSettings,
) -> tuple[TypeClass, str]:
    """The class of a type from what dev has of it, and why."""
    if gold is None or predicted is None or kept is None:
        return "unknown", NO_DEV
    if not predicted:
        return ("human", NOT_PREDICTED) if gold else ("unknown", NOT_THERE)
    if tests is None:
        return "unknown", NO_INTERVAL if kept >= settings.min_entities else too_few(kept, settings.min_entities)
    p_below, p_reached = tests
    if p_below <= AUTO_LEVEL:
        return "auto", SHOWN
    return ("human", BELOW) if p_reached <= HUMAN_LEVEL else ("unknown", NOT_SHOWN)


@dataclass(frozen=True, slots=True)
class CodedType:
    """A type that a policy codes without a reader, at the policy's threshold.

    Args:
        dev_auto_coded, dev_precision: on dev, where the threshold was chosen. auto_coded, right, precision: on the
            split. Precisions with the interval of Korn and Graubard.
    """

    label: str
    threshold: float
    dev_auto_coded: int
    dev_precision: Score
    auto_coded: int
    right: int
    precision: Score


def coded_types(
    dev: SplitEntities, test: SplitEntities, types: Collection[str], threshold: float
) -> tuple[CodedType, ...]:
    """What a policy codes of each of its types, by name."""
    on_dev, on_test = _Seen.of(dev, threshold), _Seen.of(test, threshold)
    rows = []
    for label in sorted(types):
        _, _, kept, right = on_test.counts(label)
        dev_kept = on_dev.counts(label)[2]
        rows.append(
            CodedType(label, threshold, dev_kept, on_dev.precision(label), kept, right, on_test.precision(label))
        )
    return tuple(rows)


def check_classes(
    decisions: Collection[TypeDecision], test: SplitEntities, threshold: float, resampling: Resampling
) -> tuple[ClassCheck, ...]:
    """What the split shows of the types of each class together."""
    kept_N = test.kept(threshold)
    kept_DL, right_DL = test.by_type(kept_N), test.by_type(kept_N & test.judged.right)
    rows = []
    for name in CLASSES:
        mine = [row for row in decisions if row.decided == name]
        columns = [test.labels.index(row.label) for row in mine]
        both = np.stack([kept_DL[:, columns].sum(axis=1), right_DL[:, columns].sum(axis=1)], axis=1)
        precision = score_sums(
            both,
            lambda sums: {"precision": divide(sums[..., 1], sums[..., 0])},
            {"precision": test.judged.reason or NONE_KEPT},
            resampling.n,
            resampling.seed,
        )["precision"][0]
        met = [row.target_met for row in mine]
        kept, right = (int(n) for n in both.sum(axis=0))
        rows.append(
            ClassCheck(
                name, len(mine), met.count("yes"), met.count("no"), met.count("unknown"), kept, right, precision
            )
        )
    return tuple(rows)
