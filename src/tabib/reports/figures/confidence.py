"""Confidences: of right and wrong entities, reliability, precision by threshold, risk by coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabib.analysis.calibration import Calibration
from tabib.analysis.confidence import ConfidenceAnalysis
from tabib.reports.figures.base import COLOURS, new_figure, set_title, trim_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_histogram(analysis: ConfidenceAnalysis, title: str) -> Figure | None:
    """Right and wrong entities by confidence, stacked; None where there are no confidences.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if analysis.reason:
        return None
    figure, axes = new_figure(7, 4)
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    lows = [row.low for row in analysis.histogram]
    widths = [row.high - row.low for row in analysis.histogram]
    right, wrong = ([getattr(row, what) for row in analysis.histogram] for what in ("right", "wrong"))
    means = analysis.means
    axes.bar(lows, right, widths, align="edge", color=COLOURS["blue"], edgecolor="white", linewidth=0.5)
    axes.bar(lows, wrong, widths, right, align="edge", color=COLOURS["orange"], edgecolor="white", linewidth=0.5)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.05 * max(row.right + row.wrong for row in analysis.histogram))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("confidence", fontsize=8)
    axes.set_ylabel("predicted entities", fontsize=8)
    for score, colour in ((means.tp, "blue"), (means.fp, "orange")):
        if score.value is not None:
            axes.axvline(score.value, color=COLOURS[colour], linewidth=1.2, linestyle="--")
    _finish(axes, title)
    handles = [
        Patch(color=COLOURS[colour], label=f"{name}: {n}{_mean(value)}")
        for name, n, value, colour in (
            ("right", sum(right), means.tp.value, "blue"),
            ("wrong", sum(wrong), means.fp.value, "orange"),
        )
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    return figure


def draw_reliability(analysis: ConfidenceAnalysis, title: str) -> Figure | None:
    """The share of right entities over the mean confidence of each bin of equal mass, before and after scaling.

    On the diagonal confidences are what they say. None where there are no confidences.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if analysis.reason:
        return None
    figure, axes = new_figure(5.5, 5.5)
    axes.plot([0, 1], [0, 1], color=COLOURS["grey"], linewidth=0.8, linestyle="--")
    _draw_bins(axes, analysis.calibration, "as it is", "blue", "o")
    if analysis.scaled is not None:
        _draw_bins(axes, analysis.scaled, f"temperature {analysis.temperature.value:.3g}", "orange", "s")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal")
    axes.set_xlabel("mean confidence of the bin (bins of equal mass)", fontsize=8)
    axes.set_ylabel("share of right entities", fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.5)
    _finish(axes, title)
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    return figure


def draw_precision_coverage(analysis: ConfidenceAnalysis, title: str) -> Figure | None:
    """Precision, coverage and recall over the threshold, and the one chosen on dev; None without confidences.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if not analysis.curve:
        return None
    figure, axes = new_figure(7, 4.3)
    # From the lowest confidence on: below it all is kept, and between two of them what the higher one keeps.
    points = analysis.curve[::-1]
    thresholds = [0.0, *(point.threshold for point in points)]
    lines = {
        "precision": ("blue", [point.precision for point in points]),
        "coverage": ("orange", [point.coverage for point in points]),
        "recall": ("green", [point.recall for point in points if point.recall is not None]),
    }
    for name, (colour, values) in lines.items():
        if values:  # no gold, no recall
            axes.step(thresholds, [values[0], *values], where="pre", color=COLOURS[colour], label=name)
    for row in analysis.thresholds:
        low, high = row.precision.low, row.precision.high
        if low is not None and high is not None:
            axes.plot([row.threshold] * 2, [low, high], color=COLOURS["blue"], linewidth=0.9, alpha=0.7)
    spot = analysis.sweet_spot
    if spot.threshold is not None:
        label = f"chosen on dev: {spot.threshold:.4f}"
        axes.axvline(spot.threshold, color="black", linewidth=0.9, linestyle="--", label=label)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("threshold; bars: 95% intervals of precision", fontsize=8)
    axes.set_ylabel("share", fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.5)
    _finish(axes, title)
    figure.legend(loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    return figure


def draw_risk_coverage(analysis: ConfidenceAnalysis, title: str) -> Figure | None:
    """The share of wrong entities among the surest ones; None without confidences.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    found = analysis.risk_coverage
    if not found.points:
        return None
    figure, axes = new_figure(7, 4)
    coverage, risk = [point.coverage for point in found.points], [point.risk for point in found.points]
    aurc, excess, share = found.aurc.value, found.excess.value, found.risk.value
    assert aurc is not None, "defined where there are points"
    assert excess is not None, "as AURC"
    assert share is not None, "as AURC"
    best = aurc - excess
    axes.plot(coverage, risk, color=COLOURS["blue"], label=f"by confidence: AURC {aurc:.4f}")
    ideal = [max(0.0, 1 - (1 - share) / place) for place in coverage]
    axes.plot(coverage, ideal, color=COLOURS["green"], linestyle="--", label=f"in the best order: AURC {best:.4f}")
    axes.axhline(share, color=COLOURS["grey"], linestyle=":", label=f"in any order: {share:.4f}")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(0.02, *risk, share) * 1.08)
    axes.set_xlabel("coverage: share of the predicted entities, the surest first", fontsize=8)
    axes.set_ylabel("risk: share of wrong entities", fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.5)
    _finish(axes, title)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure


def _finish(axes: Axes, title: str) -> None:
    trim_ticks(axes)
    set_title(axes, title)


def _draw_bins(axes: Axes, part: Calibration, name: str, colour: str, marker: str) -> None:
    x = [row.confidence for row in part.by_mass if row.confidence is not None]
    y = [row.accuracy for row in part.by_mass if row.accuracy is not None]
    label = f"{name}: ECE {part.ece_mass.value:.3f}"
    axes.plot(x, y, color=COLOURS[colour], linewidth=0.9, marker=marker, markersize=5, label=label, clip_on=False)


def _mean(value: float | None) -> str:
    return "" if value is None else f", mean {value:.3f} (dashed)"
