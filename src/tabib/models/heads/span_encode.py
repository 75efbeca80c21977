"""From documents and their gold to the rows that the span head reads: stretches of words, and spans in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tabib.core.examples import LossReason, Lost
from tabib.core.spans import Entity, Span
from tabib.models.trainable import Features

WordSpan = tuple[int, int, int]
"""(first word, last word exclusive, label index)."""


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
