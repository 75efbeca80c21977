"""Two systems on the same documents: the difference of a score, its interval, and whether it may be chance.

A system is one model trained with several seeds; its score is the mean of the seeds' scores. Scores are functions
of sums of counts over documents (micro and macro F1, precision, recall).

- Interval: 95% percentile bootstrap that draws documents, the same ones for both systems and all seeds, and in
  each resample seeds of each system. Of S seeds S - 1 are drawn, so that the variance of their mean is not too
  small by the factor (S - 1) / S (McCarthy and Snowden 1985). Drawing both counts chance twice that is in neither
  alone (how one seed read one document; Owen 2007), so intervals are rather too wide than too narrow. Of one seed
  nothing can be drawn: how much seeds differ is then not in the interval.
- p: randomisation test (Noreen 1989; Yeh 2000). If the systems did not differ, the outputs for a document could as
  well be the other system's. They are swapped document by document, all seeds of a document together, because
  outputs of several seeds for one document are no independent evidence. p is the share of swaps, the observed one
  among them, whose difference is at least as large, in either direction: (r + 1) / (R + 1) for R random swaps, or
  all 2^D where these are not more than R. Exact for systems with the same number of seeds. Else every seed is
  repeated until there are equally many, which leaves the observed difference as it is.
- The p speaks of documents: would these trained models differ on other texts? Whether other seeds would, only the
  interval knows. A difference is significant if both say so (``significant``). Where systems did not differ, and
  seeds did, p alone was below 0.05 far more often than in 5% (benchmarks/paired_errors.py).

Shapes: R resamples or swaps, S seeds, D documents, C columns of counts, K scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, resampled_sums, to_scores

Statistic = Callable[[Floats], Floats]
"""Sums (..., C) → scores (..., K), nan where undefined."""

TestName = Literal["approximate randomisation", "exact randomisation"]

PERMUTATIONS = 10_000
ALPHA = 0.05
_CELLS = 4_000_000  # numbers that one chunk of swaps may hold
_TOLERANCE = 1e-12  # differences of floats that are one number


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """One score of system A minus that of system B.

    Args:
        difference: of the means over seeds, with its interval.
        p: two-sided; None where the difference is undefined.
        test: how p was found, among ``swaps`` swaps.
        documents, seeds_a, seeds_b: what was compared.
    """

    difference: Score
    p: float | None
    test: TestName
    swaps: int
    documents: int
    seeds_a: int
    seeds_b: int

    def significant(self, p: float | None) -> bool:
        """Whether more than chance is behind the difference: over documents and over seeds.

        Args:
            p: adjusted for the number of comparisons.
        """
        low, high = self.difference.low, self.difference.high
        return p is not None and p < ALPHA and low is not None and high is not None and not low <= 0 <= high


def mean_over_seeds(
    values_SDC: NDArray[np.generic], statistic: Statistic, reasons: Sequence[str], resamples: int, seed: int
) -> list[Score]:
    """The mean of each score over seeds, with its bootstrap interval over documents and seeds.

    Args:
        values_SDC: counts of each seed; at least one seed.
        reasons: why each of the K scores is None where it is.
        resamples: 0 for no intervals; none are drawn for fewer than two documents.
    """
    seeds, documents, _ = values_SDC.shape
    means_K = np.atleast_1d(statistic(_totals(values_SDC)).mean(axis=0))
    samples_RK = None
    if resamples and documents > 1:
        (scores_RSK,) = _resampled([values_SDC], statistic, resamples, seed)
        samples_RK = _mean_of_drawn(scores_RSK, np.random.Generator(np.random.SFC64([seed, seeds])))
    return _scores(means_K, samples_RK, reasons, documents)


def paired_differences(
    a_SDC: NDArray[np.generic],
    b_SDC: NDArray[np.generic],
    statistic: Statistic,
    reasons: Sequence[str],
    resamples: int,
    seed: int,
    permutations: int = PERMUTATIONS,
) -> list[PairedDifference]:
    """Compare systems A and B in each of K scores.

    Args:
        a_SDC, b_SDC: counts of each seed of a system, documents in the same order; numbers of seeds may differ.
        reasons: why each difference is None where it is.
        resamples: of the bootstrap; 0 for no intervals.
        permutations: random swaps; all of them are tried where there are not more.

    Returns:
        one for each score. Exchanging A and B changes signs only, and the order of the documents nothing.

    Raises:
        ValueError: no seed, or not the same documents and columns.
    """
    if a_SDC.shape[1:] != b_SDC.shape[1:] or not len(a_SDC) or not len(b_SDC):
        raise ValueError(
            f"found counts of the shapes {a_SDC.shape} and {b_SDC.shape}; expected (S, D, C) and (S', D, C)"
        )
    if tuple(_totals(a_SDC).sum(axis=0)) > tuple(_totals(b_SDC).sum(axis=0)):
        # One order of the systems, whichever came first: the same draws for both.
        swapped = paired_differences(b_SDC, a_SDC, statistic, reasons, resamples, seed, permutations)
        return [_negative(one) for one in swapped]
    documents = a_SDC.shape[1]
    observed_K = _difference(statistic(_totals(a_SDC)), statistic(_totals(b_SDC)))
    samples_RK = None
    if resamples and documents > 1:
        a_RSK, b_RSK = _resampled([a_SDC, b_SDC], statistic, resamples, seed)
        rngs = [np.random.Generator(np.random.SFC64([seed, which])) for which in (1, 2)]
        samples_RK = _mean_of_drawn(a_RSK, rngs[0]) - _mean_of_drawn(b_RSK, rngs[1])
    p_K, test, swaps = _randomise(a_SDC, b_SDC, statistic, observed_K, permutations, seed)
    return [
        PairedDifference(
            score, None if score.value is None else float(p), test, swaps, documents, len(a_SDC), len(b_SDC)
        )
        for score, p in zip(_scores(observed_K, samples_RK, reasons, documents), p_K, strict=True)
    ]


def _negative(one: PairedDifference) -> PairedDifference:
    value, low, high = one.difference.value, one.difference.low, one.difference.high
    if value is not None:
        ends = (None, None) if low is None or high is None else (0.0 - high, 0.0 - low)
        one = replace(one, difference=Score(0.0 - value, low=ends[0], high=ends[1]))
    return replace(one, seeds_a=one.seeds_b, seeds_b=one.seeds_a)


# Bootstrap --------------------------------------------------------------------------------------------------


def _resampled(systems: Sequence[NDArray[np.generic]], statistic: Statistic, n: int, seed: int) -> list[Floats]:
    """The scores of each seed (R, S, K) of each system, documents drawn alike for all."""
    columns = systems[0].shape[2]
    flat_DC = np.hstack([values_DC for values_SDC in systems for values_DC in values_SDC])
    sums_RSC = resampled_sums(flat_DC, n, seed).reshape(n, -1, columns)
    scores_RSK = statistic(sums_RSC)
    ends = np.cumsum([len(values_SDC) for values_SDC in systems])[:-1]
    return np.split(scores_RSK, ends, axis=1)


def _mean_of_drawn(scores_RSK: Floats, rng: np.random.Generator) -> Floats:
    """The mean over S - 1 seeds that are drawn anew in each resample, with replacement; over the one seed."""
    resamples, seeds, _ = scores_RSK.shape
    if seeds == 1:
        return scores_RSK[:, 0]
    weights_RS = rng.multinomial(seeds - 1, np.full(seeds, 1 / seeds), size=resamples) / (seeds - 1)
    # A seed that is not drawn has no part, even where its score is undefined.
    parts_RSK = np.where(weights_RS[:, :, None] > 0, weights_RS[:, :, None] * scores_RSK, 0.0)
    return parts_RSK.sum(axis=1)


# Randomisation ----------------------------------------------------------------------------------------------


def _randomise(
    a_SDC: NDArray[np.generic],
    b_SDC: NDArray[np.generic],
    statistic: Statistic,
    observed_K: Floats,
    permutations: int,
    seed: int,
) -> tuple[Floats, TestName, int]:
    """p of each score, the test's name, and the number of swaps behind it."""
    seeds = lcm(len(a_SDC), len(b_SDC))
    a_SDC, b_SDC = (
        np.repeat(values, seeds // len(values), axis=0).astype(np.float64) for values in (a_SDC, b_SDC)
    )
    totals_a_SC, totals_b_SC = _totals(a_SDC), _totals(b_SDC)
    difference_DE = _canonical(np.hstack(list(a_SDC - b_SDC)))
    # What a swap does not change need not be swapped.
    difference_DE = difference_DE[np.any(difference_DE != 0, axis=1)]
    documents = len(difference_DE)
    exact = documents <= 60 and 2**documents <= permutations
    largest = max((float(np.abs(totals).max(initial=0)) for totals in (totals_a_SC, totals_b_SC)), default=0.0)
    whole = largest < 2**24 and bool(np.all(difference_DE == np.rint(difference_DE)))
    difference_DE = difference_DE.astype(np.float32 if whole else np.float64)
    at_least_K = np.zeros(len(observed_K), np.int64)
    rows = max(1, min(permutations, _CELLS // max(1, documents, 2 * difference_DE.shape[1])))
    masks = _all_masks(documents, rows) if exact else _random_masks(documents, permutations, rows, seed)
    for swapped_rD in masks:
        moved_rSC = (swapped_rD.astype(difference_DE.dtype) @ difference_DE).reshape(-1, *totals_a_SC.shape)
        scores = (statistic(totals_a_SC - moved_rSC), statistic(totals_b_SC + moved_rSC))
        size_rK = np.abs(_difference(*scores))
        # An undefined difference is no evidence against chance.
        at_least_K += (~(size_rK < np.abs(observed_K) - _TOLERANCE)).sum(axis=0)
    if exact:
        return at_least_K / 2**documents, "exact randomisation", 2**documents
    return (at_least_K + 1) / (permutations + 1), "approximate randomisation", permutations


def _random_masks(documents: int, n: int, rows: int, seed: int) -> Iterator[NDArray[np.bool_]]:
    rng = np.random.Generator(np.random.SFC64([seed, 3]))
    for first in range(0, n, rows):
        yield rng.integers(0, 2, (min(rows, n - first), documents), dtype=np.uint8).astype(np.bool_)


def _all_masks(documents: int, rows: int) -> Iterator[NDArray[np.bool_]]:
    for first in range(0, 2**documents, rows):
        numbers = np.arange(first, min(first + rows, 2**documents))
        yield (numbers[:, None] >> np.arange(documents) & 1).astype(np.bool_)


def _canonical(values_DC: Floats) -> Floats:
    """The rows in an order that depends on nothing but themselves."""
    return values_DC[np.lexsort(values_DC.T[::-1])] if values_DC.size else values_DC


# Both -------------------------------------------------------------------------------------------------------


def _totals(values_SDC: NDArray[np.generic]) -> Floats:
    """Sums over documents (S, C), the same to the last bit in whatever order these are."""
    return np.sort(values_SDC.astype(np.float64), axis=1).sum(axis=1)


def _difference(a_SK: Floats, b_SK: Floats) -> Floats:
    """Of the means over seeds: (..., S, K) and (..., S', K) → (..., K)."""
    return a_SK.mean(axis=-2) - b_SK.mean(axis=-2)


def _scores(values_K: Floats, samples_RK: Floats | None, reasons: Sequence[str], documents: int) -> list[Score]:
    scores = to_scores(values_K, samples_RK, "undefined")
    return [
        Score(None, reason if documents else "no documents") if score.value is None else score
        for score, reason in zip(scores, reasons, strict=True)
    ]
