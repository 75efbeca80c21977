"""What makes a reader doubt a score."""

from __future__ import annotations

import pytest

from tabib.core.examples import Reference
from tabib.core.predictions import ClassificationPrediction, NerPrediction, ScoredEntity, Status
from tabib.core.scores import Score
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task
from tabib.tasks.suspicion import suspicions

NO_RESAMPLES = Resampling(n=0)


def test_a_sound_score_is_not_suspect() -> None:
    assert suspicions("f1", Score(0.6), Score(0.3), ["a", "b"], ["a", "ab"]) == ()


@pytest.mark.parametrize("value", [0.2, 0.3])
def test_not_above_the_majority_baseline(value: float) -> None:
    reasons = suspicions("f1", Score(value), Score(0.3), ["a", "b"], ["b", "a"])
    assert reasons == ("not above the majority baseline (0.300)",)


def test_an_undefined_score_is_compared_with_nothing() -> None:
    assert suspicions("f1", Score(None, "no gold"), Score(0.3), ["a", "b"], ["b", "a"]) == ()
    assert suspicions("f1", Score(0.2), Score(None, "no gold"), ["a", "b"], ["b", "a"]) == ()


def test_near_zero() -> None:
    assert suspicions("f1", Score(0.009), None, ["a", "b"], ["b", "a"]) == ("f1 is near 0 (0.009)",)
    assert suspicions("f1", Score(0.01), None, ["a", "b"], ["b", "a"]) == ()


def test_a_constant_answer_to_gold_that_varies() -> None:
    assert suspicions("f1", Score(0.5), None, ["a", "b"], ["a", "a"]) == ("the same answer for all 2 documents",)
    assert suspicions("f1", Score(1.0), None, ["a", "a"], ["a", "a"]) == ()


def test_no_documents_raise_no_doubt() -> None:
    assert suspicions("f1", Score(None, "no documents"), None, [], []) == ()


def test_the_majority_baseline_is_marked_by_its_own_rule() -> None:
    gold = [Reference("a", "x"), Reference("b", "x"), Reference("c", "y")]
    majority = [ClassificationPrediction(id, "x") for id in "abc"]
    scores = get_task("classification").score(gold, majority, ["x", "y"], NO_RESAMPLES, anchor=majority)
    assert scores.suspect == (
        "not above the majority baseline (0.400)",
        "the same answer for all 3 documents",
    )


def test_ner_without_any_entity() -> None:
    gold = [Reference("a", (Entity.of("X", 0, 4),)), Reference("b", ())]
    silent = [NerPrediction("a"), NerPrediction("b")]
    scores = get_task("ner_span").score(gold, silent, ["X"], NO_RESAMPLES)
    assert scores.suspect == ("exact_f1 is near 0 (0.000)", "nothing was predicted")


def test_one_document_without_any_entity_is_suspect_too() -> None:
    gold = [Reference("a", (Entity.of("X", 0, 4),))]
    assert "nothing was predicted" in get_task("ner_span").score(gold, [NerPrediction("a")], ["X"]).suspect


def test_silence_is_right_where_there_is_no_gold() -> None:
    gold = [Reference("a", ()), Reference("b", ())]
    assert get_task("ner_span").score(gold, [NerPrediction("a"), NerPrediction("b")], ["X"]).suspect == ()


def test_answers_differ_by_spans_and_not_by_confidence() -> None:
    gold = [Reference("a", (Entity.of("X", 0, 4),)), Reference("b", (Entity.of("X", 1, 4),))]
    same = [
        NerPrediction(id, (ScoredEntity(Entity.of("X", 0, 4), confidence),))
        for id, confidence in (("a", 0.1), ("b", 0.9))
    ]
    assert get_task("ner_span").score(gold, same, ["X"], NO_RESAMPLES).suspect == (
        "the same answer for all 2 documents",
    )


def test_no_document_answered() -> None:
    gold = [Reference("a", "x"), Reference("b", "y")]
    failed = [ClassificationPrediction(id, None, status=Status.FAILED) for id in "ab"]
    scores = get_task("classification").score(gold, failed, ["x", "y"], NO_RESAMPLES)
    assert scores.suspect == ("f1_macro is near 0 (0.000)", "nothing was predicted")
