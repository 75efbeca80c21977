"""Mentions that a model wrote down, found again in the text that it read."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tabib.core.spans import Entity, Span

_SIGNS = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-"})
_LIGATURES = {"œ": "oe", "æ": "ae"}


@dataclass(frozen=True, slots=True)
class Mention:
    """What an entity is said to be: its text (fragments, if it is discontinuous) and its label."""

    fragments: tuple[str, ...]
    label: str


def place(text: str, mentions: Sequence[Mention]) -> tuple[list[Entity], Counter[str]]:
    """Entities for the mentions that can be found in ``text``, and how many had each outcome.

    Mentions come in the order of the text, so of the places where a form stands as a whole word the first one is
    taken that begins no earlier than the mention before; else the first one. Places that overlap no other mention
    go before those that do. A form that is not there to the letter is looked for without regard to case, accents,
    ligatures, white space and the shape of quotes and dashes, and taken if exactly one place that is still free
    matches. One that is no whole word anywhere may be a part of one.

    Outcomes: ``placed``; ``placed inside word``; ``placed normalised``; ``surplus``, more often than the text has
    it; ``ambiguous``, several places match normalised; ``hallucinated``, not in the text.
    """
    placer = _Placer(text)
    counts: Counter[str] = Counter()
    entities: list[Entity] = []
    for mention in mentions:
        entity, outcome = placer.place(mention)
        counts[outcome] += 1
        if entity is not None:
            entities.append(entity)
    return entities, counts


@dataclass(slots=True)
class _Places:
    """Where a form is in the text: as whole words, and within words."""

    whole: list[Span]
    inside: list[Span]


class _Placer:
    """One text, its normalised form, and the places that are taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.normalised, self.origins = normalise(text)
        self.taken: set[Entity] = set()
        self.free: dict[tuple[str, str], _Places] = {}
        self.covered = bytearray(len(text))
        self.begin = 0
        """Where the mention before begins."""
        self.last: Span | None = None
        """That mention's place, unless it has several; with another label it may be meant again."""

    def place(self, mention: Mention) -> tuple[Entity | None, str]:
        if len(mention.fragments) > 1:
            return self._place_fragments(mention)
        (form,), label = mention.fragments, mention.label
        free = self.free.get((form, label))
        if free is None:
            free = self.free[form, label] = self._exact(form)
        if (span := self._next(free.whole, label)) is not None:
            return self._take(label, span), "placed"
        places = self._normalised(form)
        left = [span for span in places if Entity.of(label, *span) not in self.taken]
        if len(left) == 1:
            return self._take(label, left[0]), "placed normalised"
        if left:
            return None, "ambiguous"
        if places:
            return None, "surplus"
        had = bool(free.inside)
        if (span := self._next(free.inside, label)) is not None:
            return self._take(label, span), "placed inside word"
        return None, "surplus" if had or form in self.text else "hallucinated"

    def _next(self, spans: list[Span], label: str) -> Span | None:
        """Of the places the best that is free, which is no longer among them then."""
        spans[:] = [span for span in spans if Entity.of(label, *span) not in self.taken]
        if not spans:
            return None
        split = bisect_left(spans, (self.begin, 0))
        for places in (range(split, len(spans)), range(split)):
            for place in places:
                start, end = spans[place]
                if self.covered.find(1, start, end) < 0 or spans[place] == self.last:
                    return spans.pop(place)
            if places:
                return spans.pop(places[0])
        return None

    def _take(self, label: str, *spans: Span) -> Entity:
        entity = Entity(label, spans)
        self.taken.add(entity)
        self.begin = entity.start
        self.last = spans[0] if len(spans) == 1 else None
        if len(spans) == 1:  # the parts of a discontinuous one are often mentions of their own
            start, end = spans[0]
            self.covered[start:end] = b"\1" * (end - start)
        return entity

    def _exact(self, form: str) -> _Places:
        places = _Places([], [])
        for span in _occurrences(self.text, form):
            (places.whole if _whole(self.text, span) else places.inside).append(span)
        return places

    def _normalised(self, form: str) -> list[Span]:
        """Where the text, normalised, has the form as whole words."""
        plain = normalise(form)[0].strip()
        if not plain:
            return []
        spans = (
            (self.origins[start], self.origins[end - 1] + 1) for start, end in _occurrences(self.normalised, plain)
        )
        return [span for span in dict.fromkeys(map(self._closed, spans)) if _whole(self.text, span)]

    def _closed(self, span: Span) -> Span:
        """With the combining accents that follow its last letter."""
        start, end = span
        while end < len(self.text) and unicodedata.combining(self.text[end]):
            end += 1
        return start, end

    def _place_fragments(self, mention: Mention) -> tuple[Entity | None, str]:
        """One after the other, from where the mention before begins, else from the text's beginning."""
        choices = [self._fragment(form) for form in mention.fragments]
        outcome = "hallucinated"
        for begin in dict.fromkeys((self.begin, 0)):
            spans: list[Span] = []
            for places, _ in choices:
                after = spans[-1][1] if spans else begin
                later = next((span for span in places if span[0] >= after), None)
                if later is None:
                    break
                spans.append(later)
            else:
                if Entity(mention.label, tuple(spans)) not in self.taken:
                    exact = all(letter for _, letter in choices)
                    return self._take(mention.label, *spans), "placed" if exact else "placed normalised"
                outcome = "surplus"
        return None, outcome

    def _fragment(self, form: str) -> tuple[list[Span], bool]:
        """Where a fragment is, whole words before parts of words, and whether it is there to the letter."""
        exact = self._exact(form)
        if exact.whole:
            return exact.whole + exact.inside, True
        normalised = self._normalised(form)
        return (normalised, False) if normalised else (exact.inside, True)


def normalise(text: str) -> tuple[str, list[int]]:
    """``text`` without case, accents, invisible signs and surplus white space, its ligatures as letters; and for
    each sign the index that it comes from."""
    signs: list[str] = []
    origins: list[int] = []
    for index, sign in enumerate(text.translate(_SIGNS)):
        if sign.isspace():
            if signs and signs[-1] != " ":
                signs.append(" ")
                origins.append(index)
            continue
        folded = sign.casefold()
        for part in unicodedata.normalize("NFKD", _LIGATURES.get(folded, folded)):
            if not unicodedata.combining(part) and unicodedata.category(part) != "Cf" and not part.isspace():
                signs.append(part)
                origins.append(index)
    return "".join(signs), origins


def _occurrences(text: str, form: str) -> list[Span]:
    """Where ``form`` is in ``text``, without overlaps."""
    return [match.span() for match in re.finditer(re.escape(form), text)]


def _whole(text: str, span: Span) -> bool:
    """Whether a span neither begins nor ends within a word."""
    start, end = span
    inside_before = start > 0 and _in_word(text[start - 1]) and _in_word(text[start])
    inside_after = end < len(text) and _in_word(text[end - 1]) and _in_word(text[end])
    return not inside_before and not inside_after


def _in_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.combining(sign) != 0
