"""F1 by entity type: sorted bars, and against how often train held the type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tabib.analysis.types import TIERS, TypeAnalysis, TypeScores
from tabib.reports.figures.base import COLOURS, new_figure, set_title
from tabib.reports.figures.labels import place_labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOUR_OF: Mapping[str | None, str] = {
    "frequent": COLOURS["blue"],
    "medium": COLOURS["green"],
    "rare": COLOURS["orange"],
    None: COLOURS["grey"],
}


def draw_bars(analysis: TypeAnalysis, title: str) -> Figure:
    """A bar for each type with support, the best at the top, with its interval and its support.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = [row for row in analysis.types if row.f1.value is not None][::-1]
    figure, axes = new_figure(7, 1.3 + 0.21 * max(len(rows), 3))
    from matplotlib.patches import Patch

    values = [100 * (row.f1.value or 0) for row in rows]
    places = range(len(rows))
    axes.barh(places, values, color=[_COLOUR_OF[row.tier] for row in rows], height=0.72)
    for place, row in zip(places, rows, strict=True):
        low, high = row.f1.low, row.f1.high
        if low is not None and high is not None:
            axes.plot([100 * low, 100 * high], [place, place], color="black", linewidth=0.8)
    axes.set_yticks(places, [f"{row.label} ({row.support})" for row in rows])
    axes.set_ylim(-0.6, max(len(rows), 3) - 0.4)
    axes.set_xlim(0, 100)
    axes.set_xlabel("exact F1 in %, with its 95% interval; in brackets the gold entities of the split", fontsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    set_title(axes, title)
    used = [tier for tier in TIERS if any(row.tier == tier for row in rows)]
    if used:
        handles = [Patch(color=_COLOUR_OF[tier], label=_tier_text(analysis, tier)) for tier in used]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(used), fontsize=8, frameon=False)
    return figure


def draw_frequency(analysis: TypeAnalysis, title: str) -> Figure | None:
    """A point for each type with support; None where nobody knows how often train held the types.

    Points are labelled as far as their labels find room, those furthest from the middle first.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = [row for row in analysis.types if row.f1.value is not None and row.train is not None]
    if analysis.no_tiers or not rows:
        return None
    figure, axes = new_figure(7, 5)
    axes.set_xscale("symlog", linthresh=1)
    for tier in TIERS:
        chosen = [row for row in rows if row.tier == tier]
        if chosen:
            x, y = [row.train or 0 for row in chosen], [100 * (row.f1.value or 0) for row in chosen]
            axes.scatter(x, y, s=22, color=_COLOUR_OF[tier], label=_tier_text(analysis, tier), zorder=3)
    limits = (analysis.thresholds.rare_below, analysis.thresholds.frequent_above)
    most = max(row.train or 0 for row in rows)
    for limit in limits:
        if 0 < limit <= most:
            axes.axvline(limit, color=COLOURS["grey"], linewidth=0.6, linestyle=":")
    least = min(row.train or 0 for row in rows)
    axes.set_xlim(least / 2 if least else -0.4, most * 10 + 1)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.set_ylim(-5, 105)
    axes.set_xlabel("gold entities in train (logarithmic)", fontsize=8)
    axes.set_ylabel("exact F1 in %", fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.5)
    set_title(axes, title, _correlation(analysis))
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    place_labels(figure, axes, [(row.label, row.train or 0, 100 * (row.f1.value or 0)) for row in _outer(rows)])
    return figure


def _outer(rows: Sequence[TypeScores]) -> list[TypeScores]:
    middle = sorted(row.f1.value or 0 for row in rows)[len(rows) // 2]
    return sorted(rows, key=lambda row: -abs((row.f1.value or 0) - middle))


def _correlation(analysis: TypeAnalysis) -> str:
    found = analysis.frequency
    if found.value is None:
        return ""
    interval = "" if found.low is None or found.high is None else f" [{found.low:.2f}, {found.high:.2f}]"
    return f"Spearman's correlation of F1 with the number in train: {found.value:.2f}{interval}"


def _tier_text(analysis: TypeAnalysis, tier: str) -> str:
    rare, frequent = analysis.thresholds.rare_below, analysis.thresholds.frequent_above
    return {
        "frequent": f"frequent (more than {frequent} in train)",
        "medium": f"medium ({rare}–{frequent})",
        "rare": f"rare (fewer than {rare})",
    }[tier]
