"""Logistic regression with many outputs, solved in the space that the training rows span.

The weights that minimise a loss of w·x with an L2 penalty are sums of training rows (the representer theorem), so
that rows × outputs numbers describe them where features × outputs would not fit into memory. In an orthonormal
basis of that space, in which the Cholesky factor of the rows' inner products holds their coordinates, loss and
penalty are what they were: it is the same model with the same minimum, found with less.

Shape suffixes: R distinct rows, F features, K outputs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tabib.core.errors import TrainingError

_TOLERANCE = 1e-4
"""Largest part of the gradient at the end, of the largest at the start (scikit-learn asks for as much)."""
_JITTER = 1e-6
"""Added to the diagonal of the inner products, in parts of its largest: rows may be sums of others."""
_MEMORY = 5
"""Steps that the solver remembers; two vectors of all unknowns each."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Scores are ``features @ rows.T @ weights + intercepts``.

    Args:
        rows: sparse (R, F), the distinct training rows.
        weights: (R, K) float32.
        intercepts: (K,) float32.
    """

    rows: Any
    weights: Any
    intercepts: Any


def fit_softmax(features: Any, classes: Any, c: float) -> Fitted:
    """Multinomial logistic regression; as ``sklearn.linear_model.LogisticRegression(C=c)``, intercepts are free.

    Args:
        features: sparse (rows, F), float64: the inner products of rows that are nearly equal need it.
        classes: the class of each row, an integer from 0.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    targets = csr_matrix((np.ones(len(classes), np.float32), (np.arange(len(classes)), classes)))
    return _fit(features, targets, c, _softmax, free_intercepts=True)


def fit_sigmoids(features: Any, truth: Any, c: float) -> Fitted:
    """One binary logistic regression per column of ``truth``, sparse (rows, K) of float32 ones.

    As ``LogisticRegression(C=c, solver="liblinear")``, whose intercept is the weight of a feature that is 1.
    """
    return _fit(features, truth, c, _sigmoids, free_intercepts=False)


def distinct(features: Any) -> tuple[Any, Any]:
    """Indices of the first row of each kind of equal rows, and for each row the number of its kind."""
    import numpy as np

    features.sort_indices()
    kinds: dict[bytes, int] = {}
    first, inverse = [], []
    for row, (begin, end) in enumerate(zip(features.indptr[:-1], features.indptr[1:], strict=True)):
        key = features.indices[begin:end].tobytes() + features.data[begin:end].tobytes()
        if key not in kinds:
            kinds[key] = len(kinds)
            first.append(row)
        inverse.append(kinds[key])
    return np.array(first), np.array(inverse)


Loss = Callable[[Any, Any, Any], float]
"""(scores (K, R), targets (K, R), how often each row occurs) → loss; its gradient overwrites the scores."""


def _softmax(scores_KR: Any, targets_KR: Any, counts_R: Any) -> float:
    import numpy as np

    scores_KR -= scores_KR.max(axis=0)
    right = np.einsum("kr,kr->", targets_KR, scores_KR, dtype=np.float64)
    np.exp(scores_KR, out=scores_KR)
    sums_R = scores_KR.sum(axis=0)
    scores_KR *= counts_R / sums_R
    scores_KR -= targets_KR
    return float((counts_R * np.log(sums_R)).sum(dtype=np.float64) - right)


def _sigmoids(scores_KR: Any, targets_KR: Any, counts_R: Any) -> float:
    import numpy as np
    from scipy.special import expit

    right = np.einsum("kr,kr->", targets_KR, scores_KR, dtype=np.float64)
    loss = float((np.logaddexp(0, scores_KR) * counts_R).sum(dtype=np.float64) - right)
    expit(scores_KR, out=scores_KR)
    scores_KR *= counts_R
    scores_KR -= targets_KR
    return loss


def _fit(features: Any, targets: Any, c: float, loss: Loss, *, free_intercepts: bool) -> Fitted:
    import numpy as np
    from scipy.linalg import cholesky, solve_triangular
    from scipy.linalg.blas import strmm
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    first, inverse = distinct(features)
    rows, n_rows, n_outputs = features[first], len(first), targets.shape[1]
    kinds = csr_matrix((np.ones(len(inverse), np.float32), (inverse, np.arange(len(inverse)))))
    targets_KR = np.ascontiguousarray((kinds @ targets).toarray().T)
    counts_R = np.bincount(inverse, minlength=n_rows).astype(np.float32)
    inner_RR = (rows @ rows.T).toarray()
    inner_RR[np.diag_indices(n_rows)] += _JITTER * inner_RR.diagonal().max()
    factor_RR = np.asfortranarray(cholesky(inner_RR, lower=True, overwrite_a=True), dtype=np.float32)
    del inner_RR
    scale = c * float(counts_R.sum())

    def objective(flat: Any) -> tuple[float, Any]:
        unknown_KR, intercepts_K = _parts(flat, n_outputs)
        scores_KR = strmm(1.0, factor_RR, unknown_KR.T.astype(np.float32, order="F"), lower=1).T
        scores_KR += intercepts_K[:, None].astype(np.float32)
        value = c * loss(scores_KR, targets_KR, counts_R) + 0.5 * float(np.vdot(unknown_KR, unknown_KR))
        slopes = np.empty_like(flat)
        slopes_KR, slopes_K = _parts(slopes, n_outputs)
        slopes_K[:] = c * scores_KR.sum(axis=1, dtype=np.float64)
        slopes_KR[:] = strmm(c, factor_RR, scores_KR.T, lower=1, trans_a=1).T
        slopes_KR += unknown_KR
        if not free_intercepts:
            value += 0.5 * float(np.vdot(intercepts_K, intercepts_K))
            slopes_K += intercepts_K
        return value / scale, slopes / scale

    start = np.zeros((n_rows + 1) * n_outputs)
    steepest = np.abs(objective(start)[1]).max()
    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        options={
            "maxcor": _MEMORY,
            "maxiter": 1000,
            "maxfun": 5000,
            "gtol": _TOLERANCE * steepest,
            "ftol": 0.0,
        },
    )
    if not np.isfinite(found.fun):
        raise TrainingError("the linear model's loss is not finite")
    left = float(np.abs(found.jac).max() / steepest)
    if left > 10 * _TOLERANCE:
        logging.getLogger(__name__).warning(
            f"the linear model has not converged: {left:.0e} of its gradient is left"
        )
    unknown_KR, intercepts_K = _parts(found.x, n_outputs)
    weights = solve_triangular(factor_RR, unknown_KR.T, trans="T", lower=True)
    return Fitted(rows.astype(np.float32), weights.astype(np.float32), intercepts_K.astype(np.float32))


def _parts(flat: Any, n_outputs: int) -> tuple[Any, Any]:
    """Views of (K, R) and (K,) in one vector."""
    return flat[:-n_outputs].reshape(n_outputs, -1), flat[-n_outputs:]
