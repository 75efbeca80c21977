"""Scores by number of words, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tabib.analysis.errors import matches_of
from tabib.analysis.lengths import LENGTHS, LengthAnalysis, LengthScores, analyse_lengths, word_counts
from tabib.analysis.runs import RunData
from tabib.core.spans import Entity, Span
from tabib.tasks.base import Resampling

MakeRun = Callable[..., RunData]
WORDS: list[Span] = [(3 * i, 3 * i + 2) for i in range(20)]


def words(first: int, last: int, label: str = "A") -> Entity:
    """The words ``first`` to ``last``, both included."""
    return Entity.of(label, WORDS[first][0], WORDS[last][1])


def lengths_of(run: RunData) -> LengthAnalysis:
    return analyse_lengths(run, matches_of(run), Resampling(100))


def row_of(analysis: LengthAnalysis, name: str) -> LengthScores:
    return analysis.lengths[LENGTHS.index(name)]


def test_words_are_counted_wholly_or_in_part_and_gaps_are_not() -> None:
    entities = [
        words(0, 0),
        words(0, 2),
        Entity.of("A", 1, 4),
        Entity("A", ((0, 2), (9, 11))),
        Entity.of("A", 2, 3),
    ]
    assert word_counts(WORDS, entities) == [1, 3, 2, 2, 0]


def test_one_word_and_several_by_hand(make_run: MakeRun) -> None:
    gold = [words(0, 0), words(2, 2), words(4, 5), words(7, 9)]
    predicted = [words(0, 0), words(4, 5), words(7, 8)]
    analysis = lengths_of(make_run([(gold, predicted)] * 2, words=[WORDS] * 2))
    one, several = row_of(analysis, "1"), row_of(analysis, "2+")
    assert (one.gold, one.predicted, one.correct, one.f1.value) == (4, 2, 2, pytest.approx(2 / 3))
    assert (several.gold, several.predicted, several.correct, several.f1.value) == (4, 4, 2, 0.5)
    assert (one.missed_rate.value, one.boundary_rate.value) == (0.5, 0.0)
    assert (several.missed_rate.value, several.boundary_rate.value) == (0.0, 0.5)
    # The gold of three words is in the row of gold's length, its prediction in that of its own.
    assert (row_of(analysis, "3").gold, row_of(analysis, "3").predicted, row_of(analysis, "2").predicted) == (
        2,
        0,
        4,
    )


def test_each_entity_is_in_the_row_of_its_length(make_run: MakeRun) -> None:
    gold = [words(0, 0), words(1, 2), words(3, 7), words(8, 19)]
    analysis = lengths_of(make_run([(gold, [])], words=[WORDS]))
    assert {row.words: row.gold for row in analysis.lengths} == {"1": 1, "2+": 3, "2": 1, "3": 0, "4": 0, "5+": 2}


def test_lengths_without_gold_have_no_rates(make_run: MakeRun) -> None:
    row = row_of(lengths_of(make_run([([words(0, 0)], [words(0, 0)])], words=[WORDS])), "4")
    assert (row.f1.value, row.boundary_rate.value, row.missed_rate.value) == (None, None, None)
    assert row.f1.reason == "neither gold nor predictions"


def test_the_slope_is_that_of_least_squares_over_what_was_found(make_run: MakeRun) -> None:
    """The missed entity says nothing of boundaries."""
    gold = [words(0, 0), words(2, 3), words(5, 6), words(8, 11), words(13, 18)]
    predicted = [words(0, 0), words(2, 3), words(5, 5), words(8, 10)]
    analysis = lengths_of(make_run([(gold, predicted)], words=[WORDS]))
    assert analysis.slope.value == pytest.approx(np.polyfit([1, 2, 2, 4], [0, 0, 1, 1], 1)[0])


def test_equally_long_entities_have_no_slope(make_run: MakeRun) -> None:
    assert "equally long" in lengths_of(make_run([([words(0, 0)], [words(0, 0)])], words=[WORDS])).slope.reason


def test_without_words_the_reason_is_said(make_run: MakeRun) -> None:
    analysis = lengths_of(make_run([([words(0, 0)], []), ([], [])]))
    assert (analysis.lengths, analysis.reason) == ((), "1 of 2 documents have entities but no words")
    assert analysis.slope.value is None
    assert analysis.rows() == []
