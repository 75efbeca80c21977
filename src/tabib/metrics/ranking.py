"""Average precision (area under the precision-recall curve) and precision@k, from scores of every label.

Shapes: D documents, L labels, P positive (document, label) pairs, R resamples, r resamples of one chunk.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tabib.metrics.bootstrap import Floats, draw_weights
from tabib.metrics.counts import divide

Bools = NDArray[np.bool_]

MAX_RESAMPLES = 1_000
"""Average precision is no function of sums over documents, so each resample costs more: at most this many."""

_CELLS = 20_000_000
"""Numbers in one block of a table of documents × positives."""


class AveragePrecision:
    """Σ (R_i − R_{i−1}) P_i over falling thresholds; equal scores are one threshold (as in scikit-learn).

    The same, over positives: the mean, by weight, of the precision at each positive's own threshold. How much
    each document adds to the numbers above that threshold is counted once; any weights of the documents are then
    a product of matrices.

    Args:
        gold_DL: whether the document has the label.
        scores_DL: the higher, the more likely; finite.
    """

    def __init__(self, gold_DL: Bools, scores_DL: Floats) -> None:
        self._gold_DL, self._scores_DL = gold_DL, scores_DL
        label_P, document_P = np.nonzero(gold_DL.T)  # by label, so that a label's positives are neighbours
        self._label_P, self._document_P = label_P, document_P
        self._threshold_P = scores_DL[document_P, label_P]
        size = max(1, _CELLS // max(1, len(gold_DL)))
        self._blocks = [slice(first, first + size) for first in range(0, len(label_P), size)]
        # One block is kept; tables of several would be too large, and are made again for each chunk of weights.
        self._kept = self._tables(self._blocks[0]) if len(self._blocks) == 1 else None

    def __call__(self, weights_rD: NDArray[np.floating]) -> dict[str, Floats]:
        """label (r, L), macro (r): mean over labels with gold, micro (r): all decisions together; nan: no gold."""
        double_rD: Floats = weights_rD.astype(np.float64)
        weight_rP = double_rD[:, self._document_P]
        by_label_rP, micro_rP = np.empty_like(weight_rP), np.empty_like(weight_rP)
        for block in self._blocks:
            own, own_gold, all_, all_gold = self._kept or self._tables(block)
            by_label_rP[:, block] = divide(double_rD @ own_gold, double_rD @ own)
            micro_rP[:, block] = divide(double_rD @ all_gold, double_rD @ all_)
        # A positive that was not drawn has no weight, and perhaps no precision either.
        by_label_rP = np.where(weight_rP > 0, weight_rP * by_label_rP, 0)
        micro_rP = np.where(weight_rP > 0, weight_rP * micro_rP, 0)
        label_rL = divide(self._by_label(by_label_rP), self._by_label(weight_rP))
        defined = ~np.isnan(label_rL)
        return {
            "label": label_rL,
            "macro": divide(np.where(defined, label_rL, 0).sum(axis=1), defined.sum(axis=1)),
            "micro": divide(micro_rP.sum(axis=1), weight_rP.sum(axis=1)),
        }

    def _tables(self, block: slice) -> tuple[Floats, Floats, Floats, Floats]:
        """(D, P of the block): decisions at or above each positive's threshold, and those of them that are gold;
        of its own label, then of all labels."""
        threshold_P, label_P = self._threshold_P[block], self._label_P[block]
        own_DP = self._scores_DL[:, label_P] >= threshold_P
        all_DP, all_gold_DP = (np.empty(own_DP.shape) for _ in range(2))
        for document, (scores_L, gold_L) in enumerate(zip(self._scores_DL, self._gold_DL, strict=True)):
            for target, values in ((all_DP, scores_L), (all_gold_DP, scores_L[gold_L])):
                target[document] = len(values) - np.searchsorted(np.sort(values), threshold_P, side="left")
        return (
            own_DP.astype(np.float64),
            (own_DP & self._gold_DL[:, label_P]).astype(np.float64),
            all_DP,
            all_gold_DP,
        )

    def _by_label(self, values_rP: Floats) -> Floats:
        """Sums over the positives of each label: (r, L)."""
        sums_rL = np.zeros((len(values_rP), self._gold_DL.shape[1]))
        labels, firsts = np.unique(self._label_P, return_index=True)
        if len(labels):
            sums_rL[:, labels] = np.add.reduceat(values_rP, firsts, axis=1)
        return sums_rL


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
