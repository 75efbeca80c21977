"""Mentions that a model wrote down, found again in the text that it read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tabib.core.spans import Entity, Span

_SIGNS = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-"})


@dataclass(frozen=True, slots=True)
class Mention:
    """What an entity is said to be: its text (fragments, if it is discontinuous) and its label."""

    fragments: tuple[str, ...]
    label: str


def place(text: str, mentions: Sequence[Mention]) -> tuple[list[Entity], Counter[str]]:
    """Entities for the mentions that can be found in ``text``, and how many had each outcome.

    A mention that comes again takes the next occurrence of its text. Occurrences that begin and end with a word
    go before those inside words. A form that is not there to the letter is looked for without regard to case,
    accents, white space and the shape of quotes and dashes, and taken if exactly one place that is still free
    matches.

    Outcomes: ``placed``; ``placed inside word``; ``placed normalised``; ``surplus``, more often than the text has
    it; ``ambiguous``, several places match normalised; ``hallucinated``, not in the text.
    """
    placer = _Placer(text)
    counts: Counter[str] = Counter()
    entities: dict[Entity, None] = {}
    for mention in mentions:
        entity, outcome = placer.place(mention)
        counts[outcome] += 1
        if entity is not None:
            entities[entity] = None
    return list(entities), counts


class _Placer:
    """One text, its normalised form, and the places that are taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.normalised, self.origins = normalise(text)
        self.taken: set[tuple[Span, str]] = set()
        self.waiting: dict[tuple[str, str], list[tuple[Span, str]]] = {}

    def place(self, mention: Mention) -> tuple[Entity | None, str]:
        if len(mention.fragments) > 1:
            return self._place_fragments(mention)
        (form,), label = mention.fragments, mention.label
        key = (form, label)
        exact = self.waiting.get(key)
        if exact is None:
            exact = self.waiting[key] = self._exact(form)[::-1]
        while exact:
            span, outcome = exact.pop()
            if (span, label) not in self.taken:
                return self._take(span, label), outcome
        places = self._normalised(form)
        free = [span for span in places if (span, label) not in self.taken]
        if len(free) == 1:
            return self._take(free[0], label), "placed normalised"
        if free:
            return None, "ambiguous"
        return None, "surplus" if places else "hallucinated"

    def _take(self, span: Span, label: str) -> Entity:
        self.taken.add((span, label))
        return Entity.of(label, *span)

    def _exact(self, form: str) -> list[tuple[Span, str]]:
        spans = _occurrences(self.text, form)
        whole = [(span, "placed") for span in spans if _whole(self.text, span)]
        return whole + [(span, "placed inside word") for span in spans if not _whole(self.text, span)]

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
        spans: list[Span] = []
        for fragment in mention.fragments:
            begin = spans[-1][1] if spans else 0
            later = [span for span, _ in self._exact(fragment) if span[0] >= begin]
            if not later:
                return None, "hallucinated"
            spans.append(later[0])
        entity = Entity(mention.label, tuple(spans))
        return entity, "placed"


def normalise(text: str) -> tuple[str, list[int]]:
    """``text`` without case, accents and surplus white space, and for each sign the index that it comes from."""
    signs: list[str] = []
    origins: list[int] = []
    for index, sign in enumerate(text.translate(_SIGNS)):
        if sign.isspace():
            if signs and signs[-1] != " ":
                signs.append(" ")
                origins.append(index)
            continue
        for part in unicodedata.normalize("NFKD", sign.casefold()):
            if not unicodedata.combining(part) and not part.isspace():
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
