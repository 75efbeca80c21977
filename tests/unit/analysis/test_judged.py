"""Which predictions are right, how sure the model was of them, and of nothing where it missed."""

from __future__ import annotations

import numpy as np
import pytest

from tabib.analysis.judged import judge
from tabib.core.errors import PredictionError
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity

WORDS = ((0, 4), (5, 7), (8, 14))
A, B = Entity.of("A", 0, 4), Entity.of("B", 5, 14)


def test_right_is_the_same_label_and_the_same_spans() -> None:
    other_label, shorter = Entity.of("B", 0, 4), Entity.of("B", 8, 14)
    found = judge(
        [Reference("d", (A, B), WORDS)],
        [NerPrediction("d", (ScoredEntity(A, 0.9), ScoredEntity(other_label, 0.8), ScoredEntity(shorter, 0.7)))],
    )
    assert found.confidence.tolist() == [0.9, 0.8, 0.7]
    assert found.right.tolist() == [True, False, False]
    assert found.found.tolist() == [True, False]


def test_repetitions_count_once_with_the_highest_confidence() -> None:
    twice = tuple(ScoredEntity(A, confidence) for confidence in (0.4, None, 0.6))
    found = judge([Reference("d", (A, A))], [NerPrediction("d", twice)])
    assert (found.confidence.tolist(), found.gold) == ([0.6], 1)


def test_a_document_without_an_answer_has_only_misses() -> None:
    entities = (ScoredEntity(A, 0.9),)
    prediction = NerPrediction("d", entities, Status.FAILED, word_outside=(0.1, 0.1, 0.1))
    found = judge([Reference("d", (A,), WORDS)], [prediction])
    assert (found.predicted, found.found.tolist()) == (0, [False])
    assert np.isnan(found.outside).all()


def test_what_was_said_of_a_gold_entity_is_the_mean_over_its_words() -> None:
    gapped, nowhere = Entity("A", ((0, 4), (8, 10))), Entity.of("A", 7, 8)
    prediction = NerPrediction("d", word_outside=(0.1, 0.2, 0.6))
    found = judge([Reference("d", (A, B, gapped, nowhere), WORDS)], [prediction])
    assert found.outside.tolist() == pytest.approx([0.1, 0.4, 0.35, np.nan], nan_ok=True)


def test_a_word_of_which_nothing_was_said_leaves_its_entity_unknown() -> None:
    prediction = NerPrediction("d", word_outside=(0.1, None, 0.6))
    found = judge([Reference("d", (A, B), WORDS)], [prediction])
    assert found.outside.tolist() == pytest.approx([0.1, np.nan], nan_ok=True)


def test_other_words_than_those_of_the_gold_are_refused() -> None:
    with pytest.raises(PredictionError, match="'d': word_outside has 2 values for 3 words"):
        judge([Reference("d", (A,), WORDS)], [NerPrediction("d", word_outside=(0.1, 0.2))])


@pytest.mark.parametrize("confidence", [-0.1, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(confidence: float) -> None:
    with pytest.raises(PredictionError, match="'d': a confidence of"):
        judge([Reference("d", (A,))], [NerPrediction("d", (ScoredEntity(A, confidence),))])


def test_why_there_is_nothing_to_say() -> None:
    reference = Reference("d", (A,))
    assert judge([reference], [NerPrediction("d")]).reason == "nothing was predicted"
    silent = judge([reference], [NerPrediction("d", (ScoredEntity(A),))])
    assert "no confidence" in silent.reason
    assert (silent.without_confidence, silent.confident().predicted) == (1, 0)
