"""One threshold for all labels or options, chosen on dev, and the answers that follow from it. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tabib.core.predictions import McqaPrediction, MultilabelPrediction, Status

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


def best_exact_threshold(scores: Sequence[Sequence[float]], gold: Sequence[Sequence[bool]]) -> float:
    """The threshold with which most questions get exactly their right options, the best option always given.

    A question is right for every threshold t with (highest score of a wrong option) < t ≤ (lowest score of a right
    one), and, where its one right option is also its best, for any higher t. Of the best stretches of t the one
    nearest to 0.5 is taken, and in it 0.5 if it lies there, else its middle.

    Args:
        scores: of each question's options, in [0, 1]; their number may differ.
        gold: aligned, true where the option is right.

    Returns:
        A threshold for ``score >= threshold``; 0.5 where no question can be answered exactly.
    """
    above_one = float(np.nextafter(1.0, 2.0))
    stretches: list[tuple[float, float]] = []
    for row, truth in zip(scores, gold, strict=True):
        right = [score for score, true in zip(row, truth, strict=True) if true]
        if not right:
            continue
        low = max((score for score, true in zip(row, truth, strict=True) if not true), default=-1.0)
        best_is_right = truth[max(range(len(row)), key=row.__getitem__)]  # of equal ones the first is given
        high = above_one if len(right) == 1 and best_is_right else min(right)
        if low < high:
            stretches.append((low, high))
    if not stretches:
        return DEFAULT_THRESHOLD
    cuts = np.unique([-1.0, above_one, *(end for stretch in stretches for end in stretch)])
    lows, highs = cuts[:-1], cuts[1:]
    starts, ends = np.sort([low for low, _ in stretches]), np.sort([high for _, high in stretches])
    covered = np.searchsorted(starts, lows, side="right") - np.searchsorted(ends, lows, side="right")
    best = covered == covered.max()
    low, high = lows[best], highs[best]
    middle = np.minimum((np.maximum(low, 0.0) + high) / 2, 1.0)
    values = np.where((low < DEFAULT_THRESHOLD) & (high >= DEFAULT_THRESHOLD), DEFAULT_THRESHOLD, middle)
    values = np.where(values > low, values, high)
    return float(values[np.argmin(np.abs(values - DEFAULT_THRESHOLD))])


def decide_letters(
    document_id: str,
    scores: Mapping[str, float],
    threshold: float,
    *,
    single: bool,
    status: Status = Status.OK,
    detail: str = "",
) -> McqaPrediction:
    """The best option, and, unless the question has one right option, all whose score is at least the threshold.

    Args:
        scores: letter → probability, of at least one option.
        single: the question has one right option.
    """
    chosen = {max(scores, key=lambda letter: scores[letter])}
    if single:
        confidence = scores[next(iter(chosen))]
    else:
        chosen |= {letter for letter, score in scores.items() if score >= threshold}
        confidence = float(np.prod([score if letter in chosen else 1 - score for letter, score in scores.items()]))
    return McqaPrediction(
        document_id, tuple(sorted(chosen)), confidence, dict(scores), status, detail, single=single
    )
