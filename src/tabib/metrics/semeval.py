"""The four schemes of SemEval-2013 task 9.1 (Segura-Bedmar et al. 2013), which nervaluate made common.

Gold and predicted entities are paired one to one; a pair shares at least one character. By scheme a pair is

| scheme  | correct                  | otherwise |
|---------|--------------------------|-----------|
| strict  | same spans, same label   | incorrect |
| exact   | same spans               | incorrect |
| partial | same spans               | partial (half a point; labels are ignored) |
| type    | same label, any overlap  | incorrect |

Unpaired gold is missed, an unpaired prediction is spurious. nervaluate pairs greedily in the order of the
lists, so nested or crossing entities score differently when the lists are sorted differently. Here, pairs are
chosen so that first the number of correct ones and then the number of pairs is the largest possible: the
counts depend on no order.

The ``type`` scheme's correct pairs are as many as the true positives of ``metrics.ner.partial_counts``. What it
adds is where the others went: ``incorrect`` were found but under a wrong label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Literal

import numpy as np

from tabib.core.spans import Entity
from tabib.metrics.matching import components, maximum_matching, overlapping
from tabib.metrics.ner import Pair

Scheme = Literal["strict", "exact", "partial", "type"]
SCHEMES: tuple[Scheme, ...] = ("strict", "exact", "partial", "type")


@dataclass(frozen=True, slots=True)
class SchemeCounts:
    """Pairs and what was left without one. ``possible`` = gold entities, ``actual`` = predicted entities."""

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    @property
    def possible(self) -> int:
        return self.correct + self.incorrect + self.partial + self.missed

    @property
    def actual(self) -> int:
        return self.correct + self.incorrect + self.partial + self.spurious

    @property
    def precision(self) -> float | None:
        """(correct + partial / 2) / actual; None where nothing was predicted."""
        return (self.correct + self.partial / 2) / self.actual if self.actual else None

    @property
    def recall(self) -> float | None:
        """(correct + partial / 2) / possible; None where there is no gold."""
        return (self.correct + self.partial / 2) / self.possible if self.possible else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None where there is neither gold nor a prediction."""
        total = self.actual + self.possible
        return (2 * self.correct + self.partial) / total if total else None

    def __add__(self, other: SchemeCounts) -> SchemeCounts:
        return SchemeCounts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


def scheme_counts(documents: Iterable[Pair], scheme: Scheme) -> list[SchemeCounts]:
    """Counts of each document. Exact repetitions of an entity collapse, as in all of tabib's NER metrics."""
    return [_COUNT[scheme](sorted(set(gold)), sorted(set(predicted))) for gold, predicted in documents]


def _strict(gold: Sequence[Entity], predicted: Sequence[Entity]) -> SchemeCounts:
    correct, others = _identical(gold, predicted, lambda entity: entity)
    return _result(gold, predicted, correct, incorrect=others)


def _exact(gold: Sequence[Entity], predicted: Sequence[Entity]) -> SchemeCounts:
    correct, others = _identical(gold, predicted, lambda entity: entity.spans)
    return _result(gold, predicted, correct, incorrect=others)


def _partial(gold: Sequence[Entity], predicted: Sequence[Entity]) -> SchemeCounts:
    correct, others = _identical(gold, predicted, lambda entity: entity.spans)
    return _result(gold, predicted, correct, partial=others)


def _type(gold: Sequence[Entity], predicted: Sequence[Entity]) -> SchemeCounts:
    neighbours = overlapping(gold, predicted)
    correct = pairs = 0
    for golds, others in components(neighbours, len(predicted)):
        if len(golds) == len(others) == 1:
            pairs += 1
            correct += gold[golds[0]].label == predicted[others[0]].label
            continue
        right, matched = _label_first(golds, others, neighbours, gold, predicted)
        correct, pairs = correct + right, pairs + matched
    return _result(gold, predicted, correct, incorrect=pairs - correct)


def _label_first(
    golds: Sequence[int],
    others: Sequence[int],
    neighbours: list[list[int]],
    gold: Sequence[Entity],
    predicted: Sequence[Entity],
) -> tuple[int, int]:
    """(pairs of the same label, pairs) of the matching with most of the former, then most of the latter."""
    from scipy.optimize import linear_sum_assignment

    # One pair of the same label outweighs as many other pairs as there can be.
    outweigh = min(len(golds), len(others)) + 1
    weights = np.zeros((len(golds), len(others)))
    column = {other: index for index, other in enumerate(others)}
    for row, index in enumerate(golds):
        for option in neighbours[index]:
            weights[row, column[option]] = outweigh if gold[index].label == predicted[option].label else 1
    chosen = weights[linear_sum_assignment(weights, maximize=True)]
    return int((chosen == outweigh).sum()), int((chosen > 0).sum())


def _identical(
    gold: Sequence[Entity], predicted: Sequence[Entity], key: Callable[[Entity], Hashable]
) -> tuple[int, int]:
    """Pairs with the same key, and the most overlapping pairs that the rest can make."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index, entity in enumerate(predicted):
        waiting[key(entity)].append(index)
    left = []
    for entity in gold:
        same = waiting.get(key(entity))
        if same:
            same.pop()
        else:
            left.append(entity)
    rest = [predicted[index] for indices in waiting.values() for index in indices]
    partners = maximum_matching(overlapping(left, rest), len(rest))
    return len(gold) - len(left), sum(partner >= 0 for partner in partners)


def _result(
    gold: Collection[Entity], predicted: Collection[Entity], correct: int, *, incorrect: int = 0, partial: int = 0
) -> SchemeCounts:
    pairs = correct + incorrect + partial
    return SchemeCounts(correct, incorrect, partial, len(gold) - pairs, len(predicted) - pairs)


_COUNT: dict[Scheme, Callable[[Sequence[Entity], Sequence[Entity]], SchemeCounts]] = {
    "strict": _strict,
    "exact": _exact,
    "partial": _partial,
    "type": _type,
}
