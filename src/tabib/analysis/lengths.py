"""Scores and errors by the number of words of an entity: one against several, and length against boundary errors.

A word of an entity is a word of the document that shares a character with it; the gaps of a discontinuous entity
are not its own. Lengths of gold decide for recall, those of predictions for precision; an exact match has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabib.analysis.errors import ErrorClass, Match
from tabib.analysis.rows import to_json, to_row
from tabib.analysis.runs import RunData
from tabib.core.scores import Score
from tabib.core.spans import Entity, Span
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_GOLD, Tally, count, divide, score_counts
from tabib.metrics.words import token_counts, without_words
from tabib.tasks.base import Resampling

SEVERAL = "2+"
BINS = ("1", "2", "3", "4", "5+")
LENGTHS = ("1", SEVERAL, *BINS[1:])
"""Rows of the table: one word, several, and how many these are."""


@dataclass(frozen=True, slots=True)
class LengthScores:
    """Entities of some number of words.

    Args:
        words: one of ``LENGTHS``; what is in ``2+`` is also in the row of its number.
        gold, predicted, correct: entities.
        boundary_rate, missed_rate: share of this gold that is in the class boundary, missed.
    """

    words: str
    gold: int
    predicted: int
    correct: int
    precision: Score
    recall: Score
    f1: Score
    boundary_rate: Score
    missed_rate: Score


@dataclass(frozen=True, slots=True)
class LengthAnalysis:
    """Empty ``lengths`` with ``reason`` where the run has no words.

    Args:
        lengths: in the order of ``LENGTHS``.
        slope: of the gold that was found with its type (exact or boundary), by how much the share of boundary
            errors rises with each word more (least squares).
    """

    lengths: tuple[LengthScores, ...]
    slope: Score
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "lengths": to_json(self.lengths),
            "slope": self.slope.to_json(),
        }

    def rows(self) -> list[dict[str, Any]]:
        return [to_row(row) for row in self.lengths]


def analyse_lengths(data: RunData, matches: Sequence[Match], resampling: Resampling) -> LengthAnalysis:
    """Scores by length, with 95% bootstrap intervals over documents."""
    pairs = data.pairs()
    wordless = without_words(
        (reference.words, *pair) for reference, pair in zip(data.references, pairs, strict=True)
    )
    if wordless:
        reason = f"{wordless} of {len(pairs)} documents have entities but no words"
        return LengthAnalysis((), Score(None, reason), reason)
    by_document: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        by_document[match.document].append(match)
    documents = [_measured(by_document[reference.id], reference.words) for reference in data.references]
    return LengthAnalysis(_scores(documents, resampling), _slope(documents, resampling))


def word_counts(words: Sequence[Span], entities: Sequence[Entity]) -> list[int]:
    """How many words each entity covers, wholly or in part."""
    alone = ((words, (Entity("", entity.spans),), ()) for entity in entities)
    return [int(n) for n in token_counts(alone, ("",)).gold[:, -1]]


Measured = tuple[ErrorClass, int | None, int | None]
"""Class, words of gold, words of the prediction."""


def _measured(matches: Sequence[Match], words: Sequence[Span]) -> list[Measured]:
    entities = list(dict.fromkeys(e for match in matches for e in (match.gold, match.predicted) if e is not None))
    n = dict(zip(entities, word_counts(words, entities), strict=True))
    return [
        (match.kind, n[match.gold] if match.gold else None, n[match.predicted] if match.predicted else None)
        for match in matches
    ]


def _rows_of(n: int) -> list[str]:
    """The rows that an entity of ``n`` words counts in; one without a word (white space) is as short as can be."""
    if n < 2:
        return [BINS[0]]
    return [SEVERAL, BINS[n - 1] if n < len(BINS) else BINS[-1]]


def _scores(documents: Sequence[Sequence[Measured]], resampling: Resampling) -> tuple[LengthScores, ...]:
    def names(lengths: Iterable[int | None]) -> list[str]:
        return [name for n in lengths if n is not None for name in _rows_of(n)]

    tallies = []
    for rows in documents:
        right = names(gold for kind, gold, _ in rows if kind is ErrorClass.EXACT)
        tallies.append(Tally(names(row[1] for row in rows), names(row[2] for row in rows), right, right))
    counts = count(tallies, LENGTHS)
    _, per_length = score_counts({"": counts}, resampling.n, resampling.seed)
    rates = {}
    for wanted in (ErrorClass.BOUNDARY, ErrorClass.MISSED):
        chosen = count(
            (Tally(names(gold for kind, gold, _ in rows if kind is wanted), (), (), ()) for rows in documents),
            LENGTHS,
        )
        values_DC = np.hstack([chosen.gold[:, :-1], counts.gold[:, :-1]])
        rates[wanted] = score_sums(
            values_DC, _rate, {"rate": NO_GOLD}, resampling.n, resampling.seed
        )["rate"]  # fmt: skip
    return tuple(
        LengthScores(
            name,
            int(counts.gold[:, index].sum()),
            int(counts.predicted[:, index].sum()),
            int(counts.right[:, index].sum()),
            per_length[name]["precision"],
            per_length[name]["recall"],
            per_length[name]["f1"],
            rates[ErrorClass.BOUNDARY][index],
            rates[ErrorClass.MISSED][index],
        )
        for index, name in enumerate(LENGTHS)
    )


def _rate(sums: Floats) -> dict[str, Floats]:
    chosen, gold = np.split(sums, 2, axis=-1)
    return {"rate": divide(chosen, gold)}


def _slope(documents: Sequence[Sequence[Measured]], resampling: Resampling) -> Score:
    """From n, Σx, Σy, Σxy, Σx² of each document; x: words, y: 1 for a boundary error."""
    values = np.zeros((len(documents), 5))
    for row, matches in zip(values, documents, strict=True):
        for kind, gold, _ in matches:
            if gold is not None and kind in (ErrorClass.EXACT, ErrorClass.BOUNDARY):
                wrong = kind is ErrorClass.BOUNDARY
                row += (1, gold, wrong, gold * wrong, gold * gold)

    def statistic(sums: Floats) -> dict[str, Floats]:
        n, x, y, xy, xx = np.moveaxis(sums, -1, 0)
        return {"slope": divide(n * xy - x * y, n * xx - x * x)}

    reason = {"slope": "all gold that was found with its type is equally long, or there is none"}
    return score_sums(values, statistic, reason, resampling.n, resampling.seed)["slope"][0]
