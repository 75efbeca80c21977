"""From documents and their gold to the rows that the span head reads: stretches of words, and spans in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tabib.core.examples import Document, LossReason, Lost
from tabib.core.spans import Entity, Span, split_words
from tabib.models.heads.base import Features

WordSpan = tuple[int, int, int]
"""(first word, last word exclusive, label index)."""

# White space with a line break, or after the end of a sentence. Before the full stop there are two letters or
# digits, or one and a closing sign or (in tokenised corpora) a space: a single letter is an abbreviation.
_GAP = re.compile(r"\s*\n\s*|(?<=[\w)][\w)%»\"\s][.!?])\s+")
_BULLETS = frozenset("•·*-–—")


@dataclass(slots=True)
class SpanRow(Features):
    """One stretch of a document's words.

    Args:
        first, last: its words in the document, last exclusive.
        token_firsts, token_lasts: for each word, its sub-tokens in ``input_ids``.
        cut_left, cut_right: whether the text goes on there without a sentence's end, so that context is missing.
        spans: gold spans that lie in the row, counted from its first word; None without gold.
    """

    first: int
    last: int
    token_firsts: list[int]
    token_lasts: list[int]
    cut_left: bool = False
    cut_right: bool = False
    spans: list[WordSpan] | None = field(default=None)

    @property
    def n_words(self) -> int:
        return self.last - self.first


def words_of(document: Document) -> tuple[Span, ...]:
    """The document's own words, or those that ``split_words`` finds."""
    return document.words or split_words(document.text)


def sentences(text: str, words: Sequence[Span], join: int) -> list[tuple[int, int]]:
    """Stretches of words (last exclusive) that end where sentences do, and that cover all words.

    Neighbouring sentences are joined as long as they have at most ``join`` words together: headings and list
    items then keep their context. A sentence is never divided here.
    """
    breaks = [match.end() for match in _GAP.finditer(text) if _ends_sentence(text, match)]
    stretches: list[tuple[int, int]] = []
    first = next_break = 0
    for index, (start, _) in enumerate(words):
        crossed = False
        while next_break < len(breaks) and breaks[next_break] <= start:
            next_break, crossed = next_break + 1, True
        if crossed and index > first:
            stretches.append((first, index))
            first = index
    if words:
        stretches.append((first, len(words)))
    joined: list[tuple[int, int]] = []
    for first, last in stretches:
        if joined and last - joined[-1][0] <= join:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def align(
    entities: Sequence[Entity], words: Sequence[Span], labels: dict[str, int], longest: int, document_id: str
) -> tuple[dict[WordSpan, Entity], list[Lost]]:
    """Gold entities as spans of words, and those that the head cannot learn, each with the reason.

    Args:
        entities: the gold of one document.
        words: its words.
        labels: label → index.
        longest: ``max_span_length``, in words.
        document_id: for the losses.
    """
    spans: dict[WordSpan, Entity] = {}
    lost: list[Lost] = []
    first_of = _by_character(words)
    for entity in entities:
        span = _aligned(entity, words, first_of, labels, longest)
        if isinstance(span, tuple) and span in spans:
            span = LossReason.DUPLICATE
        if isinstance(span, tuple):
            spans[span] = entity
        else:
            lost.append(Lost(document_id, entity.label, span, entity))
    return spans, lost


def flat(spans: Sequence[WordSpan]) -> list[WordSpan]:
    """What one BIOUL path per label can hold: of overlapping spans of one label the longest, then the first."""
    kept: list[WordSpan] = []
    for first, last, label in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(last <= begin or end <= first or label != other for begin, end, other in kept):
            kept.append((first, last, label))
    return kept


def _ends_sentence(text: str, gap: re.Match[str]) -> bool:
    """An empty line does; a line break does before a capital, a digit or a bullet; other gaps before a capital."""
    breaks = gap.group().count("\n")
    following = text[gap.end() : gap.end() + 1]
    if breaks > 1 or following.isupper():
        return True
    return breaks == 1 and (following.isdigit() or following in _BULLETS)


def _by_character(words: Sequence[Span]) -> list[int]:
    """For each character up to the last word's end, the first word that ends after it."""
    index: list[int] = []
    for word, (_, end) in enumerate(words):
        index.extend([word] * (end - len(index)))
    return index


def _aligned(
    entity: Entity, words: Sequence[Span], first_of: Sequence[int], labels: dict[str, int], longest: int
) -> WordSpan | LossReason:
    if entity.label not in labels:
        return LossReason.UNKNOWN_LABEL
    if entity.discontinuous:
        return LossReason.DISCONTINUOUS
    if entity.start >= len(first_of):
        return LossReason.NO_WORD
    first = first_of[entity.start]
    last = first_of[entity.end] if entity.end < len(first_of) else len(words)
    # ``last`` is the first word that ends after the entity; the entity's own last word may be that one.
    if last < len(words) and words[last][0] < entity.end:
        return LossReason.INSIDE_WORD
    if first == last:
        return LossReason.NO_WORD
    if words[first][0] < entity.start:
        return LossReason.INSIDE_WORD
    if last - first > longest:
        return LossReason.TOO_LONG
    return first, last, labels[entity.label]
