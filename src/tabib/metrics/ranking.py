"""Average precision (area under the precision-recall curve) and precision@k, from scores of every label.

Shapes: D documents, L labels, R resamples, r resamples of one chunk.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tabib.metrics.bootstrap import Floats, draw_weights
from tabib.metrics.counts import divide

Bools = NDArray[np.bool_]

MAX_RESAMPLES = 1_000
"""Average precision is no function of sums, so each resample costs a pass over all scores: at most this many."""


class AveragePrecision:
    """Σ (R_i − R_{i−1}) P_i over falling thresholds; equal scores are one threshold (as in scikit-learn).

    Sorted once; then evaluated for any weights of the documents.

    Args:
        gold_DL: whether the document has the label.
        scores_DL: the higher, the more likely; finite.
    """

    def __init__(self, gold_DL: Bools, scores_DL: Floats) -> None:
        self._n_labels = gold_DL.shape[1]
        self._plans = [_plan(gold_DL[:, [label]], scores_DL[:, [label]]) for label in range(self._n_labels)]
        self._micro = _plan(gold_DL, scores_DL)

    def __call__(self, weights_rD: NDArray[np.floating]) -> dict[str, Floats]:
        """label (r, L), macro (r): mean over labels with gold, micro (r): all decisions together; nan: no gold."""
        label_rL = np.full((len(weights_rD), self._n_labels), np.nan)
        for label, plan in enumerate(self._plans):
            label_rL[:, label] = _evaluate(plan, weights_rD)
        defined = ~np.isnan(label_rL)
        macro = divide(np.where(defined, label_rL, 0).sum(axis=1), defined.sum(axis=1))
        return {"label": label_rL, "macro": macro, "micro": _evaluate(self._micro, weights_rD)}


def average_precision(
    gold_DL: Bools, scores_DL: Floats, resamples: int, seed: int
) -> tuple[dict[str, Floats], dict[str, Floats] | None]:
    """Values (as of ``AveragePrecision``, without the first axis) and their resamples, at most MAX_RESAMPLES."""
    # The documents' canonical order: for one seed, intervals do not depend on the order in which they came.
    order = np.lexsort(np.hstack([gold_DL, scores_DL]).T)
    measure = AveragePrecision(gold_DL[order], scores_DL[order])
    documents = len(gold_DL)
    point = {name: values[0] for name, values in measure(np.ones((1, documents))).items()}
    if not resamples or documents < 2:
        return point, None
    ones_D = np.ones(documents, dtype=np.int64)
    chunks = [measure(chunk) for chunk in draw_weights(ones_D, min(resamples, MAX_RESAMPLES), seed)]
    return point, {name: np.concatenate([chunk[name] for chunk in chunks]) for name in point}


def precision_at(k: int, gold_DL: Bools, scores_DL: Floats) -> Floats:
    """Share of each document's k best labels that are gold: (D), in [0, 1].

    Where equal scores straddle the k-th place, the expectation over their orders: no name is favoured.
    """
    kth_D1 = -np.sort(-scores_DL, axis=1)[:, k - 1 : k]
    above_DL, tied_DL = scores_DL > kth_D1, scores_DL == kth_D1
    places_D = k - above_DL.sum(axis=1)
    tied_hits_D = places_D * (tied_DL & gold_DL).sum(axis=1) / tied_DL.sum(axis=1)
    return np.asarray(((above_DL & gold_DL).sum(axis=1) + tied_hits_D) / k, dtype=np.float64)


_Plan = tuple[NDArray[np.intp], Floats, NDArray[np.intp]]


def _plan(gold_DL: Bools, scores_DL: Floats) -> _Plan:
    """Of all decisions by falling score: their documents, their gold, and the last place of each threshold."""
    flat = scores_DL.reshape(-1)
    order = np.argsort(-flat, kind="stable")
    ordered = flat[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True]) if len(flat) else np.zeros(0, np.intp)
    return order // max(1, scores_DL.shape[1]), gold_DL.reshape(-1)[order].astype(np.float64), last


def _evaluate(plan: _Plan, weights_rD: NDArray[np.floating]) -> Floats:
    document, gold, last = plan
    if not len(last):
        return np.full(len(weights_rD), np.nan)
    weights = weights_rD[:, document].astype(np.float64)
    n_above = np.cumsum(weights, axis=1)[:, last]
    hits = np.cumsum(weights * gold, axis=1)[:, last]
    precision = divide(hits, n_above)
    gained = np.diff(hits, axis=1, prepend=0)
    return divide(np.where(gained > 0, gained * precision, 0).sum(axis=1), hits[:, -1])
