"""Whether confidences are what they say: of the entities with confidence 0.8, are 80% right?

ECE = Σ_b n_b/n · |accuracy_b − confidence_b| over bins b of the confidence, with the bins' means (Naeini et al.
2015; Guo et al. 2017). Bins are of equal width over [0, 1], or of (nearly) equal mass: cut at the quantiles of the
confidences, equal values together. A bin holds low < confidence <= high, the first one also its low end.

Temperature scaling (Guo et al. 2017) divides a classifier's logits by one number T, fitted on held-out data by the
likelihood. Only the confidence of an entity is saved, so it is the entity's log-odds that are divided:
p' = σ(logit(p) / T). T > 1: the model was too sure. The order of entities stays, and with it what can be gained by
a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tabib.analysis.judged import NO_DEV, Judged
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import divide
from tabib.tasks.base import Resampling

BINS = 15
EPSILON = 1e-6
"""Confidences are brought into [EPSILON, 1 - EPSILON] where their logarithm is taken."""

Scheme = Literal["width", "mass"]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """``n`` predicted entities: their mean confidence, and the share that is right; None in an empty bin."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well confidences are calibrated over the ``n`` predicted entities that have one.

    Args:
        confidence, accuracy: their means; ``accuracy`` is the share that is right.
        gap: ``confidence`` - ``accuracy``; above 0: too sure.
        brier: mean of (confidence - right)².
        nll: mean of -log of the probability of what was the case, with natural logarithms.
        ece_width, ece_mass: of ``by_width`` and ``by_mass``. An ECE of few entities is too high, since the noise
            of a bin counts as miscalibration, and in resamples more so: its interval may lie above it.
    """

    n: int
    confidence: Score
    accuracy: Score
    gap: Score
    brier: Score
    nll: Score
    ece_width: Score
    ece_mass: Score
    by_width: tuple[ReliabilityBin, ...]
    by_mass: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class Temperature:
    """The temperature fitted to ``n`` entities; ``value`` None: there is none, and ``reason`` says why."""

    value: float | None
    n: int
    reason: str = ""


def calibrate(judged: Judged, resampling: Resampling, bins: int = BINS) -> Calibration:
    """Measure calibration, with bootstrap intervals over documents (the bins stay those of the whole split)."""
    confident = judged.confident()
    p_N, right_N = confident.confidence, confident.right.astype(np.float64)
    edges = {scheme: bin_edges(p_N, bins, scheme) for scheme in ("width", "mass")}
    places = {scheme: np.searchsorted(inner[1:-1], p_N) for scheme, inner in edges.items()}
    means = [np.ones_like(p_N), p_N, right_N, (p_N - right_N) ** 2, _surprise(p_N, right_N)]
    n_means = len(means)
    values_NC = np.stack(means, axis=1)
    for scheme, place_N in places.items():
        in_bin_NB = place_N[:, None] == np.arange(len(edges[scheme]) - 1)
        values_NC = np.hstack([values_NC, in_bin_NB * (right_N - p_N)[:, None]])
    values_DC = np.zeros((judged.documents, values_NC.shape[1]))
    np.add.at(values_DC, confident.document, values_NC)

    def statistic(sums: Floats) -> dict[str, Floats]:
        n, confidence, right, squares, surprise = np.moveaxis(sums[..., :n_means], -1, 0)
        width, mass = np.split(np.abs(sums[..., n_means:]), [len(edges["width"]) - 1], axis=-1)
        totals = {
            "confidence": confidence,
            "accuracy": right,
            "gap": confidence - right,
            "brier": squares,
            "nll": surprise,
            "ece_width": width.sum(axis=-1),
            "ece_mass": mass.sum(axis=-1),
        }
        return {name: divide(total, n) for name, total in totals.items()}

    names = ("confidence", "accuracy", "gap", "brier", "nll", "ece_width", "ece_mass")
    scores = score_sums(values_DC, statistic, dict.fromkeys(names, judged.reason), resampling.n, resampling.seed)
    tables = {scheme: _table(edges[scheme], places[scheme], p_N, right_N) for scheme in edges}
    return Calibration(
        len(p_N),
        **{name: scores[name][0] for name in names},
        by_width=tables["width"],
        by_mass=tables["mass"],
    )


def bin_edges(confidence_N: Floats, bins: int, scheme: Scheme) -> Floats:
    """Ascending edges from 0 to 1 of at most ``bins`` bins; quantiles that coincide are one edge."""
    if scheme == "width" or not len(confidence_N):
        return np.linspace(0, 1, bins + 1)
    n, ordered_N = len(confidence_N), np.sort(confidence_N)
    inner = np.unique(ordered_N[[-(-n * b // bins) - 1 for b in range(1, bins)]])
    return np.concatenate([[0.0], inner[(inner > 0) & (inner < ordered_N[-1])], [1.0]])


def fit_temperature(dev: Judged | None) -> Temperature:
    """The temperature with the highest likelihood of what is right and wrong among the entities of dev.

    With z the log-odds and a = 1/T, the mean of -log σ(±a z) is convex in a. Its minimum is where the derivative
    is 0, which is found by bracketing; there is none at a finite a > 0 where z tells right from wrong without a
    mistake (the surer the better: T → 0), nor where z does not help at all (T → ∞).
    """
    if dev is None or not dev.documents:
        return Temperature(None, 0, NO_DEV)
    if dev.reason:
        return Temperature(None, 0, f"dev: {dev.reason}")
    from scipy.optimize import brentq

    confident = dev.confident()
    n, z_N, right_N = len(confident.right), _logit(confident.confidence), confident.right

    def slope(a: float) -> float:
        """Minus the derivative in a; it falls as a grows."""
        return float(np.mean((right_N - _sigmoid(a * z_N)) * z_N))

    if slope(0.0) <= 0:
        return Temperature(None, n, "on dev a higher confidence does not mean more often right")
    if np.all((z_N > 0) == right_N, where=z_N != 0):
        return Temperature(
            None, n, "on dev all entities above 0.5 are right and all below it wrong: nothing to fit"
        )
    high = 1.0
    while slope(high) > 0:
        high *= 2
    return Temperature(1 / float(brentq(slope, 0.0, high, xtol=1e-12, rtol=1e-12)), n)


def scale(judged: Judged, temperature: float) -> Judged:
    """The same entities with confidence σ(logit(confidence) / temperature)."""
    return replace(judged, confidence=_sigmoid(_logit(judged.confidence) / temperature))


def _table(edges: Floats, place_N: np.ndarray, p_N: Floats, right_N: Floats) -> tuple[ReliabilityBin, ...]:
    bins = len(edges) - 1
    n_B, confidence_B, right_B = (np.bincount(place_N, weights, bins) for weights in (None, p_N, right_N))
    return tuple(
        ReliabilityBin(
            round(float(edges[b]), 12),
            round(float(edges[b + 1]), 12),
            int(n_B[b]),
            float(confidence_B[b] / n_B[b]) if n_B[b] else None,
            float(right_B[b] / n_B[b]) if n_B[b] else None,
        )
        for b in range(bins)
    )


def _surprise(p_N: Floats, right_N: Floats) -> Floats:
    p_N = np.clip(p_N, EPSILON, 1 - EPSILON)
    return -np.where(right_N > 0, np.log(p_N), np.log1p(-p_N))


def _logit(p_N: Floats) -> Floats:
    p_N = np.clip(p_N, EPSILON, 1 - EPSILON)
    return np.log(p_N) - np.log1p(-p_N)


def _sigmoid(z_N: Floats) -> Floats:
    tail_N = np.exp(-np.abs(z_N))
    return np.where(z_N >= 0, 1.0, tail_N) / (1 + tail_N)
