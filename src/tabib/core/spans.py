"""Character spans of the untouched text: the only coordinate system (offsets in code points, end exclusive)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Span = tuple[int, int]
"""(start, end) in characters, 0 <= start < end, end exclusive."""

# Letters (with combining accents) and digits apart, every other sign alone: "5mg/j" is 5, mg, /, j.
_WORD = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_]*)*|\d+|[^\w\s]|_")


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A label and the characters that carry it.

    Args:
        label: the entity type.
        spans: one span, or several for a discontinuous entity; ascending, not overlapping, not empty.
        id: the annotation's identifier in its source file (``T1``); not part of equality.

    Raises:
        ValueError: spans absent, empty, negative, overlapping or not ascending.
    """

    label: str
    spans: tuple[Span, ...]
    id: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError(f"an entity needs at least one span (label {self.label!r})")
        previous_end = 0
        for start, end in self.spans:
            if start < previous_end or end <= start:
                raise ValueError(
                    f"spans of {self.label!r} must be ascending, non-empty and disjoint, got {self.spans}"
                )
            previous_end = end

    @classmethod
    def of(cls, label: str, start: int, end: int, *, id: str = "") -> Entity:
        """The common case: one contiguous span."""
        return cls(label, ((start, end),), id)

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    @property
    def length(self) -> int:
        """Characters covered, gaps not counted."""
        return sum(end - start for start, end in self.spans)

    @property
    def discontinuous(self) -> bool:
        return len(self.spans) > 1

    def text(self, document: str) -> str:
        """The covered text; fragments joined by one space, as BRAT does."""
        return " ".join(document[start:end] for start, end in self.spans)

    def overlap(self, other: Entity) -> int:
        """Characters that both cover."""
        return sum(
            max(0, min(end, other_end) - max(start, other_start))
            for start, end in self.spans
            for other_start, other_end in other.spans
        )

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"label": self.label, "spans": [list(span) for span in self.spans]}
        if self.id:
            row["id"] = self.id
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Entity:
        return cls(row["label"], spans_from_json(row["spans"]), row.get("id", ""))


def spans_from_json(rows: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple((int(start), int(end)) for start, end in rows)


def split_words(text: str) -> tuple[Span, ...]:
    """Words as spans: runs of letters, runs of digits, and every other visible sign alone.

    Nothing but white space is left out, so every annotated character belongs to a word.
    """
    return tuple(match.span() for match in _WORD.finditer(text))
