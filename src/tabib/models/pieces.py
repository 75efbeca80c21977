"""Pieces of documents: what ``preprocessing`` lets a model read at a time, and where it lies in the original text.

A piece is a document of its own, whose text is ``document.text[start:end]`` to the character. It begins with a
word and ends with one, so that no word is ever cut, and together the pieces hold all that is not white space. Gold
goes to every piece that holds it whole; what lies whole in none is lost to training, never to the scores.

    for place in cut(document, Preprocessing(unit="window", size=1000, overlap=100)):
        piece = place.document(document)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tabib.config.preprocessing import Preprocessing
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.spans import Entity, Span
from tabib.models import windows
from tabib.models.stretches import lines, sentences, words_of


@dataclass(frozen=True, slots=True)
class Place:
    """Characters ``start`` to ``end`` of a document, which hold its words ``first`` to ``last`` (exclusive).

    ``cut_left``, ``cut_right``: whether words of the document stand before, after.
    """

    start: int
    end: int
    first: int
    last: int
    cut_left: bool
    cut_right: bool

    def holds(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end

    def document(self, whole: Document) -> Document:
        """The piece as a model gets it, with those of the document's own words that lie in it."""
        return replace(
            whole,
            id=f"{whole.id}[{self.start}:{self.end}]",
            text=whole.text[self.start : self.end],
            words=tuple(
                (start - self.start, end - self.start) for start, end in whole.words[self.first : self.last]
            ),
            group=whole.group or whole.id,
        )

    def gold(self, entities: Sequence[Entity]) -> tuple[Entity, ...]:
        """The entities that lie in the piece whole, in its own characters."""
        return tuple(shifted(entity, -self.start) for entity in entities if self.holds(entity.start, entity.end))


def shifted(entity: Entity, by: int) -> Entity:
    return replace(entity, spans=tuple((start + by, end + by) for start, end in entity.spans))


def cut(document: Document, preprocessing: Preprocessing) -> list[Place]:
    """The pieces of a document, in order; none of one without words."""
    assert preprocessing.cuts, "a whole document is no piece"
    text, words = document.text, words_of(document)
    if not words:
        return []
    places = []
    for first, last in _stretches(text, words, preprocessing):
        start = 0 if first == 0 else words[first][0]
        end = len(text) if last == len(words) else words[last][0]
        # Characters that are in no word belong to the piece of the word before them, or to the first.
        blank = len(text[start:end]) - len(text[start:end].lstrip())
        start = min(start + blank, words[first][0])
        end = max(start + len(text[start:end].rstrip()), words[last - 1][1])
        places.append(Place(start, end, first, last, first > 0, last < len(words)))
    return places


def cut_examples(
    examples: Sequence[Example[tuple[Entity, ...]]], preprocessing: Preprocessing
) -> tuple[list[Example[tuple[Entity, ...]]], list[Lost]]:
    """The pieces of examples with their gold, and the gold that no piece holds whole.

    An entity in the overlap of two windows is in both. Whole documents are given back as they are.
    """
    if not preprocessing.cuts:
        return list(examples), []
    pieces: list[Example[tuple[Entity, ...]]] = []
    lost: list[Lost] = []
    for example in examples:
        places = cut(example.document, preprocessing)
        pieces += [Example(place.document(example.document), place.gold(example.gold)) for place in places]
        lost += [
            Lost(example.id, entity.label, LossReason.CUT, entity)
            for entity in example.gold
            if not any(place.holds(entity.start, entity.end) for place in places)
        ]
    return pieces, lost


def reading_note(examples: Sequence[Example[tuple[Entity, ...]]], preprocessing: Preprocessing) -> str:
    """What a reader of the scores has to know of pieces; empty where documents are read whole."""
    if not preprocessing.cuts:
        return ""
    pieces, lost = cut_examples(examples, preprocessing)
    note = f"read in pieces ({preprocessing}): {len(pieces)} of {len(examples)} documents"
    entities = sum(len(example.gold) for example in examples)
    return note + (
        f"; {len(lost)} of {entities} gold entities cross a cut, so no model finds them" if lost else ""
    )


def _stretches(text: str, words: Sequence[Span], preprocessing: Preprocessing) -> Iterator[tuple[int, int]]:
    """Stretches of words (last exclusive), one for each piece."""
    if preprocessing.unit == "line":
        yield from lines(text, words)
    elif preprocessing.unit == "sentence":
        yield from sentences(text, words, join=0)
    else:
        assert preprocessing.size is not None, "a validated window has a size"
        firsts = _firsts(text, words, preprocessing.size)
        ends = [*(words[first][0] for first in firsts[1:]), len(text)]
        lengths = [end - words[first][0] for first, end in zip(firsts, ends, strict=True)]
        firsts.append(len(words))
        for window in windows.cut(lengths, preprocessing.size, preprocessing.overlap):
            yield firsts[window.first], firsts[window.last]


def _firsts(text: str, words: Sequence[Span], size: int) -> list[int]:
    """Words at which a window may begin: those after white space, and all of a run longer than ``size``."""
    free = [0, *(i for i in range(1, len(words)) if any(map(str.isspace, text[words[i - 1][1] : words[i][0]])))]
    firsts: list[int] = []
    for first, last in pairwise([*free, len(words)]):
        too_long = words[last - 1][1] - words[first][0] > size
        firsts.extend(range(first, last) if too_long else (first,))
    return firsts
