"""Counts over words: token level, and strict IOB2 entities.

An entity holds every word that shares a character with it, so predictions that begin inside a word are read
as the whole word, as a tagger would have to say it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Hashable, Iterable, Sequence

from tabib.core.spans import Entity, Span
from tabib.metrics.counts import Counts, Tally, count

WordsPair = tuple[Sequence[Span], Collection[Entity], Collection[Entity]]
"""Words (ascending, disjoint), gold and predicted entities of one document."""


def token_counts(documents: Iterable[WordsPair], labels: Sequence[str]) -> Counts:
    """Items are (word, label): a word inside nested entities has several labels, one outside has none.

    So words outside all entities add nothing: this is not token accuracy, which they would dominate.
    """
    return count((_tokens(*document) for document in documents), labels)


def iob2_counts(documents: Iterable[WordsPair], labels: Sequence[str]) -> Counts:
    """Items are (label, words of the entity): right where label, first and last word are the same.

    On flat data this is seqeval with ``mode="strict", scheme=IOB2``. What flat tags cannot hold is not dropped:
    nested and discontinuous entities, and gold that covers no word, are items too, so truth never shrinks.
    Entities of one label on the same words are one item.
    """
    return count((_chunks(*document) for document in documents), labels)


def without_words(documents: Iterable[WordsPair]) -> int:
    """How many documents have entities but no words, so that nothing can be said word by word."""
    return sum(not words and bool(gold or predicted) for words, gold, predicted in documents)


def _tokens(words: Sequence[Span], gold: Collection[Entity], predicted: Collection[Entity]) -> Tally:
    reader = _Reader(words)
    gold_items, predicted_items = (
        {(word, entity.label) for entity in entities for word in reader.words_of(entity)}
        for entities in (gold, predicted)
    )
    right = [label for _, label in gold_items & predicted_items]
    return Tally((label for _, label in gold_items), (label for _, label in predicted_items), right, right)


def _chunks(words: Sequence[Span], gold: Collection[Entity], predicted: Collection[Entity]) -> Tally:
    reader = _Reader(words)
    gold_items, predicted_items = (
        {(entity.label, reader.place_of(entity)) for entity in entities} for entities in (gold, predicted)
    )
    right = [label for label, _ in gold_items & predicted_items]
    return Tally((label for label, _ in gold_items), (label for label, _ in predicted_items), right, right)


class _Reader:
    """Finds the words of entities by bisection."""

    def __init__(self, words: Sequence[Span]) -> None:
        self._starts = [start for start, _ in words]
        self._ends = [end for _, end in words]

    def words_of(self, entity: Entity) -> list[int]:
        """Indices of its words, ascending, each once."""
        found: list[int] = []
        for start, end in entity.spans:
            first = bisect_right(self._ends, start)
            if found:
                first = max(first, found[-1] + 1)
            found.extend(range(first, bisect_left(self._starts, end)))
        return found

    def place_of(self, entity: Entity) -> Hashable:
        """Its words; its characters where it has no word, so that it is equal to itself only."""
        found = self.words_of(entity)
        return tuple(found) if found else ("characters", *entity.spans)
