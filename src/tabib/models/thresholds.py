"""One threshold for all labels, chosen for micro F1, and the labels that follow from it. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabib.core.predictions import MultilabelPrediction, Status

DEFAULT_THRESHOLD = 0.5


def best_threshold(scores: NDArray[Any], gold: NDArray[Any], *, at_least_one: bool = False) -> float:
    """The threshold with the best micro F1 over all (document, label) pairs.

    All distinct cuts of the sorted scores are tried at once: with k pairs above the cut, t of them gold, and p
    gold pairs in all, F1 = 2t / (k + p). Of the best cuts the one nearest to 0.5 is taken, and in it the
    value 0.5 if it lies there, else the middle between its two neighbouring scores.

    Args:
        scores: (documents, labels) in [0, 1].
        gold: (documents, labels), true where the label is gold.
        at_least_one: whether each document's best label is given whatever its score.

    Returns:
        A threshold for ``score >= threshold``; 0.5 where nothing is gold, since every cut is then as good.
    """
    assert scores.shape == gold.shape
    positives = int(gold.sum())
    if positives == 0:
        return DEFAULT_THRESHOLD
    free = np.ones(scores.shape, dtype=bool)
    if at_least_one:
        free[np.arange(len(scores)), scores.argmax(axis=1)] = False
    order = np.argsort(-scores[free], kind="stable")
    ranked = scores[free][order].astype(float)
    hits = np.concatenate([[0], np.cumsum(gold[free][order])]) + int(gold[~free].sum())
    given = np.arange(len(ranked) + 1) + int((~free).sum())
    f1 = 2 * hits / (given + positives)
    # The cut after the k-th score is a threshold in (below[k], above[k]]; equal scores cannot be parted.
    above = np.concatenate([[np.nextafter(1.0, 2.0)], ranked])
    below = np.concatenate([ranked, [0.0]])
    possible = np.flatnonzero((above > below) | (np.arange(len(above)) == len(ranked)))
    best = possible[f1[possible] >= f1[possible].max() - 1e-12]
    low, high = below[best], above[best]
    values = np.where((low < DEFAULT_THRESHOLD) & (high >= DEFAULT_THRESHOLD), DEFAULT_THRESHOLD, (low + high) / 2)
    # Between neighbouring floats there is no middle: the upper score itself is the threshold.
    values = np.where(values > low, values, high)
    return float(values[np.argmin(np.abs(values - DEFAULT_THRESHOLD))])


def decide(
    document_id: str,
    scores: Mapping[str, float],
    threshold: float,
    *,
    at_least_one: bool = False,
    status: Status = Status.OK,
    detail: str = "",
) -> MultilabelPrediction:
    """The labels whose score is at least the threshold, with the confidence of the whole answer."""
    chosen = {label for label, score in scores.items() if score >= threshold}
    if at_least_one and not chosen and scores:
        chosen = {max(scores, key=lambda label: scores[label])}
    confidence = 1.0
    for label, score in scores.items():
        confidence *= score if label in chosen else 1.0 - score
    return MultilabelPrediction(document_id, tuple(sorted(chosen)), confidence, dict(scores), status, detail)


def score_matrix(
    predictions: Sequence[MultilabelPrediction], gold: Sequence[Sequence[str]], labels: Sequence[str]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scores and gold of aligned documents, both (documents, labels); gold outside ``labels`` is left out."""
    scores = np.array([[prediction.scores[label] for label in labels] for prediction in predictions], dtype=float)
    truth = np.array([[label in answer for label in labels] for answer in gold], dtype=bool)
    shape = (len(predictions), len(labels))
    return scores.reshape(shape), truth.reshape(shape)
