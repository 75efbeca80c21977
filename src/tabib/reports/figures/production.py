"""Production readiness: what the threshold does to automation and precision, and wrong entities by type."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from tabib.analysis.production.analysis import ProductionAnalysis
from tabib.analysis.production.false_positives import ALL_TYPES, TypeRisk
from tabib.core.scores import Score
from tabib.reports.figures.base import COLOURS, new_figure, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_automation(analysis: ProductionAnalysis) -> Figure | None:
    """Automation and precision over the threshold, of entities and of documents; None without confidences.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if analysis.reason:
        return None
    figure, axes = new_figure(7, 4.3)
    lines = (
        ("entities: automation", "orange", "-", [(row.threshold, row.automation) for row in analysis.entities]),
        ("entities: precision", "blue", "-", [(row.threshold, row.precision) for row in analysis.entities]),
        ("documents: automation", "orange", "--", [(row.threshold, row.automation) for row in analysis.documents]),
        ("documents: precision", "blue", "--", [(row.threshold, row.precision) for row in analysis.documents]),
    )
    for name, colour, style, points in lines:
        _draw_line(axes, name, COLOURS[colour], style, points)
    axes.axhline(analysis.settings.target, color=COLOURS["grey"], linewidth=0.8, linestyle=":", label="target")
    spot = analysis.chosen.threshold
    if spot is not None:
        axes.axvline(spot, color="black", linewidth=0.9, linestyle=":", label=f"chosen on dev: {spot:.4f}")
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks([row.threshold for row in analysis.entities])
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.set_xlabel("threshold; bars: 95% intervals", fontsize=8)
    axes.set_ylabel("share", fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.5)
    set_title(axes, analysis.run, "coded without a reader (automation), and right of that (precision)")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure


def draw_false_positives(analysis: ProductionAnalysis) -> Figure | None:
    """Wrong / predicted by type, at all confidences and at the threshold, the highest at the top.

    None where nothing was predicted.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = [row for row in analysis.false_positives if row.rate.value is not None and row.label != ALL_TYPES]
    if not rows:
        return None
    rows.sort(key=lambda row: (row.rate.value or 0, row.predicted))
    figure, axes = new_figure(7, 1.6 + 0.24 * max(len(rows), 3))
    for shift, colour, marker, name, scores in (
        (0.16, "grey", "o", "all that is predicted", [row.rate for row in rows]),
        (-0.16, "red", "s", f"confidence ≥ {analysis.settings.threshold:g}", [row.auto_rate for row in rows]),
    ):
        _draw_rates(axes, name, COLOURS[colour], marker, shift, scores)
    axes.axvline(
        100 * (1 - analysis.settings.target), color="black", linewidth=0.8, linestyle=":", label="1 − target"
    )
    axes.set_yticks(range(len(rows)), [_name(row) for row in rows])
    axes.set_ylim(-0.6, max(len(rows), 3) - 0.4)
    axes.set_xlim(-1.5, 101.5)
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.set_xlabel(
        "wrong entities in % (false discovery rate), with 95% intervals\n"
        "in brackets: predicted, of these at or above the threshold; *: high-value",
        fontsize=8,
    )
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    # Names of types take much of the width: the title begins at the edge of the figure, not at the axes.
    figure.suptitle("\n".join(wrap(analysis.run, 75)), x=0.01, ha="left", fontsize=9)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure


def _draw_line(axes: Axes, name: str, colour: str, style: str, points: list[tuple[float, Score]]) -> None:
    known = [(x, score) for x, score in points if score.value is not None]
    if not known:
        return
    x, y = [place for place, _ in known], [score.value or 0.0 for _, score in known]
    axes.plot(x, y, color=colour, linestyle=style, marker="o", markersize=3.5, linewidth=1.2, label=name)
    for place, score in known:
        if score.low is not None and score.high is not None:
            axes.plot([place] * 2, [score.low, score.high], color=colour, linewidth=0.9, alpha=0.6)


def _draw_rates(axes: Axes, name: str, colour: str, marker: str, shift: float, scores: list[Score]) -> None:
    known = [(place + shift, score) for place, score in enumerate(scores) if score.value is not None]
    for place, score in known:
        if score.low is not None and score.high is not None:
            axes.plot([100 * score.low, 100 * score.high], [place] * 2, color=colour, linewidth=0.9)
    if known:
        values = [100 * (score.value or 0.0) for _, score in known]
        axes.plot(
            values,
            [place for place, _ in known],
            color=colour,
            marker=marker,
            markersize=4,
            linestyle="",
            label=name,
        )


def _name(row: TypeRisk) -> str:
    return f"{row.label}{'*' if row.high_value else ''} ({row.predicted}, {row.auto_coded})"
