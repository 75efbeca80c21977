"""What is left of a model's entities where only the surest are kept, and which threshold to take.

Kept: confidence >= threshold. An entity without a confidence is never kept, and counts as predicted.

precision = right kept / kept; coverage = kept / predicted; recall = right kept / gold; F1 of precision and recall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tabib.analysis.judged import NO_DEV, Judged
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NEITHER, NO_GOLD, divide
from tabib.tasks.base import Resampling

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
CURVE_POINTS = 200


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One threshold: how many entities it keeps, how many of them are right, and the rates."""

    threshold: float
    kept: int
    right: int
    precision: Score
    coverage: Score
    recall: Score
    f1: Score


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of the precision–coverage curve, at a confidence that occurs. ``recall`` None: no gold."""

    threshold: float
    coverage: float
    precision: float
    recall: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """How the threshold is chosen on dev, among all confidences that occur there.

    Args:
        kind: ``precision``: the highest coverage at which precision is at least ``target``; ``f_beta``: the
            highest F-beta of precision and recall, of equals the one with the highest coverage.
        target: of ``precision``, in (0, 1].
        beta: of ``f_beta``; above 1 recall weighs more, below 1 precision does.
        min_kept: thresholds that keep fewer dev entities than this are not looked at: the precision of a
            handful is chance.

    Raises:
        ConfigError: a value out of its range.
    """

    kind: Literal["precision", "f_beta"] = "precision"
    target: float = 0.9
    beta: float = 1.0
    min_kept: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.target <= 1:
            raise ConfigError(f"target: {self.target} is no precision to aim at; expected above 0, at most 1")
        if not 0 < self.beta < np.inf:
            raise ConfigError(
                f"beta: found {self.beta}; expected a positive number (1: precision and recall alike)"
            )
        if self.min_kept < 1:
            raise ConfigError(f"min_kept: found {self.min_kept}; expected at least 1 entity")

    @property
    def sentence(self) -> str:
        """The rule in words."""
        aim = (
            f"the highest coverage with precision of at least {self.target:g}"
            if self.kind == "precision"
            else f"the highest F{self.beta:g}"
        )
        return f"{aim}, among thresholds that keep at least {self.min_kept} entities of dev"


@dataclass(frozen=True, slots=True)
class SweetSpot:
    """A threshold chosen on dev, and what it does there and on the split that is evaluated.

    ``threshold`` None: no threshold could be chosen, and ``reason`` says why; ``dev`` and ``test`` are None too.
    The numbers of dev are those that the choice was made for, and so too good.
    """

    rule: Rule
    threshold: float | None
    reason: str = ""
    dev: ThresholdRow | None = None
    test: ThresholdRow | None = None


def threshold_table(
    judged: Judged, thresholds: Sequence[float], resampling: Resampling
) -> tuple[ThresholdRow, ...]:
    """One row for each threshold, with bootstrap intervals over documents."""
    k = len(thresholds)
    # A confidence that is none is not above any threshold: nan >= t is False.
    kept_NK = judged.confidence[:, None] >= np.array(thresholds, np.float64)
    counts = [
        *(np.bincount(judged.document, column, judged.documents) for column in kept_NK.T),
        *(np.bincount(judged.document, column & judged.right, judged.documents) for column in kept_NK.T),
        np.bincount(judged.document, minlength=judged.documents),
        np.bincount(judged.gold_document, minlength=judged.documents),
    ]

    def statistic(sums: Floats) -> dict[str, Floats]:
        kept, right, predicted, gold = np.split(sums, [k, 2 * k, 2 * k + 1], axis=-1)
        return {
            "precision": divide(right, kept),
            "coverage": divide(kept, predicted),
            "recall": divide(right, gold),
            "f1": divide(2 * right, kept + gold),
        }

    reasons = {
        "precision": judged.reason or "no entity is kept",
        "coverage": judged.reason,
        "recall": NO_GOLD,
        "f1": NEITHER,
    }
    scores = score_sums(np.stack(counts, axis=1), statistic, reasons, resampling.n, resampling.seed)
    if judged.reason and judged.predicted:  # entities without confidences: nothing of this has a meaning
        scores = {name: [Score(None, judged.reason)] * k for name in reasons}
    right_NK = kept_NK & judged.right[:, None]
    return tuple(
        ThresholdRow(
            thresholds[i],
            int(kept_NK[:, i].sum()),
            int(right_NK[:, i].sum()),
            **{name: values[i] for name, values in scores.items()},
        )
        for i in range(k)
    )


def precision_coverage(judged: Judged, points: int | None = CURVE_POINTS) -> tuple[CurvePoint, ...]:
    """The curve from the highest confidence that occurs (little coverage) to the lowest; empty if there is none.

    Args:
        points: at most so many, evenly over the confidences; None: all.
    """
    threshold_U, kept_U, right_U = _steps(judged)
    chosen = np.arange(len(threshold_U))
    if points is not None and len(chosen) > points:
        chosen = np.unique(np.linspace(0, len(chosen) - 1, points).round().astype(np.intp))
    return tuple(
        CurvePoint(
            float(threshold_U[i]),
            float(kept_U[i] / judged.predicted),
            float(right_U[i] / kept_U[i]),
            float(right_U[i] / judged.gold) if judged.gold else None,
        )
        for i in chosen
    )


def sweet_spot(dev: Judged | None, test: Judged, rule: Rule, resampling: Resampling) -> SweetSpot:
    """Choose a threshold on dev by the rule, and report it on both splits.

    Args:
        dev: None where the run has none that could be chosen on.
        test: the split that is evaluated; it has no part in the choice.
    """
    if dev is None or not dev.documents:
        return SweetSpot(rule, None, NO_DEV)
    if dev.reason or test.reason:
        return SweetSpot(rule, None, f"dev: {dev.reason}" if dev.reason else test.reason)
    threshold, reason = choose_threshold(dev, rule)
    if threshold is None:
        return SweetSpot(rule, None, reason)
    ((dev_row,), (test_row,)) = (threshold_table(split, [threshold], resampling) for split in (dev, test))
    return SweetSpot(rule, threshold, "", dev_row, test_row)


def choose_threshold(dev: Judged, rule: Rule) -> tuple[float | None, str]:
    """The threshold that the rule takes on entities of dev; None and why where there is none."""
    if dev.reason:
        return None, f"dev: {dev.reason}"
    threshold_U, kept_U, right_U = _steps(dev)
    enough_U = kept_U >= rule.min_kept
    if not enough_U.any():
        return None, f"only {int(kept_U[-1])} entities of dev have a confidence; the rule wants {rule.min_kept}"
    precision_U = np.where(enough_U, right_U / kept_U, -1.0)
    if rule.kind == "precision":
        able = np.flatnonzero(precision_U >= rule.target)
        if not len(able):
            best = int(precision_U.argmax())
            return None, (
                f"no threshold reaches a precision of {rule.target:g} on dev with {rule.min_kept} entities or"
                f" more; the highest is {precision_U[best]:.4f}, at {threshold_U[best]:g}"
            )
        return float(threshold_U[able[-1]]), ""  # thresholds descend: the last keeps most
    square = rule.beta**2
    f_U = np.where(enough_U, divide((1 + square) * right_U, kept_U + square * dev.gold), -1.0)
    if not dev.gold:
        return None, "dev has no gold: F-beta means nothing"
    return float(threshold_U[np.flatnonzero(f_U == f_U.max())[-1]]), ""


def _steps(judged: Judged) -> tuple[Floats, Floats, Floats]:
    """The distinct confidences, descending, and how many entities each keeps as a threshold, and right ones."""
    confident = judged.confident()
    rising_U, place_N = np.unique(confident.confidence, return_inverse=True)
    counts = (np.bincount(place_N, weights, len(rising_U)) for weights in (None, confident.right))
    kept_U, right_U = (np.cumsum(count[::-1]).astype(np.float64) for count in counts)
    return rising_U[::-1], kept_U, right_U
