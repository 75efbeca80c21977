"""Entity-level counts for named entities: exact, partial and boundary-only. Nested and discontinuous alike.

In all of them an entity counts once per document: exact repetitions (same label, same spans) of gold and of
predictions collapse. Confidences are not looked at. Spans are compared as they are: a discontinuous entity
is identical only to one with the same fragments, and overlaps where a fragment does (its gaps are not its own).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from tabib.core.spans import Entity
from tabib.metrics.counts import Counts, Tally, count
from tabib.metrics.matching import maximum_matching, overlapping

Pair = tuple[Collection[Entity], Collection[Entity]]
"""Gold and predicted entities of one document, without exact repetitions (sets)."""


def exact_counts(documents: Iterable[Pair], labels: Sequence[str]) -> Counts:
    """Right: same label and identical spans, all fragments of them."""
    return count((_exact(gold, predicted) for gold, predicted in documents), labels)


def partial_counts(documents: Iterable[Pair], labels: Sequence[str]) -> Counts:
    """Right: same label and at least one character in common, one to one.

    Pairs are a maximum matching within the label: as many as there can be, so the counts depend on no order
    and are never below the exact ones. (Scorers that pair greedily may find fewer.)
    """
    return count((_partial(gold, predicted) for gold, predicted in documents), labels)


def boundary_counts(documents: Iterable[Pair], labels: Sequence[str]) -> Counts:
    """Right: identical spans, whatever the label.

    Over all labels, one to one: of g gold and p predicted entities with the same spans, min(g, p) are right.
    By label: a gold entity is found if any prediction has its spans, a prediction is right if any gold
    entity has its spans (pairs among several labels on the same spans would be arbitrary).
    """
    return count((_boundary(gold, predicted) for gold, predicted in documents), labels)


def _exact(gold: Collection[Entity], predicted: Collection[Entity]) -> Tally:
    right = [entity.label for entity in set(gold).intersection(predicted)]
    return Tally(_labels(gold), _labels(predicted), right, right)


def _partial(gold: Collection[Entity], predicted: Collection[Entity]) -> Tally:
    predicted_of = defaultdict(list)
    for entity in predicted:
        predicted_of[entity.label].append(entity)
    gold_of = defaultdict(list)
    for entity in gold:
        gold_of[entity.label].append(entity)
    right: list[str] = []
    for label, entities in gold_of.items():
        others = predicted_of.get(label)
        if others:
            partners = maximum_matching(overlapping(entities, others), len(others))
            right += [label for partner in partners if partner >= 0]
    return Tally(_labels(gold), _labels(predicted), right, right)


def _boundary(gold: Collection[Entity], predicted: Collection[Entity]) -> Tally:
    gold_spans = Counter(entity.spans for entity in gold)
    predicted_spans = Counter(entity.spans for entity in predicted)
    return Tally(
        _labels(gold),
        _labels(predicted),
        [entity.label for entity in gold if entity.spans in predicted_spans],
        [entity.label for entity in predicted if entity.spans in gold_spans],
        (gold_spans & predicted_spans).total(),
    )


def _labels(entities: Iterable[Entity]) -> list[str]:
    return [entity.label for entity in entities]
