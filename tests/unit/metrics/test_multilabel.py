"""Multilabel decisions by hand and beside scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from tabib.metrics.multilabel import multilabel_scores, ranking_scores

LABELS = ("a", "b", "c", "d", "e")


def sets(*rows: str) -> list[frozenset[str]]:
    return [frozenset(row) for row in rows]


def values(gold: list[frozenset[str]], predicted: list[frozenset[str]]) -> dict[str, float | None]:
    metrics, _ = multilabel_scores(gold, predicted, LABELS, resamples=0, seed=0)
    return {name: score.value for name, score in metrics.items()}


def test_by_hand() -> None:
    scores = values(sets("ab", "b", "c", ""), sets("a", "b", "ab", ""))
    # a: tp 1, fp 1. b: tp 1, fp 1, fn 1. c: fn 1. Documents: 2/3, 1, 0, and one with nothing on either side.
    assert scores["precision_micro"] == pytest.approx(2 / 4)
    assert scores["recall_micro"] == pytest.approx(2 / 4)
    assert scores["f1_micro"] == pytest.approx(4 / 8)
    assert scores["f1_macro"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores["f1_samples"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores["subset_accuracy"] == pytest.approx(2 / 4)


def matrix(rows: list[frozenset[str]]) -> np.ndarray:
    return np.array([[label in row for label in LABELS] for row in rows])


@pytest.mark.parametrize("seed", range(15))
def test_equals_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 50))
    gold_DL = rng.random((n, 5)) < rng.random(5) * 0.6
    predicted_DL = np.where(rng.random((n, 5)) < 0.3, ~gold_DL, gold_DL)
    gold, predicted = (
        [frozenset(label for label, held in zip(LABELS, row, strict=True) if held) for row in array]
        for array in (gold_DL, predicted_DL)
    )
    ours = values(gold, predicted)
    for name, average in (("micro", "micro"), ("samples", "samples")):
        theirs = sk.f1_score(gold_DL, predicted_DL, average=average, zero_division=np.nan)
        assert ours[f"f1_{name}"] == pytest.approx(theirs)
    in_gold = np.flatnonzero(gold_DL.any(axis=0))
    macro = sk.f1_score(gold_DL, predicted_DL, average="macro", labels=in_gold, zero_division=0)
    assert ours["f1_macro"] == pytest.approx(macro)
    assert ours["subset_accuracy"] == pytest.approx(sk.accuracy_score(gold_DL, predicted_DL))
    _, per_label = multilabel_scores(gold, predicted, LABELS, resamples=0, seed=0)
    by_label = sk.precision_recall_fscore_support(gold_DL, predicted_DL, average=None, zero_division=np.nan)
    for place, name in enumerate(("precision", "recall", "f1", "support")):
        mine = [per_label[label][name].value for label in LABELS]
        assert [np.nan if value is None else value for value in mine] == pytest.approx(
            list(by_label[place]), nan_ok=True
        )


def test_ranking_by_hand() -> None:
    gold = sets("a", "bc")
    scores = [
        {"a": 0.9, "b": 0.8, "c": 0.1, "d": 0.05, "e": 0.01},
        {"a": 0.7, "b": 0.6, "c": 0.5, "d": 0.4, "e": 0.3},
    ]
    metrics, per_label = ranking_scores(gold, scores, LABELS, resamples=0, seed=0)
    assert metrics["precision_at_1"].value == pytest.approx((1 + 0) / 2)
    assert metrics["precision_at_3"].value == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert metrics["precision_at_5"].value == pytest.approx((1 / 5 + 2 / 5) / 2)
    # By falling score: a(1), b(0), a(0), b(1), c(1), …: precision 1, 2/4, 3/5 where recall grows by a third.
    assert metrics["pr_auc_micro"].value == pytest.approx((1 + 2 / 4 + 3 / 5) / 3)
    # b is held by the document with the lower score: AP 1/2. a and c: 1. d and e have no gold.
    assert [per_label[label]["pr_auc"].value for label in LABELS] == [1.0, 0.5, 1.0, None, None]
    assert metrics["pr_auc_macro"].value == pytest.approx((1 + 0.5 + 1) / 3)
    assert per_label["d"]["pr_auc"].reason == "no gold"


def test_without_scores_there_is_a_reason_and_no_number() -> None:
    metrics, per_label = ranking_scores(sets("a", "b"), [{"a": 0.5}, {}], LABELS, resamples=10, seed=0)
    assert {score.reason for score in metrics.values()} == {"1 of 2 predictions have no scores"}
    assert per_label["a"]["pr_auc"].value is None


def test_a_document_without_an_answer_has_no_hits_and_comes_last() -> None:
    # Its five tied scores of 0 would otherwise give it a hit by chance.
    metrics, per_label = ranking_scores(sets("a", "a"), [None, {"a": 0.2}], LABELS, resamples=0, seed=0)
    assert metrics["precision_at_1"].value == 0.5
    metrics, per_label = ranking_scores(sets("a", ""), [None, {"a": 0.2}], LABELS, resamples=0, seed=0)
    assert per_label["a"]["pr_auc"].value == 0.5


def test_precision_at_more_than_there_are_labels_is_undefined() -> None:
    metrics, _ = ranking_scores(sets("a"), [{"a": 0.5}], ("a", "b"), resamples=0, seed=0)
    assert metrics["precision_at_1"].value == 1.0
    assert metrics["precision_at_3"].reason == "fewer than 3 labels"


def test_ranked_scores_have_intervals_over_documents() -> None:
    rng = np.random.default_rng(0)
    gold_DL = rng.random((120, 5)) < 0.3
    gold = [frozenset(np.array(LABELS)[row]) for row in gold_DL]
    scores = [dict(zip(LABELS, row, strict=True)) for row in rng.random((120, 5)) * 0.5 + gold_DL * 0.3]
    metrics, per_label = ranking_scores(gold, scores, LABELS, resamples=500, seed=0)
    for score in (*metrics.values(), *(row["pr_auc"] for row in per_label.values())):
        assert score.value is not None
        assert score.low is not None
        assert score.high is not None
        assert score.low < score.value < score.high
    naive = []
    for _ in range(300):
        drawn = rng.integers(0, 120, 120)
        scores_DL = np.array([[scores[i][label] for label in LABELS] for i in drawn])
        naive.append(sk.average_precision_score(gold_DL[drawn], scores_DL, average="micro"))
    interval = [metrics["pr_auc_micro"].low, metrics["pr_auc_micro"].high]
    assert interval == pytest.approx(list(np.quantile(naive, [0.025, 0.975])), abs=0.02)
