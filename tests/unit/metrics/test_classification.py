"""Classification by hand and beside scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from tabib.metrics.classification import NO_ANSWER, classification_scores, confusion_matrix

GOLD = ["a", "a", "a", "b", "b", "c"]
PREDICTED = ["a", "a", "b", "b", None, "a"]
LABELS = ("a", "b", "c", "d")


def values(
    gold: list[str], predicted: list[str | None], labels: tuple[str, ...] = LABELS
) -> dict[str, float | None]:
    metrics, _ = classification_scores(gold, predicted, labels, resamples=0, seed=0)
    return {name: score.value for name, score in metrics.items()}


def test_by_hand() -> None:
    # a: 2 of 3 predictions right, 2 of 3 found. b: 1 of 2, 1 of 2. c: never predicted. One is without answer.
    scores = values(GOLD, PREDICTED)
    assert scores["accuracy"] == pytest.approx(3 / 6)
    assert scores["precision_micro"] == pytest.approx(3 / 5)  # of the five that got a label
    assert scores["recall_micro"] == pytest.approx(3 / 6)
    assert scores["f1_micro"] == pytest.approx(6 / 11)
    assert scores["precision_macro"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores["recall_macro"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores["f1_macro"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores["f1_weighted"] == pytest.approx((3 * 2 / 3 + 2 * 1 / 2 + 0) / 6)
    # MCC: c s − Σ p t = 3·6 − (3·3 + 2·2) = 5; s² − Σ t² = 36 − 14; s² − Σ p² = 36 − (9 + 4 + 1).
    assert scores["mcc"] == pytest.approx(5 / np.sqrt(22 * 22))


def test_by_label_undefined_is_none_with_a_reason() -> None:
    _, per_label = classification_scores(GOLD, PREDICTED, LABELS, resamples=0, seed=0)
    assert per_label["b"]["f1"].value == pytest.approx(1 / 2)
    assert per_label["a"]["support"].value == 3
    assert (per_label["c"]["precision"].reason, per_label["c"]["f1"].value) == ("nothing was predicted", 0.0)
    assert [per_label["d"][name].reason for name in ("precision", "recall", "f1")] == [
        "nothing was predicted",
        "no gold",
        "neither gold nor predictions",
    ]


def test_confusion_matrix_has_a_last_column_for_documents_without_answer() -> None:
    confusion = confusion_matrix(GOLD, PREDICTED, LABELS)
    assert confusion.labels == ("a", "b", "c", "d", NO_ANSWER)
    assert confusion.counts == ((2, 1, 0, 0, 0), (0, 1, 0, 0, 1), (1, 0, 0, 0, 0), (0,) * 5, (0,) * 5)


def test_confusion_matrix_is_scikit_learns_where_all_were_answered() -> None:
    predicted = ["a", "a", "b", "b", "c", "a"]
    confusion = confusion_matrix(GOLD, predicted, ("a", "b", "c"))
    assert np.array_equal(confusion.counts, sk.confusion_matrix(GOLD, predicted))


def test_mcc_is_undefined_where_answers_or_gold_are_constant() -> None:
    assert values(["a", "b"], ["a", "a"])["mcc"] is None
    assert values(["a", "a"], ["a", "b"])["mcc"] is None


@pytest.mark.parametrize("unanswered", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(15))
def test_equals_scikit_learn(seed: int, unanswered: float) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 60))
    gold = [str(label) for label in rng.choice(list("abcd"), n)]
    noisy = [one if rng.random() < 0.6 else str(rng.choice(list("abcd"))) for one in gold]
    predicted = [None if rng.random() < unanswered else label for label in noisy]
    ours = values(gold, predicted)
    named = [NO_ANSWER if label is None else label for label in predicted]
    assert ours["accuracy"] == pytest.approx(sk.accuracy_score(gold, named))
    assert ours["mcc"] == pytest.approx(sk.matthews_corrcoef(gold, named))
    # Macro and weighted: over the labels in gold. Micro: over all labels; "no answer" is not one.
    for average, labels in (
        ("macro", sorted(set(gold))),
        ("weighted", sorted(set(gold))),
        ("micro", list(LABELS)),
    ):
        theirs = sk.precision_recall_fscore_support(gold, named, average=average, labels=labels, zero_division=0)
        mine = [ours[f"{name}_{average}"] for name in ("precision", "recall", "f1")]
        assert mine == pytest.approx(list(theirs[:3]))


def test_intervals_are_those_of_a_naive_bootstrap() -> None:
    rng = np.random.default_rng(0)
    gold = [str(label) for label in rng.choice(list("abc"), 150, p=[0.6, 0.3, 0.1])]
    predicted = [one if rng.random() < 0.7 else str(rng.choice(list("abc"))) for one in gold]
    metrics, _ = classification_scores(gold, predicted, ("a", "b", "c"), resamples=4000, seed=0)
    naive = []
    for _ in range(800):
        drawn = rng.integers(0, 150, 150)
        naive.append(
            sk.f1_score([gold[i] for i in drawn], [predicted[i] for i in drawn], average="macro", zero_division=0)
        )
    score = metrics["f1_macro"]
    assert [score.low, score.high] == pytest.approx(list(np.quantile(naive, [0.025, 0.975])), abs=0.02)
