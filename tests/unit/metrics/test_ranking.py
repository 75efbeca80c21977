"""Average precision beside scikit-learn, weights of documents, and ties in precision@k."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from tabib.metrics.ranking import MAX_RESAMPLES, AveragePrecision, average_precision, precision_at


@pytest.mark.parametrize("seed", range(15))
def test_average_precision_equals_scikit_learn_with_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gold_DL = rng.random((30, 4)) < 0.3
    gold_DL[0] = True  # scikit-learn warns of a label without gold
    scores_DL = rng.integers(0, 8, (30, 4)) / 8
    found = {name: values[0] for name, values in AveragePrecision(gold_DL, scores_DL)(np.ones((1, 30))).items()}
    assert found["label"] == pytest.approx(average_precision_score(gold_DL, scores_DL, average=None))
    assert found["macro"] == pytest.approx(average_precision_score(gold_DL, scores_DL, average="macro"))
    assert found["micro"] == pytest.approx(average_precision_score(gold_DL, scores_DL, average="micro"))


def test_a_weight_counts_the_document_as_often() -> None:
    rng = np.random.default_rng(0)
    gold_DL, scores_DL = rng.random((20, 2)) < 0.4, rng.integers(0, 5, (20, 2)) / 5
    weights = rng.integers(0, 3, 20)
    weights[np.flatnonzero(gold_DL.all(axis=1))[0]] += 1
    weighted = AveragePrecision(gold_DL, scores_DL)(weights[None].astype(float))
    repeated = np.repeat(np.arange(20), weights)
    theirs = average_precision_score(gold_DL[repeated], scores_DL[repeated], average=None)
    assert weighted["label"][0] == pytest.approx(theirs)


def test_a_label_without_gold_is_undefined_and_not_in_the_mean() -> None:
    gold_DL = np.array([[True, False], [False, False]])
    point, samples = average_precision(gold_DL, np.array([[0.9, 0.1], [0.1, 0.9]]), resamples=0, seed=0)
    assert samples is None
    assert np.isnan(point["label"][1])
    assert (point["label"][0], point["macro"]) == (1.0, 1.0)


def test_resamples_are_capped_and_do_not_depend_on_the_order_of_documents() -> None:
    rng = np.random.default_rng(0)
    gold_DL, scores_DL = rng.random((25, 3)) < 0.4, rng.random((25, 3))
    order = rng.permutation(25)
    _, samples = average_precision(gold_DL, scores_DL, resamples=10_000, seed=0)
    _, shuffled = average_precision(gold_DL[order], scores_DL[order], resamples=10_000, seed=0)
    assert samples is not None
    assert shuffled is not None
    assert len(samples["micro"]) == MAX_RESAMPLES
    assert np.array_equal(samples["label"], shuffled["label"], equal_nan=True)


def test_precision_at_k_is_the_share_of_gold_among_the_best() -> None:
    gold = np.array([[True, False, True, False]])
    scores = np.array([[0.1, 0.9, 0.8, 0.7]])
    assert [precision_at(k, gold, scores)[0] for k in (1, 2, 3, 4)] == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_ties_at_the_kth_place_give_the_expectation_over_orders(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    gold, scores = rng.random(4) < 0.5, rng.integers(0, 3, 4).astype(float)
    shares = []
    for order in itertools.permutations(range(4)):
        best = sorted(order, key=lambda label: -scores[label])[:k]  # stable: ties keep the order
        shares.append(gold[best].mean())
    assert precision_at(k, gold[None], scores[None])[0] == pytest.approx(np.mean(shares))
