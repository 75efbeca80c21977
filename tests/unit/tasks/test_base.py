"""Ids must match exactly; unanswered documents are scored as empty; gold goes to JSON and back."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.core.errors import ConfigError, PredictionError
from tabib.core.examples import Reference
from tabib.core.predictions import (
    ClassificationPrediction,
    MultilabelPrediction,
    NerPrediction,
    ScoredEntity,
    Status,
)
from tabib.core.scores import ItemCounts, Scores
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling, align
from tabib.tasks.load import get_task

GOLD: dict[str, Any] = {
    "ner_span": (Entity("X", ((0, 4), (8, 9)), "T1"), Entity.of("Y", 0, 4)),
    "ner_token": (Entity.of("X", 0, 4),),
    "classification": "urgent",
    "multilabel": ("a", "b"),
}


def classified(*ids: str) -> list[ClassificationPrediction]:
    return [ClassificationPrediction(id, "x") for id in ids]


def references(*ids: str) -> list[Reference[str]]:
    return [Reference(id, "x") for id in ids]


def test_predictions_follow_the_order_of_the_gold() -> None:
    assert [p.id for p in align(references("b", "a"), classified("a", "b"))] == ["b", "a"]


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (("a", "b"), ("a",), r"1 absent \['b'\], 0 unknown"),
        (("a",), ("a", "z"), r"0 absent \[\], 1 unknown \['z'\]"),
        (("a", "b"), ("a", "z"), r"1 absent \['b'\], 1 unknown \['z'\]"),
        (("a", "a"), ("a",), "the gold hold 1 repeated document ids"),
        (("a",), ("a", "a"), "the predictions hold 1 repeated document ids"),
    ],
)
def test_ids_must_match_exactly(gold: tuple[str, ...], predicted: tuple[str, ...], message: str) -> None:
    with pytest.raises(PredictionError, match=message):
        get_task("classification").score(references(*gold), classified(*predicted), ["x"])


def test_the_anchors_ids_must_match_too() -> None:
    with pytest.raises(PredictionError, match="1 absent"):
        get_task("classification").score(references("a", "b"), classified("a", "b"), ["x"], anchor=classified("a"))


@pytest.mark.parametrize("name", sorted(GOLD))
def test_gold_goes_to_json_and_back(name: str) -> None:
    task = get_task(name)
    assert task.name == name
    assert task.gold_from_json(task.gold_to_json(GOLD[name])) == GOLD[name]


def test_gold_labels_are_listed_with_repetitions() -> None:
    assert get_task("ner_span").gold_labels((Entity.of("X", 0, 1), Entity.of("X", 2, 3))) == ("X", "X")
    assert get_task("classification").gold_labels("urgent") == ("urgent",)
    assert get_task("multilabel").gold_labels(("a", "b")) == ("a", "b")


@pytest.mark.parametrize(
    ("task", "primary", "alias"),
    [
        ("ner_span", "exact_f1", "f1"),
        ("ner_token", "f1", "f1"),
        ("classification", "f1_macro", "f1"),
        ("multilabel", "f1_micro", "f1"),
    ],
)
def test_f1_means_the_primary_metric_of_each_task(task: str, primary: str, alias: str) -> None:
    assert get_task(task).primary == primary
    assert get_task(task).metric(alias) == get_task(task).metric(f"eval_{alias}") == primary


@pytest.mark.parametrize("name", sorted(GOLD))
def test_every_alias_names_a_metric(name: str) -> None:
    task = get_task(name)
    assert set(task.aliases.values()) | {task.primary} <= set(task.score([], [], ["x"]).metrics)


def test_an_unknown_task_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean 'classification'"):
        get_task("clasification")


def test_statuses_are_counted_and_answers_that_were_not_understood_are_empty() -> None:
    entity = Entity.of("X", 0, 4)
    gold = [Reference(id, (entity,)) for id in "abcd"]
    predictions = [
        NerPrediction(id, (ScoredEntity(entity),), status) for id, status in zip("abcd", Status, strict=True)
    ]
    scores = get_task("ner_span").score(gold, predictions, ["X"], Resampling(n=0))
    assert scores.items == ItemCounts(ok=1, unparsed=1, truncated=1, failed=1)
    assert scores.metrics["exact_recall"].value == 0.5  # ok and truncated are scored as they are
    assert scores.metrics["exact_precision"].value == 1.0


def test_an_unanswered_document_has_no_labels() -> None:
    gold = [Reference("a", ("x",)), Reference("b", ("x",))]
    predictions = [MultilabelPrediction("a", ("x",)), MultilabelPrediction("b", ("x",), status=Status.UNPARSED)]
    assert get_task("multilabel").score(gold, predictions, ["x"]).metrics["recall_micro"].value == 0.5


def test_scores_go_to_json_and_back() -> None:
    gold = [Reference("a", "x"), Reference("b", "y"), Reference("c", "y")]
    predictions = [
        ClassificationPrediction("a", "x"),
        ClassificationPrediction("b", "x"),
        ClassificationPrediction("c", None, status=Status.FAILED),
    ]
    scores = get_task("classification").score(gold, predictions, ["x", "y", "z"], Resampling(n=50))
    assert Scores.from_json(scores.to_json()) == scores
