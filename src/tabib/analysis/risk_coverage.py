"""How many errors a model makes on what it is surest of: risk over coverage (El-Yaniv and Wiener 2010).

With the n predicted entities from the surest on, r_k is the share of wrong ones among the first k (risk at
coverage k/n). AURC = 1/n Σ_k r_k (Geifman and El-Yaniv 2017); with an order that puts all right entities first it
is AURC* = 1/n Σ_k max(0, k − right) / k, and the excess is AURC − AURC* (Geifman et al. 2019): what a better order
could still gain. Equal confidences have no order: r_k is then the mean over all their orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tabib.analysis.judged import Judged
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, draw_weights, to_scores
from tabib.metrics.counts import divide
from tabib.tasks.base import Resampling

CURVE_POINTS = 200


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Of the surest share ``coverage`` of the entities, the share ``risk`` is wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The curve and its area, over the ``n`` predicted entities that have a confidence.

    Args:
        points: at whole groups of equal confidences, from little coverage to all; thinned, evenly over the groups.
        risk: the share of wrong entities where all are kept; the area of a model with all confidences equal.
        aurc, excess: in [0, 1], the lower the better.
    """

    n: int
    points: tuple[RiskPoint, ...]
    risk: Score
    aurc: Score
    excess: Score


def risk_coverage(judged: Judged, resampling: Resampling, points: int = CURVE_POINTS) -> RiskCoverage:
    """The curve, and areas with bootstrap intervals over documents."""
    confident = judged.confident()
    n = confident.predicted
    order_N = np.argsort(-confident.confidence, kind="stable")
    confidence_N = confident.confidence[order_N]
    firsts_U = np.flatnonzero(np.diff(confidence_N, prepend=np.inf))
    wrong_N = (~confident.right[order_N]).astype(np.float64)
    document_N = confident.document[order_N]

    def areas(times_RN: Floats) -> dict[str, Floats]:
        """From how often each entity was drawn."""
        return _areas(*(np.add.reduceat(column, firsts_U, axis=-1) for column in (times_RN, times_RN * wrong_N)))

    if not n:
        return RiskCoverage(0, (), *(Score(None, judged.reason),) * 3)
    point = areas(np.ones((1, n)))
    samples = None
    if resampling.n and judged.documents > 1:
        drawn = draw_weights(np.ones(judged.documents, np.int64), resampling.n, resampling.seed)
        chunks = [areas(weights_rD[:, document_N].astype(np.float64)) for weights_rD in drawn]
        samples = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in point}
    scores = {
        name: to_scores(value, None if samples is None else samples[name], judged.reason)[0]
        for name, value in point.items()
    }
    kept_U = np.append(firsts_U[1:], n)
    risk_U = np.cumsum(wrong_N)[kept_U - 1] / kept_U
    chosen = np.unique(np.linspace(0, len(kept_U) - 1, min(points, len(kept_U))).round().astype(np.intp))
    return RiskCoverage(n, tuple(RiskPoint(float(kept_U[i] / n), float(risk_U[i])) for i in chosen), **scores)


def _areas(n_RU: Floats, wrong_RU: Floats) -> dict[str, Floats]:
    """Areas of R samples from entities, and wrong ones, by group of equal confidence, the surest first.

    Before a group there are k entities with e wrong ones, in it m with w. After j of the group the expected risk
    is (e + j w/m) / (k + j); over j = 1…m that sums to w + (e − k w/m) (H_{k+m} − H_k), H_i the harmonic numbers.
    """
    after_RU = np.cumsum(n_RU, axis=-1)
    before_RU, wrong_before_RU = after_RU - n_RU, np.cumsum(wrong_RU, axis=-1) - wrong_RU
    total_R, wrong_R = after_RU[:, -1], wrong_RU.sum(axis=-1)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, int(total_R.max()) + 1))])

    def steps(high: Floats, low: Floats) -> Floats:
        difference: Floats = harmonic[high.astype(np.intp)] - harmonic[low.astype(np.intp)]
        return difference

    share_RU = np.divide(wrong_RU, n_RU, out=np.zeros_like(n_RU), where=n_RU > 0)
    sums_RU = wrong_RU + (wrong_before_RU - before_RU * share_RU) * steps(after_RU, before_RU)
    right_R = total_R - wrong_R
    aurc_R = divide(sums_RU.sum(axis=-1), total_R)
    best_R = divide(wrong_R - right_R * steps(total_R, right_R), total_R)
    return {"risk": divide(wrong_R, total_R), "aurc": aurc_R, "excess": aurc_R - best_R}
