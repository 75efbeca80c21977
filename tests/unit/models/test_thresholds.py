"""One threshold for micro F1 or for exact answers: compared with trying every one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tabib.core.predictions import Status
from tabib.models.thresholds import (
    best_exact_threshold,
    best_threshold,
    decide,
    decide_letters,
    score_matrix,
)

Pairs = list[list[tuple[float, bool]]]


def micro_f1(scores: NDArray[np.float64], gold: NDArray[np.bool_], threshold: float, at_least_one: bool) -> float:
    given_ = scores >= threshold
    if at_least_one:
        for row in np.flatnonzero(~given_.any(axis=1)):
            given_[row, scores[row].argmax()] = True
    return float(2 * (given_ & gold).sum() / (given_.sum() + gold.sum()))


@st.composite
def scored(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    shape = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    n = shape[0] * shape[1]
    # Few distinct values, so that ties occur; and a pair of neighbouring floats.
    values = st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.6, float(np.nextafter(0.6, 1)), 0.9, 1.0])
    scores = draw(st.lists(values, min_size=n, max_size=n))
    gold = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return np.array(scores).reshape(shape), np.array(gold).reshape(shape)


@given(pair=scored(), at_least_one=st.booleans())
def test_no_threshold_is_better(pair: tuple[NDArray[np.float64], NDArray[np.bool_]], at_least_one: bool) -> None:
    scores, gold = pair
    chosen = best_threshold(scores, gold, at_least_one=at_least_one)
    if not gold.any():
        assert chosen == 0.5
        return
    candidates = [*np.unique(scores), 2.0]
    best = max(micro_f1(scores, gold, candidate, at_least_one) for candidate in candidates)
    assert micro_f1(scores, gold, chosen, at_least_one) == pytest.approx(best)


def test_of_equally_good_ones_the_nearest_to_a_half() -> None:
    scores = np.array([[0.9, 0.3], [0.8, 0.1]])
    assert best_threshold(scores, np.array([[1, 0], [1, 0]], dtype=bool)) == 0.5
    assert best_threshold(scores, np.array([[1, 1], [1, 0]], dtype=bool)) == pytest.approx(0.2)
    # 1 of 1 or 3 of 3 cannot both be had; F1 is 1 at the cut between 0.9 and 0.8 only.
    assert best_threshold(scores, np.array([[1, 0], [0, 0]], dtype=bool)) == pytest.approx(0.85)


def test_labels_at_or_above_the_threshold_are_given_with_the_confidence_of_the_whole() -> None:
    prediction = decide("d", {"b": 0.5, "a": 0.9, "c": 0.2}, 0.5, status=Status.TRUNCATED, detail="cut")
    assert prediction.labels == ("a", "b")
    assert prediction.confidence == pytest.approx(0.9 * 0.5 * 0.8)
    assert (prediction.status, prediction.detail) == (Status.TRUNCATED, "cut")


def test_at_least_one_label_where_it_is_asked_for() -> None:
    scores = {"a": 0.1, "b": 0.2}
    assert decide("d", scores, 0.5).labels == ()
    sure = decide("d", scores, 0.5, at_least_one=True)
    assert sure.labels == ("b",)
    assert sure.confidence == pytest.approx(0.9 * 0.2)


def test_scores_and_gold_as_a_matrix() -> None:
    predictions = [decide("d", {"a": 0.1, "b": 0.7}, 0.5)]
    scores, gold = score_matrix(predictions, [("b", "elsewhere")], ["a", "b"])
    assert scores.tolist() == [[0.1, 0.7]]
    assert gold.tolist() == [[False, True]]
    assert score_matrix([], [], ["a", "b"])[0].shape == (0, 2)


def exact(scores: list[list[float]], gold: list[list[bool]], threshold: float) -> int:
    """Questions whose options are all judged right."""
    found = 0
    for row, truth in zip(scores, gold, strict=True):
        letters = decide_letters("q", dict(zip("ABCD", row, strict=False)), threshold, single=False).letters
        found += letters == tuple(letter for letter, right in zip("ABCD", truth, strict=False) if right)
    return found


question = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.6, float(np.nextafter(0.6, 1)), 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=4,
)


@given(st.lists(question, min_size=1, max_size=6))
def test_no_threshold_answers_more_questions_exactly(questions: Pairs) -> None:
    scores = [[score for score, _ in row] for row in questions]
    gold = [[right for _, right in row] for row in questions]
    chosen = best_exact_threshold(scores, gold)
    candidates = [0.0, 2.0, *(score for row in scores for score in row)]
    assert exact(scores, gold, chosen) == max(exact(scores, gold, candidate) for candidate in candidates)


def test_of_equally_good_stretches_the_nearest_to_a_half() -> None:
    assert best_exact_threshold([[0.9, 0.3]], [[True, False]]) == 0.5
    assert best_exact_threshold([[0.9, 0.3]], [[True, True]]) == pytest.approx(0.15)
    assert best_exact_threshold([[0.9, 0.8, 0.6]], [[True, True, False]]) == pytest.approx(0.7)
    assert best_exact_threshold([[0.1, 0.9]], [[True, False]]) == 0.5  # out of reach for any


def test_one_option_where_one_is_right_and_at_least_one_where_several_may_be() -> None:
    scores = {"A": 0.2, "B": 0.4, "C": 0.4}
    one = decide_letters("q", scores, 0.1, single=True)
    assert (one.letters, one.confidence, one.single) == (("B",), 0.4, True)
    several = decide_letters("q", scores, 0.3, single=False, status=Status.TRUNCATED, detail="cut")
    assert several.letters == ("B", "C")
    assert several.confidence == pytest.approx(0.8 * 0.4 * 0.4)
    assert (several.status, several.detail) == (Status.TRUNCATED, "cut")
    assert decide_letters("q", scores, 0.9, single=False).letters == ("B",)
