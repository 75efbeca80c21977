"""Every gold and every predicted entity in exactly one class of right and wrong.

Each class takes its entities from what the classes before it have left, one to one:

| class                | gold and predicted entity |
|----------------------|---------------------------|
| exact                | same type, identical spans |
| boundary             | same type, overlapping spans |
| type                 | other type, identical spans |
| type and boundary    | other type, overlapping spans |
| missed               | a gold entity that no prediction is left for |
| spurious             | a predicted entity that no gold is left for |

Within a class as many pairs are made as there can be, and of these pairs those that share most characters. A gold
entity is missed, then, also where the prediction that touches it has a better partner: two gold entities under one
long prediction are a boundary error and a miss. An entity overlaps another where one of its fragments does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tabib.analysis.pairing import Fits, most_pairs
from tabib.analysis.runs import RunData, in_text_order
from tabib.core.spans import Entity


class ErrorClass(StrEnum):
    """In the order in which they take their entities."""

    EXACT = "exact"
    BOUNDARY = "boundary"
    TYPE = "type"
    TYPE_AND_BOUNDARY = "type and boundary"
    MISSED = "missed"
    SPURIOUS = "spurious"


ERRORS = tuple(kind for kind in ErrorClass if kind is not ErrorClass.EXACT)


class Boundary(StrEnum):
    """How the predicted characters lie to those of gold.

    ``under``: some of gold's and no others; ``over``: all of gold's and others; ``shifted``: neither (or the very
    same characters in other fragments).
    """

    UNDER = "under"
    OVER = "over"
    SHIFTED = "shifted"


@dataclass(frozen=True, slots=True)
class Match:
    """One pair, or one entity without a partner."""

    document: str
    kind: ErrorClass
    gold: Entity | None
    predicted: Entity | None

    def __post_init__(self) -> None:
        assert (self.gold is None) == (self.kind is ErrorClass.SPURIOUS), f"{self.kind} with gold {self.gold}"
        assert (self.predicted is None) == (self.kind is ErrorClass.MISSED), f"{self.kind}: {self.predicted}"

    @property
    def boundary(self) -> Boundary | None:
        """None where there is no other boundary to speak of."""
        if self.gold is None or self.predicted is None or self.gold.spans == self.predicted.spans:
            return None
        return boundary_of(self.gold, self.predicted)

    def to_json(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "class": self.kind.value,
            "boundary": self.boundary.value if self.boundary else None,
            "gold": self.gold.to_json() if self.gold else None,
            "predicted": self.predicted.to_json() if self.predicted else None,
        }


def matches_of(data: RunData) -> tuple[Match, ...]:
    """The matches of all documents, in their order, each document's in the order of its text."""
    return tuple(match for id_, gold, predicted in data.sorted_pairs() for match in classify(id_, gold, predicted))


def classify(document: str, gold: Collection[Entity], predicted: Collection[Entity]) -> list[Match]:
    """The matches of one document, in the order of the text. Exact repetitions of an entity are one entity."""
    found: list[Match] = []
    left_gold, left_predicted = in_text_order(set(gold)), in_text_order(set(predicted))
    for kind, fits in _PAIRED:
        pairs = most_pairs(left_gold, left_predicted, fits)
        found += [Match(document, kind, left_gold[i], left_predicted[j]) for i, j in pairs]
        taken_gold, taken_predicted = {i for i, _ in pairs}, {j for _, j in pairs}
        left_gold = [entity for i, entity in enumerate(left_gold) if i not in taken_gold]
        left_predicted = [entity for j, entity in enumerate(left_predicted) if j not in taken_predicted]
    found += [Match(document, ErrorClass.MISSED, entity, None) for entity in left_gold]
    found += [Match(document, ErrorClass.SPURIOUS, None, entity) for entity in left_predicted]
    return sorted(found, key=_place)


def boundary_of(gold: Entity, predicted: Entity) -> Boundary:
    """How the characters of two overlapping entities lie to each other."""
    shared = gold.overlap(predicted)
    if shared == predicted.length < gold.length:
        return Boundary.UNDER
    return Boundary.OVER if shared == gold.length < predicted.length else Boundary.SHIFTED


_PAIRED: tuple[tuple[ErrorClass, Fits], ...] = (
    (ErrorClass.EXACT, lambda gold, predicted: gold == predicted),
    (ErrorClass.BOUNDARY, lambda gold, predicted: gold.label == predicted.label),
    (ErrorClass.TYPE, lambda gold, predicted: gold.spans == predicted.spans),
    (ErrorClass.TYPE_AND_BOUNDARY, lambda gold, predicted: True),  # noqa: ARG005
)


def _place(match: Match) -> tuple[int, int, str, str]:
    entity = match.gold or match.predicted
    assert entity is not None
    return entity.start, entity.end, match.kind, entity.label
