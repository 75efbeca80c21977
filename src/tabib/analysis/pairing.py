"""Which gold entity goes with which predicted one, where they are not the same: one to one, by what they share.

Both ways depend on the entities alone, not on the order in which they come: callers give them in the order of the
text (``runs.in_text_order``), which decides where nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tabib.core.spans import Entity
from tabib.metrics.matching import Neighbours, components, overlapping

Pairs = list[tuple[int, int]]
"""Indices of a gold and of a predicted entity, in the order of the former."""

Fits = Callable[[Entity, Entity], bool]


def by_largest_overlap(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Pairs:
    """The pair that shares most characters, then the one that shares most of those left, and so on.

    Of pairs that share equally many: the one with fewer characters that are not shared (identical spans first),
    then one of the same label, then the earlier gold entity, then the earlier predicted one. So every exact match
    is a pair, and so are any two entities that overlap each other and nothing else.
    """
    candidates = []
    for i, options in enumerate(overlapping(gold, predicted)):
        for j in options:
            one, other = gold[i], predicted[j]
            shared = one.overlap(other)
            apart = one.length + other.length - 2 * shared
            candidates.append((-shared, apart, one.label != other.label, i, j))
    free_gold, free_predicted = set(range(len(gold))), set(range(len(predicted)))
    pairs = []
    for *_, i, j in sorted(candidates):
        if i in free_gold and j in free_predicted:
            free_gold.remove(i)
            free_predicted.remove(j)
            pairs.append((i, j))
    return sorted(pairs)


def most_pairs(gold: Sequence[Entity], predicted: Sequence[Entity], fits: Fits) -> Pairs:
    """As many pairs of overlapping entities that fit as there can be, with as many shared characters as can be."""
    neighbours: Neighbours = [
        [j for j in options if fits(gold[i], predicted[j])]
        for i, options in enumerate(overlapping(gold, predicted))
    ]
    pairs: Pairs = []
    for golds, others in components(neighbours, len(predicted)):
        if len(golds) == len(others) == 1:
            pairs.append((golds[0], others[0]))
        else:
            pairs += _assign(sorted(golds), sorted(others), neighbours, gold, predicted)
    return sorted(pairs)


def _assign(
    golds: Sequence[int],
    others: Sequence[int],
    neighbours: Neighbours,
    gold: Sequence[Entity],
    predicted: Sequence[Entity],
) -> Pairs:
    from scipy.optimize import linear_sum_assignment

    column = {other: index for index, other in enumerate(others)}
    shared = np.zeros((len(golds), len(others)))
    for row, i in enumerate(golds):
        for j in neighbours[i]:
            shared[row, column[j]] = gold[i].overlap(predicted[j])
    # One pair more outweighs all the characters that the others can share.
    outweigh = shared.max() * min(shared.shape) + 1
    rows, columns = linear_sum_assignment(np.where(shared > 0, shared + outweigh, 0), maximize=True)
    return [(golds[r], others[c]) for r, c in zip(rows, columns, strict=True) if shared[r, c]]
