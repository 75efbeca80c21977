"""95% percentile bootstrap over documents (Efron and Tibshirani 1993, chapter 13), from per-document counts.

A resample draws as many documents as there are, with replacement. Scores that are functions of sums over
documents need only how often each document was drawn, so a resample is one row of weights and all resamples
together are one product of matrices. Documents with the same counts cannot be told apart, so they are drawn
as one group with its multiplicity: the distribution is exactly the same. Groups are put in canonical order
first: for one seed, the intervals do not depend on the order of the documents.

Shapes: R resamples, D documents, G groups of equal documents, C columns of counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from tabib.core.scores import Score

Floats = NDArray[np.float64]

LEVEL = 0.95
MAX_UNDEFINED = 0.05
"""An interval is taken over the resamples in which the score is defined; not given where more are undefined."""

_CHUNK = 64
_MULTINOMIAL_RATIO = 25  # a binomial draw costs about as much as drawing 25 documents one by one


def draw_weights(multiplicity_G: NDArray[np.int64], n: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """How often each group is drawn: chunks of rows (r, G), n rows in all, each summing to the documents D."""
    rng = np.random.Generator(np.random.SFC64(seed))
    groups, documents = len(multiplicity_G), int(multiplicity_G.sum())
    group_D = np.repeat(np.arange(groups), multiplicity_G)
    for first in range(0, n, _CHUNK):
        rows = min(_CHUNK, n - first)
        if groups * _MULTINOMIAL_RATIO <= documents:
            yield rng.multinomial(documents, multiplicity_G / documents, size=rows).astype(np.float32)
            continue
        weights_rG = np.empty((rows, groups), dtype=np.float32)
        for row in weights_rG:
            drawn_D = rng.integers(0, documents, documents, dtype=np.intp)
            row[:] = np.bincount(drawn_D if groups == documents else group_D[drawn_D], minlength=groups)
        yield weights_rG


def resampled_sums(values_DC: NDArray[np.generic], n: int, seed: int) -> Floats:
    """Sums over documents of each column, in each of ``n`` resamples: shape (n, C).

    Args:
        values_DC: what each document adds to each sum; counts or other finite numbers.
    """
    if not values_DC.shape[0] or not values_DC.shape[1]:
        return np.zeros((n, values_DC.shape[1]))
    groups_GC, multiplicity_G = _groups(values_DC.astype(np.float64))
    columns_GC, place_C = np.unique(groups_GC, axis=1, return_inverse=True)
    # Sums of whole numbers below 2^24 are exact in single precision, which is twice as fast.
    largest = float(np.abs(columns_GC).max()) * values_DC.shape[0]
    exact = largest < 2**24 and bool(np.all(columns_GC == np.rint(columns_GC)))
    columns_GC = columns_GC.astype(np.float32 if exact else np.float64)
    sums_RC = np.empty((n, columns_GC.shape[1]))
    first = 0
    for weights_rG in draw_weights(multiplicity_G, n, seed):
        sums_RC[first : first + len(weights_rG)] = weights_rG @ columns_GC
        first += len(weights_rG)
    return sums_RC[:, place_C.reshape(-1)]


def intervals(samples: Floats) -> tuple[Floats, Floats]:
    """Lower and upper ends over axis 0 of resampled scores; nan is a resample in which the score is undefined.

    Both ends are nan where more than ``MAX_UNDEFINED`` of the resamples are undefined.
    """
    ordered = np.sort(samples, axis=0)  # nan comes last
    defined = np.sum(~np.isnan(ordered), axis=0)
    enough = defined >= max(1, (1 - MAX_UNDEFINED) * len(samples))
    ends = []
    for quantile in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        place = quantile * np.maximum(defined - 1, 0)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, np.maximum(defined - 1, 0))
        low = np.take_along_axis(ordered, below[None], axis=0)[0]
        high = np.take_along_axis(ordered, above[None], axis=0)[0]
        ends.append(np.where(enough, low + (place - below) * (high - low), np.nan))
    return ends[0], ends[1]


def score_sums(
    values_DC: NDArray[np.generic],
    statistic: Callable[[Floats], Mapping[str, Floats]],
    reasons: Mapping[str, str],
    resamples: int,
    seed: int,
) -> dict[str, list[Score]]:
    """Scores that are functions of sums over documents, with their intervals.

    Args:
        values_DC: what each document adds to each sum.
        statistic: sums (..., C) → name → values (...) or (..., K), nan where undefined.
        reasons: name → why it is None where it is undefined.
        resamples: how many; 0 for no intervals. None are drawn for fewer than two documents, which say nothing
            of the variation between documents.

    Returns:
        name → one score for each of the K values, or one.
    """
    documents = len(values_DC)
    # Sorted, so that the last bit of a sum of fractions does not depend on the order of the documents.
    point = statistic(np.sort(values_DC.astype(np.float64), axis=0).sum(axis=0))
    drawn = resamples if documents > 1 else 0
    samples = statistic(resampled_sums(values_DC, drawn, seed)) if drawn else {}
    scores = {}
    for name, values in point.items():
        reason = reasons[name] if documents else "no documents"
        scores[name] = to_scores(values, samples.get(name), reason)
    return scores


def to_scores(values: Floats, samples: Floats | None, reason: str) -> list[Score]:
    """Scores of values (K) or one value, with intervals from samples (R, K) or (R) where given; nan: undefined."""
    values = np.atleast_1d(values)
    low = high = np.full(values.shape, np.nan)
    if samples is not None:
        low, high = intervals(samples.reshape(len(samples), -1))
    return [to_score(*numbers, reason) for numbers in zip(values, low, high, strict=True)]


def to_score(point: float, low: float, high: float, reason: str) -> Score:
    """A score from numbers in which nan means undefined; ``reason`` says why, should ``point`` be nan."""
    if np.isnan(point):
        return Score(None, reason)
    if np.isnan(low) or np.isnan(high):
        return Score(float(point))
    return Score(float(point), low=float(low), high=float(high))


def _groups(values_DC: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The distinct rows in canonical order, and how many documents have each."""
    rows_DC = np.ascontiguousarray(values_DC + 0.0)  # -0.0 and 0.0 are the same row
    bytes_D = rows_DC.view(np.dtype((np.void, rows_DC.dtype.itemsize * rows_DC.shape[1]))).reshape(-1)
    order = np.argsort(bytes_D, kind="stable")
    rows_DC = rows_DC[order]
    starts = np.flatnonzero(np.r_[True, np.any(rows_DC[1:] != rows_DC[:-1], axis=1)])
    return rows_DC[starts], np.diff(np.r_[starts, len(rows_DC)])
