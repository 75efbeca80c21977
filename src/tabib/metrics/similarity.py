"""How well predicted similarities follow gold: Pearson, Spearman, mean squared error.

A document without an answer gets the mean of the answers there are, and for Spearman the mean of their ranks (the
rank of the mean would be high or low where answers are skewed). It says nothing, so it adds nothing to the
covariance, while its gold stays in the variance: not answering never counts as if the document were not there.

Shapes: D documents, G groups of documents with the same gold and prediction, V distinct values, r resamples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, draw_weights, score_sums, to_scores
from tabib.metrics.counts import divide

NO_DOCUMENTS = "no documents"
NO_ANSWERS = "no document has an answer"
OTHER_SCALE = "predictions are not on the corpus's scale"
CONSTANT = "gold or predictions are the same for all documents"

_ROUNDING = 1e-12  # a variance below this share of the mean square is a constant's


def similarity_scores(
    gold: Sequence[float],
    predicted: Sequence[float | None],
    *,
    on_scale: bool,
    resamples: int,
    seed: int,
) -> dict[str, Score]:
    """``spearman`` (mean ranks for ties) and ``pearson`` in [-1, 1], and ``mse`` in squared units of the gold.

    All three have intervals from the same number of resamples. Correlations are None where gold or predictions are
    constant.

    Args:
        predicted: None where there is no answer.
        on_scale: whether predictions are on the scale of the gold; if not, ``mse`` is None.
    """
    answers = [value for value in predicted if value is not None]
    if not answers:
        return dict.fromkeys(("spearman", "pearson", "mse"), Score(None, NO_ANSWERS if gold else NO_DOCUMENTS))
    # The sum of equal numbers divided by how many they are need not be that number.
    neutral = answers[0] if min(answers) == max(answers) else math.fsum(answers) / len(answers)
    gold_D = np.array(gold, dtype=np.float64)
    answered_D = np.array([value is not None for value in predicted])
    predicted_D = np.array([neutral if value is None else value for value in predicted], dtype=np.float64)
    summed = _summed(gold_D, predicted_D, resamples, seed)
    return {
        "spearman": _spearman(gold_D, predicted_D, answered_D, resamples, seed),
        "pearson": summed["pearson"],
        "mse": summed["mse"] if on_scale else Score(None, OTHER_SCALE),
    }


def _summed(gold_D: Floats, predicted_D: Floats, resamples: int, seed: int) -> dict[str, Score]:
    """The scores that are functions of sums over documents."""
    x_D, y_D = _standardised(gold_D), _standardised(predicted_D)
    values_DC = np.column_stack(
        [x_D, y_D, x_D**2, y_D**2, x_D * y_D, (gold_D - predicted_D) ** 2, np.ones(len(gold_D))]
    )

    def statistic(sums: Floats) -> dict[str, Floats]:
        x, y, xx, yy, xy, error, n = np.moveaxis(sums, -1, 0)
        variances = []
        for total, squares in ((x, xx), (y, yy)):
            variance = n * squares - total**2
            variances.append(np.where(variance > _ROUNDING * n * squares, variance, 0.0))
        pearson = divide(n * xy - x * y, np.sqrt(variances[0] * variances[1]))
        return {"pearson": np.clip(pearson, -1, 1), "mse": divide(error, n)}

    reasons = {"pearson": CONSTANT, "mse": NO_DOCUMENTS}
    scores = score_sums(values_DC, statistic, reasons, resamples, seed)
    return {name: values[0] for name, values in scores.items()}


def _standardised(values_D: Floats) -> Floats:
    """Around 0 with deviation 1, so that sums of squares lose no digits; zeros where all are the same."""
    if values_D.min() == values_D.max():
        return np.zeros_like(values_D)
    centred_D = values_D - math.fsum(values_D) / len(values_D)  # fsum: the same whatever the order
    return centred_D / math.sqrt(math.fsum(centred_D**2) / len(values_D))


def _spearman(
    gold_D: Floats, predicted_D: Floats, answered_D: NDArray[np.bool_], resamples: int, seed: int
) -> Score:
    """Every resample is ranked anew. Values are sorted once: ranks follow from the running sum of the weights."""
    rows_GC, multiplicity_G = np.unique(
        np.column_stack([gold_D, predicted_D, answered_D]) + 0.0, axis=0, return_counts=True
    )  # sorted, so that one seed gives one interval whatever the order of the documents
    gold, predicted, answered_G = _Ranked(rows_GC[:, 0]), _Ranked(rows_GC[:, 1]), rows_GC[:, 2]

    def correlation(drawn_rG: NDArray[np.number]) -> Floats:
        weights_rG = drawn_rG.astype(np.float64)
        x_rG = gold.centred(weights_rG)
        y_rG = predicted.centred(weights_rG * answered_G) * answered_G
        covariance = (weights_rG * x_rG * y_rG).sum(axis=1)
        spread = (weights_rG * x_rG**2).sum(axis=1) * (weights_rG * y_rG**2).sum(axis=1)
        return np.clip(divide(covariance, np.sqrt(spread)), -1, 1)

    drawn = resamples if len(gold_D) > 1 else 0
    samples = (
        np.concatenate([correlation(w) for w in draw_weights(multiplicity_G, drawn, seed)]) if drawn else None
    )
    return to_scores(correlation(multiplicity_G[None]), samples, CONSTANT)[0]


class _Ranked:
    """One column of values, sorted once; gives the mean ranks of any weighted sample of it."""

    def __init__(self, values_G: Floats) -> None:
        _, self._level_G = np.unique(values_G, return_inverse=True)
        self._order_G = np.argsort(self._level_G, kind="stable")
        self._starts_V = np.flatnonzero(np.diff(self._level_G[self._order_G], prepend=-1))

    def centred(self, weights_rG: Floats) -> Floats:
        """(r, G): ranks around 0; equal values share the mean of the ranks that they take up."""
        weights_rV = np.add.reduceat(weights_rG[:, self._order_G], self._starts_V, axis=1)
        rank_rV = weights_rV.cumsum(axis=1) - (weights_rV - 1) / 2
        return rank_rV[:, self._level_G] - (weights_rG.sum(axis=1, keepdims=True) + 1) / 2
