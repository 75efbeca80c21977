"""How many errors there are of each class, and their shares of all errors, of gold and of the predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabib.analysis.errors import Boundary, ErrorClass, Match
from tabib.analysis.rows import to_json, to_row
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_GOLD, NO_PREDICTIONS, divide
from tabib.tasks.base import Resampling

Key = tuple[ErrorClass, Boundary | None]

KEYS: tuple[Key, ...] = (
    (ErrorClass.EXACT, None),
    (ErrorClass.BOUNDARY, None),
    *((ErrorClass.BOUNDARY, boundary) for boundary in Boundary),
    (ErrorClass.TYPE, None),
    (ErrorClass.TYPE_AND_BOUNDARY, None),
    (ErrorClass.MISSED, None),
    (ErrorClass.SPURIOUS, None),
)
"""Rows of the table: the classes, and within boundary errors how the boundaries differ."""

NOT_AN_ERROR = "not an error"
NOT_GOLD = "spurious entities are no gold"
NOT_PREDICTED = "missed entities were not predicted"
NO_ERRORS = "no errors"

_MAIN = np.array([boundary is None for _, boundary in KEYS])
_EXACT, _MISSED, _SPURIOUS = (
    KEYS.index((kind, None)) for kind in (ErrorClass.EXACT, ErrorClass.MISSED, ErrorClass.SPURIOUS)
)


@dataclass(frozen=True, slots=True)
class ClassShare:
    """One class (or, with ``boundary``, a part of the boundary errors).

    Args:
        n: matches: pairs, or entities without a partner.
        of_errors: share of all matches that are not exact.
        of_gold, of_predicted: share of all gold, of all predicted entities.
    """

    kind: ErrorClass
    boundary: Boundary | None
    n: int
    of_errors: Score
    of_gold: Score
    of_predicted: Score

    def to_json(self) -> dict[str, Any]:
        return _named(to_json(self))

    def to_row(self) -> dict[str, Any]:
        return _named(to_row(self))


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """All classes, in the order of ``KEYS``. ``gold`` and ``predicted`` count the entities, each once."""

    gold: int
    predicted: int
    classes: tuple[ClassShare, ...]

    @property
    def exact_rate(self) -> Score:
        """Share of gold that was found with its type and its boundaries: exact recall."""
        return self.of(ErrorClass.EXACT).of_gold

    @property
    def partial_rate(self) -> Score:
        """Share of gold that was found with its type and other boundaries only."""
        return self.of(ErrorClass.BOUNDARY).of_gold

    def of(self, kind: ErrorClass, boundary: Boundary | None = None) -> ClassShare:
        return self.classes[KEYS.index((kind, boundary))]

    def to_json(self) -> dict[str, Any]:
        return {
            "gold": self.gold,
            "predicted": self.predicted,
            "exact_rate": self.exact_rate.to_json(),
            "partial_rate": self.partial_rate.to_json(),
            "classes": [row.to_json() for row in self.classes],
        }

    def rows(self) -> list[dict[str, Any]]:
        return [row.to_row() for row in self.classes]


def error_rates(matches: Sequence[Match], documents: Sequence[str], resampling: Resampling) -> ErrorRates:
    """Counts and shares with 95% bootstrap intervals over documents.

    Args:
        documents: ids of all documents of the split, those without entities too.
    """
    counts: dict[str, Counter[Key]] = {id_: Counter() for id_ in documents}
    for match in matches:
        found = counts[match.document]
        found[match.kind, None] += 1
        if match.kind is ErrorClass.BOUNDARY:
            found[match.kind, match.boundary] += 1
    values_DC = np.array([[counts[id_][key] for key in KEYS] for id_ in documents], dtype=np.int64)
    values_DC = values_DC.reshape(len(documents), len(KEYS))
    reasons = {"of_errors": NO_ERRORS, "of_gold": NO_GOLD, "of_predicted": NO_PREDICTIONS}
    shares = score_sums(values_DC, _shares, reasons, resampling.n, resampling.seed)
    totals_C = values_DC.sum(axis=0)
    total = int(totals_C[_MAIN].sum())
    rows = []
    for index, (kind, boundary) in enumerate(KEYS):
        of_errors, of_gold, of_predicted = (shares[name][index] for name in reasons)
        if kind is ErrorClass.EXACT:
            of_errors = Score(None, NOT_AN_ERROR)
        if kind is ErrorClass.SPURIOUS:
            of_gold = Score(None, NOT_GOLD)
        if kind is ErrorClass.MISSED:
            of_predicted = Score(None, NOT_PREDICTED)
        rows.append(ClassShare(kind, boundary, int(totals_C[index]), of_errors, of_gold, of_predicted))
    return ErrorRates(total - int(totals_C[_SPURIOUS]), total - int(totals_C[_MISSED]), tuple(rows))


def _named(cells: dict[str, Any]) -> dict[str, Any]:
    """``class`` is no name that a field can have."""
    return {"class" if name == "kind" else name: value for name, value in cells.items()}


def _shares(sums: Floats) -> dict[str, Floats]:
    total = sums[..., _MAIN].sum(axis=-1, keepdims=True)
    return {
        "of_errors": divide(sums, total - sums[..., [_EXACT]]),
        "of_gold": divide(sums, total - sums[..., [_SPURIOUS]]),
        "of_predicted": divide(sums, total - sums[..., [_MISSED]]),
    }
