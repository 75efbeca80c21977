"""Similarity and mcqa as tasks: what a prediction counts for, and what is kept of gold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabib.core.examples import Document, Example, Reference, references
from tabib.core.predictions import McqaPrediction, Scale, SimilarityPrediction, Status
from tabib.records.folder import read_gold, read_predictions, write_gold, write_predictions
from tabib.tasks.load import get_task


def rated(**values: float) -> list[Reference[float]]:
    return [Reference(id, value) for id, value in values.items()]


def test_one_prediction_on_another_scale_leaves_no_squared_error() -> None:
    task, gold = get_task("similarity"), rated(a=1, b=2, c=4)
    same = [SimilarityPrediction(row.id, row.gold) for row in gold]
    assert task.score(gold, same, ()).metrics["mse"].value == 0
    mixed = [*same[:2], SimilarityPrediction("c", 0.9, scale=Scale.MODEL)]
    assert task.score(gold, mixed, ()).metrics["mse"].value is None


def test_an_unanswered_pair_has_no_scale() -> None:
    task, gold = get_task("similarity"), rated(a=1, b=2, c=4)
    predictions = [
        SimilarityPrediction("a", 1.0),
        SimilarityPrediction("b", 3.0),
        SimilarityPrediction("c", None, Status.UNPARSED, scale=Scale.MODEL),
    ]
    scores = task.score(gold, predictions, ())
    assert scores.metrics["mse"].value == pytest.approx((0 + 1 + 4) / 3)
    assert scores.items.unparsed == 1


def test_a_negative_correlation_is_suspect() -> None:
    gold = rated(a=1, b=2, c=4)
    turned = [SimilarityPrediction(row.id, -row.gold) for row in gold]
    assert get_task("similarity").score(gold, turned, ()).suspect == ("spearman is below 0 (-1.000)",)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_similarity_is_a_finite_number(value: float) -> None:
    with pytest.raises(ValueError, match="not a number that can be compared"):
        SimilarityPrediction("a", value)


def test_letters_of_an_unreadable_answer_cannot_be_given() -> None:
    with pytest.raises(ValueError, match="do not go with status"):
        McqaPrediction("q", ("A",), status=Status.UNPARSED)


def test_the_share_of_options_needs_their_number() -> None:
    gold = [Reference("q", ("A",), options=4, single=True)]
    scores = get_task("mcqa").score(gold, [McqaPrediction("q", ("B",))], "ABCDE")
    assert scores.metrics["hamming_option"].value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("name", "example", "prediction"),
    [
        ("similarity", Example(Document("p", "un", second="deux"), 2.75), SimilarityPrediction("p", 0.1)),
        (
            "similarity",
            Example(Document("p", "un", second="deux"), 0.0),
            SimilarityPrediction("p", 0.5, Status.TRUNCATED, "3 of 4", Scale.MODEL),
        ),
        (
            "mcqa",
            Example(Document("q", "?", options=("x", "y", "z"), single=True), ("B",)),
            McqaPrediction("q", ("B",), 0.5, {"A": 0.25, "B": 0.5, "C": 0.25}, single=True),
        ),
        (
            "mcqa",
            Example(Document("q", "?", options=("x", "y")), ("A", "B")),
            McqaPrediction("q", (), status=Status.UNPARSED, detail="no letter"),
        ),
    ],
)
def test_gold_and_predictions_come_back_from_their_files(
    name: str, example: Example[Any], prediction: Any, tmp_path: Path
) -> None:
    task = get_task(name)
    write_gold(tmp_path / "gold.jsonl", references([example]), task)
    write_predictions(tmp_path / "predictions.jsonl", [prediction])
    assert read_gold(tmp_path / "gold.jsonl", task) == references([example])
    assert read_predictions(tmp_path / "predictions.jsonl", task) == [prediction]
