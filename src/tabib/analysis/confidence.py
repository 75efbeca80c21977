"""Everything that a run's confidences say: distribution, thresholds, calibration, risk over coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from tabib.analysis.calibration import BINS, Calibration, Temperature, calibrate, fit_temperature, scale
from tabib.analysis.distribution import HistogramBin, MeanConfidences, histogram, mean_confidences
from tabib.analysis.judged import Judged
from tabib.analysis.risk_coverage import RiskCoverage, risk_coverage
from tabib.analysis.rows import number_row, to_json, to_row
from tabib.analysis.thresholds import (
    THRESHOLDS,
    CurvePoint,
    Rule,
    SweetSpot,
    ThresholdRow,
    precision_coverage,
    sweet_spot,
    threshold_table,
)
from tabib.core.scores import Score
from tabib.tasks.base import Resampling


@dataclass(frozen=True, slots=True)
class ConfidenceAnalysis:
    """The confidences of one split of one run.

    Args:
        reason: why there is nothing to say; empty where there is something.
        documents, gold, predicted, right: how many there are; entities count once per document.
        without_confidence: predicted entities to which the model gave none; no threshold keeps them.
        scaled: calibration of the same entities after temperature scaling; None without a temperature.
    """

    reason: str
    documents: int
    gold: int
    predicted: int
    right: int
    without_confidence: int
    means: MeanConfidences
    histogram: tuple[HistogramBin, ...]
    thresholds: tuple[ThresholdRow, ...]
    curve: tuple[CurvePoint, ...]
    sweet_spot: SweetSpot
    calibration: Calibration
    temperature: Temperature
    scaled: Calibration | None
    risk_coverage: RiskCoverage

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = to_json(self)
        content["sweet_spot"]["rule"]["sentence"] = self.sweet_spot.rule.sentence
        return content

    def summary_rows(self) -> list[dict[str, Any]]:
        """Every single score by name: ``mean_tp``, ``ece_width``, ``ece_width_scaled``, ``aurc``…"""
        groups = (("mean_", self.means, ""), ("", self.calibration, ""), ("", self.scaled, "_scaled"))
        scores = {
            before + field.name + after: getattr(part, field.name)
            for before, part, after in (*groups, ("", self.risk_coverage, ""))
            if part is not None
            for field in fields(part)
        }
        rows = [number_row(name, score) for name, score in scores.items() if isinstance(score, Score)]
        fitted, spot = self.temperature, self.sweet_spot
        return [
            *rows,
            {"name": "temperature", "value": fitted.value, "reason": fitted.reason},
            {"name": "sweet_spot", "value": spot.threshold, "reason": spot.reason},
            *([{"name": "target_precision", "value": spot.rule.target}] if spot.rule.kind == "precision" else []),
        ]

    def threshold_rows(self) -> list[dict[str, Any]]:
        """The table of thresholds; the sweet spot, where there is one, on dev and on the split itself."""
        spot = self.sweet_spot
        chosen = [("sweet spot on dev", spot.dev), ("sweet spot", spot.test)]
        named = [("", row) for row in self.thresholds] + [(name, row) for name, row in chosen if row is not None]
        return [{"name": name, **to_row(row)} for name, row in named]

    def reliability_rows(self) -> list[dict[str, Any]]:
        """The bins of both schemes, before (``temperature`` None) and after scaling."""
        return [
            {"temperature": temperature, "bins": name, **to_row(row)}
            for temperature, part in ((None, self.calibration), (self.temperature.value, self.scaled))
            if part is not None
            for name, table in (("width", part.by_width), ("mass", part.by_mass))
            for row in table
        ]

    def histogram_rows(self) -> list[dict[str, Any]]:
        """Right and wrong entities by confidence."""
        return [to_row(row) for row in self.histogram]

    def curve_rows(self) -> list[dict[str, Any]]:
        """Precision and recall over coverage."""
        return [to_row(point) for point in self.curve]

    def risk_rows(self) -> list[dict[str, Any]]:
        """Risk over coverage."""
        return [to_row(point) for point in self.risk_coverage.points]


def analyse_confidence(
    test: Judged,
    dev: Judged | None,
    *,
    rule: Rule,
    resampling: Resampling,
    thresholds: Sequence[float] = THRESHOLDS,
    bins: int = BINS,
) -> ConfidenceAnalysis:
    """Analyse one split.

    Args:
        test: the split that is evaluated.
        dev: where threshold and temperature are chosen; None where there is none apart from ``test``.
    """
    temperature = fit_temperature(dev)
    scaled = None
    if temperature.value is not None and not test.reason:
        scaled = calibrate(scale(test, temperature.value), resampling, bins)
    return ConfidenceAnalysis(
        reason=test.reason,
        documents=test.documents,
        gold=test.gold,
        predicted=test.predicted,
        right=int(test.right.sum()),
        without_confidence=test.without_confidence,
        means=mean_confidences(test, resampling),
        histogram=histogram(test),
        thresholds=threshold_table(test, thresholds, resampling),
        curve=precision_coverage(test),
        sweet_spot=sweet_spot(dev, test, rule, resampling),
        calibration=calibrate(test, resampling, bins),
        temperature=temperature,
        scaled=scaled,
        risk_coverage=risk_coverage(test, resampling),
    )
