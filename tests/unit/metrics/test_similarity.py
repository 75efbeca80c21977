"""Similarity scores against SciPy, and their intervals against a naive bootstrap."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from tabib.core.scores import Score
from tabib.metrics.bootstrap import draw_weights
from tabib.metrics.similarity import CONSTANT, NO_ANSWERS, OTHER_SCALE, similarity_scores


def scores(gold: list[float], predicted: list[float | None], **changes: Any) -> dict[str, Score]:
    return similarity_scores(gold, predicted, **{"on_scale": True, "resamples": 0, "seed": 0} | changes)


def values(gold: list[float], predicted: list[float | None]) -> dict[str, float | None]:
    return {name: score.value for name, score in scores(gold, predicted).items()}


def pairs(seed: int, n: int = 50, digits: int = 1) -> tuple[list[float], list[float]]:
    """Gold and predictions with ties (few digits)."""
    rng = random.Random(seed)
    gold = [round(rng.uniform(0, 5), digits) for _ in range(n)]
    return gold, [round(0.5 * one + rng.gauss(0, 1), digits) for one in gold]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("digits", [0, 1, 8])
def test_values_are_scipy_s(seed: int, digits: int) -> None:
    gold, predicted = pairs(seed, digits=digits)
    assert values(gold, predicted) == pytest.approx(
        {
            "spearman": spearmanr(gold, predicted)[0],
            "pearson": pearsonr(gold, predicted)[0],
            "mse": np.mean((np.array(gold) - np.array(predicted)) ** 2),
        },
        abs=1e-12,
    )


def test_a_case_worked_out_by_hand() -> None:
    """Ranks 1 2 3 4 and 2 1 3.5 3.5: covariance 3.5, variances 5 and 4.5, so 3.5 / √22.5."""
    found = values([1, 2, 3, 4], [2, 1, 5, 5])
    assert found["spearman"] == pytest.approx(3.5 / 22.5**0.5)
    assert found["mse"] == pytest.approx((1 + 1 + 4 + 1) / 4)


def test_a_large_offset_costs_pearson_no_digits() -> None:
    gold, predicted = pairs(0, digits=8)
    moved = [1e8 + value for value in predicted]
    assert values(gold, moved)["pearson"] == pytest.approx(pearsonr(gold, moved)[0], abs=1e-7)


def test_intervals_are_those_of_ranking_and_summing_every_resample_anew() -> None:
    gold, predicted = pairs(3, n=30)
    rows = sorted(zip(gold, predicted, strict=True))
    assert len(set(rows)) == len(rows)  # no group of equal documents, so a weight is how often one is drawn
    drawn: dict[str, list[float]] = {"spearman": [], "pearson": [], "mse": []}
    for weights_rG in draw_weights(np.ones(30, dtype=np.int64), 300, 7):
        for weights_G in weights_rG.astype(int):
            x, y = (np.repeat(column, weights_G) for column in np.array(rows).T)
            drawn["spearman"].append(spearmanr(x, y)[0])
            drawn["pearson"].append(pearsonr(x, y)[0])
    found = scores(gold, predicted, resamples=300, seed=7)
    low, high = np.quantile(drawn["spearman"], [0.025, 0.975])
    assert (found["spearman"].low, found["spearman"].high) == pytest.approx((low, high), abs=1e-9)
    low, high = np.quantile(drawn["pearson"], [0.025, 0.975])
    assert (found["pearson"].low, found["pearson"].high) == pytest.approx((low, high), abs=0.05)
    assert found["mse"].low is not None


def test_a_document_without_an_answer_counts_as_the_mean_of_the_answers_and_of_their_ranks() -> None:
    gold = [1.0, 2.0, 3.0, 4.0]
    found, instead = values(gold, [1.0, None, 4.0, 4.0]), values(gold, [1.0, 3.0, 4.0, 4.0])
    assert (found["pearson"], found["mse"]) == (instead["pearson"], instead["mse"])
    assert found["spearman"] == pytest.approx(pearsonr([1, 2, 3, 4], [1, 2, 2.5, 2.5])[0])


def test_not_answering_lowers_a_right_answer_and_is_not_left_out() -> None:
    gold = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert values(gold, list(gold))["spearman"] == pytest.approx(1)
    assert values(gold, [None, *gold[1:5], None])["spearman"] == pytest.approx(
        pearsonr(gold, [2.5, 1, 2, 3, 4, 2.5])[0]
    )


def test_not_answering_gains_no_rank_where_answers_are_skewed() -> None:
    """One large answer puts the mean above all others; the rank of the mean would be nearly the highest."""
    gold = [0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 5.0]
    low = values(gold, [0.1, 0.0, 0.3, 0.2, 4.0, None, None])["spearman"]
    assert low == pytest.approx(0)


@pytest.mark.parametrize("n", [3, 7, 9])
def test_the_same_answer_for_all_that_are_answered_is_a_constant(n: int) -> None:
    """The mean of n equal numbers can be another number in floating point."""
    for value in (0.1, 3.3, 0.8907910943686553, 4.7):
        found = scores([float(index) for index in range(n + 1)], [value] * n + [None])
        assert found["spearman"] == found["pearson"] == Score(None, CONSTANT)


@pytest.mark.parametrize(("gold", "predicted"), [([1, 2, 3], [0.1, 0.1, 0.1]), ([0.3, 0.3, 0.3], [1, 2, 3])])
def test_correlations_with_a_constant_are_undefined(gold: list[float], predicted: list[float | None]) -> None:
    found = scores(gold, predicted, resamples=50)
    assert found["spearman"] == found["pearson"] == Score(None, CONSTANT)
    assert found["mse"].value is not None


def test_without_any_answer_everything_is_undefined() -> None:
    assert set(scores([1, 2], [None, None]).values()) == {Score(None, NO_ANSWERS)}


def test_predictions_on_another_scale_have_no_squared_error() -> None:
    found = scores([0, 2, 5], [0.1, 0.4, 0.9], on_scale=False)
    assert found["mse"] == Score(None, OTHER_SCALE)
    assert found["spearman"].value == pytest.approx(1)


def test_one_document_says_nothing() -> None:
    found = scores([1.0], [2.0], resamples=10)
    assert (found["spearman"].value, found["pearson"].value) == (None, None)
    assert found["mse"] == Score(1.0)
