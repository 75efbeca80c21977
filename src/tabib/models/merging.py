"""From predictions about pieces to the prediction for the document that they were cut from.

Where windows overlap, one of them decides: of those that were answered and hold a mention whole, the one that
shows most text on its nearer side, the earlier of equals; where nothing was cut off, that side is infinitely far.
A mention is kept, once, if the window that decides about it has found it. Where the task is flat, mentions of two
windows that overlap without being equal are decided in the same way: the one with more text around it stays.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from tabib.core.details import counts_of, detail_of, words_of_detail
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.tags import OUTSIDE
from tabib.models.pieces import Place, shifted

_REASONS = 3
"""Different remarks of pieces that a document's ``detail`` repeats; the others are counted."""
_UNANSWERED = frozenset({Status.FAILED, Status.UNPARSED})


def merge(
    document: Document, places: Sequence[Place], predictions: Sequence[NerPrediction], *, flat: bool
) -> NerPrediction:
    """The document's prediction, in its own characters.

    ``failed`` or ``unparsed`` where no piece was answered; ``truncated`` where some were not, or were truncated
    themselves: then only part of the text was read. ``detail`` adds up the counts of the pieces, says how many of
    them have each status, and why.

    Args:
        document: the whole.
        places, predictions: its pieces in order, and what was said of each; none where it has no words.
        flat: no two entities may overlap.
    """
    said = {
        place: prediction
        for place, prediction in zip(places, predictions, strict=True)
        if prediction.status not in _UNANSWERED
    }
    found = _decided(said)
    if flat:
        found = _without_conflicts(found, list(said))
    return NerPrediction(
        document.id,
        tuple(
            sorted((item.scored for item in found), key=lambda scored: (scored.entity.spans, scored.entity.label))
        ),
        _status(predictions),
        _detail(predictions),
        _by_word(document, said, "word_tags", OUTSIDE),
        _by_word(document, said, "word_confidences", 0.0),
        _by_word(document, said, "word_outside", None),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """An entity of the document, and the piece that it was found in."""

    scored: ScoredEntity
    place: Place

    @property
    def margin(self) -> float:
        return _margin(self.place, self.scored.entity.start, self.scored.entity.end)


class _Deciders:
    """Which of some pieces, given in order, decides about a stretch of text."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._starts = [place.start for place in places]
        self._ends = [place.end for place in places]

    def of(self, start: int, end: int) -> Place | None:
        """None where no piece holds it whole."""
        able = self._places[bisect_left(self._ends, end) : bisect_right(self._starts, start)]
        return max(able, key=lambda place: _margin(place, start, end), default=None)


def _margin(place: Place, start: int, end: int) -> float:
    """Characters of text on the nearer side of a stretch in a piece."""
    left = start - place.start if place.cut_left else inf
    right = place.end - end if place.cut_right else inf
    return min(left, right)


def _decided(said: dict[Place, NerPrediction]) -> list[_Found]:
    deciders = _Deciders(list(said))
    found: list[_Found] = []
    for place, prediction in said.items():
        for scored in prediction.entities:
            entity = shifted(scored.entity, place.start)
            if deciders.of(entity.start, entity.end) == place:
                found.append(_Found(replace(scored, entity=entity), place))
    return found


def _without_conflicts(found: Sequence[_Found], places: Sequence[Place]) -> list[_Found]:
    """Of entities of different pieces that overlap, the one with more text around it; ties: the first."""
    indices = {place: index for index, place in enumerate(places)}
    kept: dict[Place, list[_Found]] = {place: [] for place in places}
    for item in sorted(found, key=lambda item: (-item.margin, item.scored.entity.spans)):
        rivals = (rival for other in _meeting(places, indices[item.place]) for rival in kept[other])
        if not any(item.scored.entity.overlap(rival.scored.entity) for rival in rivals):
            kept[item.place].append(item)
    return [item for items in kept.values() for item in items]


def _meeting(places: Sequence[Place], index: int) -> Iterator[Place]:
    """The other pieces that share text with one."""
    for step in (-1, 1):
        other = index + step
        while 0 <= other < len(places) and (
            places[other].start < places[index].end and places[index].start < places[other].end
        ):
            yield places[other]
            other += step


def _by_word(document: Document, said: dict[Place, NerPrediction], field: str, unsaid: Any) -> tuple[Any, ...]:
    """A field of each of the document's words, as the piece that decides about it has it; empty if none has it."""
    values = {place: getattr(prediction, field) for place, prediction in said.items()}
    told = [place for place in said if values[place]]
    if not told:
        return ()
    deciders = _Deciders(told)
    places = (deciders.of(start, end) for start, end in document.words)
    return tuple(
        unsaid if place is None else values[place][index - place.first] for index, place in enumerate(places)
    )


def _status(predictions: Sequence[NerPrediction]) -> Status:
    statuses = {prediction.status for prediction in predictions}
    if statuses <= {Status.OK}:
        return Status.OK
    if statuses <= _UNANSWERED:
        return Status.FAILED if Status.FAILED in statuses else Status.UNPARSED
    return Status.TRUNCATED


def _detail(predictions: Sequence[NerPrediction]) -> str:
    """``placed 12; 2 of 9 pieces failed; no answer (2 of 9 pieces)``."""
    if len(predictions) == 1:
        return predictions[0].detail
    total = f"of {len(predictions)} pieces"
    counts = sum((counts_of(prediction.detail) for prediction in predictions), Counter[str]())
    statuses = Counter(prediction.status for prediction in predictions)
    remarks = Counter(filter(None, (words_of_detail(prediction.detail) for prediction in predictions)))
    parts = [
        detail_of(counts),
        *(f"{n} {total} {status}" for status, n in statuses.items() if status is not Status.OK),
        *(f"{remark} ({n} {total})" for remark, n in remarks.most_common(_REASONS)),
    ]
    if len(remarks) > _REASONS:
        parts.append(f"and {len(remarks) - _REASONS} other remarks")
    return "; ".join(filter(None, parts))
