"""Errors in their context, sampled: what a person reads to see what the numbers mean."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tabib.analysis.errors import ERRORS, Match


@dataclass(frozen=True, slots=True)
class ErrorExample:
    """One error with the text around it.

    Args:
        match: the error; its offsets count the characters of the document.
        gold, predicted: texts of the entities, fragments joined by one blank; None where there is none.
        start: where ``context`` begins in the document.
        context: as it stands in the document, line breaks included.
    """

    match: Match
    gold: str | None
    predicted: str | None
    start: int
    context: str

    def to_json(self) -> dict[str, Any]:
        return self.match.to_json() | {
            "gold_text": self.gold,
            "predicted_text": self.predicted,
            "context": self.context,
            "context_start": self.start,
        }

    def to_row(self) -> dict[str, Any]:
        gold, predicted = self.match.gold, self.match.predicted
        return {
            "document": self.match.document,
            "class": self.match.kind.value,
            "boundary": self.match.boundary.value if self.match.boundary else None,
            "gold_type": gold.label if gold else None,
            "gold_spans": _spans(gold.spans) if gold else None,
            "gold_text": self.gold,
            "predicted_type": predicted.label if predicted else None,
            "predicted_spans": _spans(predicted.spans) if predicted else None,
            "predicted_text": self.predicted,
            "context": " ".join(self.context.split()),
        }


def sample_examples(
    matches: Sequence[Match], texts: Mapping[str, str], *, n: int = 30, seed: int = 0, around: int = 60
) -> list[ErrorExample]:
    """Up to ``n`` errors, the classes in turn, drawn at random within each; shown by class, then as they stand.

    A class with few errors gives all it has and the others more, so that no class that occurs is without an
    example (from ``n`` = 5 on). They do not say how frequent the classes are. One seed always draws the same.

    Args:
        texts: document → text, for every document with an error.
        around: characters of context on each side, fewer where that would cut a word.
    """
    rng = random.Random(seed)
    drawn: list[list[int]] = []
    for kind in ERRORS:
        places = [index for index, match in enumerate(matches) if match.kind is kind]
        drawn.append(rng.sample(places, min(n, len(places))))
    # The first of each class, then the second of each…
    ranked = sorted(
        (rank, order, index) for order, places in enumerate(drawn) for rank, index in enumerate(places)
    )
    chosen = sorted((order, index) for _, order, index in ranked[:n])
    return [_in_context(matches[index], texts[matches[index].document], around) for _, index in chosen]


def _in_context(match: Match, text: str, around: int) -> ErrorExample:
    entities = [entity for entity in (match.gold, match.predicted) if entity is not None]
    first, last = min(entity.start for entity in entities), max(entity.end for entity in entities)
    start, end = max(0, first - around), min(len(text), last + around)
    if start > 0 and not text[start - 1].isspace():
        start = next((i + 1 for i in range(start, first) if text[i].isspace()), first)
    if end < len(text) and not text[end].isspace():
        end = next((i for i in range(end - 1, last - 1, -1) if text[i].isspace()), last)
    gold, predicted = (None if entity is None else entity.text(text) for entity in (match.gold, match.predicted))
    return ErrorExample(match, gold, predicted, start, text[start:end])


def _spans(spans: Sequence[tuple[int, int]]) -> str:
    """As BRAT writes them: ``0 4;8 12``."""
    return ";".join(f"{start} {end}" for start, end in spans)
