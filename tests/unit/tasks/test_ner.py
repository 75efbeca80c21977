"""The metrics that the two NER tasks give, on one document worked out by hand."""

from __future__ import annotations

import pytest

from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

WORDS = tuple((5 * index, 5 * index + 4) for index in range(6))
GOLD = (Entity.of("A", 0, 9), Entity.of("B", 5, 9), Entity("B", ((15, 19), (25, 29))))
PREDICTED = (Entity.of("A", 0, 9), Entity.of("A", 5, 9), Entity.of("B", 25, 29))


def scores(task: str, gold: tuple[Entity, ...], predicted: tuple[Entity, ...], words=WORDS):  # type: ignore[no-untyped-def]
    return get_task(task).score(
        [Reference("1", gold, words)],
        [NerPrediction("1", tuple(ScoredEntity(entity, 0.5) for entity in predicted))],
        ["A", "B"],
        Resampling(n=0),
    )


def test_ner_span_by_hand() -> None:
    metrics = {name: score.value for name, score in scores("ner_span", GOLD, PREDICTED).metrics.items()}
    assert metrics == pytest.approx(
        {
            "exact_precision": 1 / 3,
            "exact_recall": 1 / 3,
            "exact_f1": 1 / 3,
            "exact_f1_macro": (2 / 3 + 0) / 2,
            # One A each way (the second predicted A has no gold left), and B by one fragment.
            "partial_precision": 2 / 3,
            "partial_recall": 2 / 3,
            "partial_f1": 2 / 3,
            "partial_f1_macro": (2 / 3 + 2 / 3) / 2,
            "boundary_precision": 2 / 3,
            "boundary_recall": 2 / 3,
            "boundary_f1": 2 / 3,
            # A: both predictions and the gold one have spans that are there. B: found 1 of 2, right 0 of 1.
            "boundary_f1_macro": (1 + 0) / 2,
            "type_precision": 2 / 3,
            "type_recall": 2 / 3,
            "type_f1": 2 / 3,
            "type_f1_macro": (2 / 3 + 2 / 3) / 2,
            "type_accuracy": 2 / 3,  # three pairs overlap; B under A is typed wrongly
            # Gold: A on words 0 1, B on 1 3 5. Predicted: A on 0 1, B on 5.
            "token_precision": 3 / 3,
            "token_recall": 3 / 5,
            "token_f1": 6 / 8,
            "token_f1_macro": (1 + 2 / 4) / 2,
        }
    )


def test_ner_token_adds_strict_iob2() -> None:
    metrics = scores("ner_token", GOLD, PREDICTED).metrics
    values = [metrics[name].value for name in ("precision", "recall", "f1", "f1_macro")]
    assert values == pytest.approx([1 / 3, 1 / 3, 1 / 3, (2 / 3 + 0) / 2])
    assert set(metrics) == set(scores("ner_span", GOLD, PREDICTED).metrics) | {
        "precision",
        "recall",
        "f1",
        "f1_macro",
    }


@pytest.mark.parametrize("task", ["ner_span", "ner_token"])
def test_every_family_is_given_by_label_with_support(task: str) -> None:
    found = scores(task, GOLD, PREDICTED)
    families = ["exact_", "partial_", "boundary_", "type_", "token_", *([""] if task == "ner_token" else [])]
    expected = {family + name for family in families for name in ("precision", "recall", "f1")} | {"support"}
    assert set(found.per_label) == {"A", "B"}
    assert all(set(row) == expected for row in found.per_label.values())
    assert [found.per_label[label]["support"].value for label in "AB"] == [1, 2]


def test_exact_repetitions_of_a_prediction_count_once() -> None:
    once, twice = scores("ner_span", GOLD, PREDICTED), scores("ner_span", GOLD, PREDICTED * 2)
    assert once.metrics == twice.metrics


def test_labels_beyond_the_corpus_are_scored() -> None:
    found = scores("ner_span", GOLD, (Entity.of("NEW", 0, 9),))
    assert found.per_label["NEW"]["exact_precision"].value == 0.0


def test_without_words_token_scores_are_undefined_and_the_others_stand() -> None:
    found = scores("ner_token", GOLD, PREDICTED, words=())
    assert found.primary_score.reason == "1 of 1 documents have entities but no words"
    assert found.metrics["token_f1"].value is None
    assert found.per_label["A"]["token_f1"].value is None
    assert found.metrics["exact_f1"].value == pytest.approx(1 / 3)


def test_the_counts_of_semeval_are_kept() -> None:
    gold, predicted = (Entity.of("A", 0, 4), Entity.of("B", 5, 9)), (Entity.of("A", 0, 4), Entity.of("A", 5, 8))
    scores = get_task("ner_span").score(
        [Reference("1", gold)],
        [NerPrediction("1", tuple(ScoredEntity(entity) for entity in predicted))],
        ("A", "B"),
        Resampling(n=0),
    )
    strict = {"correct": 1, "incorrect": 1, "partial": 0, "missed": 0, "spurious": 0}
    assert scores.counts["semeval_strict"] == strict
    assert scores.counts["semeval_partial"] == strict | {"incorrect": 0, "partial": 1}
    assert type(scores).from_json(scores.to_json()) == scores
