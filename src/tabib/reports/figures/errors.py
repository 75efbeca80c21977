"""Errors: how many there are of each class, and how they go with length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabib.analysis.error_rates import ErrorRates
from tabib.analysis.errors import ErrorClass
from tabib.analysis.lengths import SEVERAL, LengthAnalysis
from tabib.core.scores import Score
from tabib.reports.figures.base import COLOURS, new_figure, set_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_error_classes(rates: ErrorRates, title: str) -> Figure | None:
    """A bar for each class of errors and for the parts of boundary errors; None where there are no errors.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = [row for row in rates.classes if row.kind is not ErrorClass.EXACT][::-1]
    if not any(row.n for row in rows):
        return None
    figure, axes = new_figure(7, 3.4)
    places = range(len(rows))
    colours = [COLOURS["grey"] if row.boundary else COLOURS["orange"] for row in rows]
    axes.barh(places, [100 * (row.of_errors.value or 0) for row in rows], color=colours, height=0.7)
    _whiskers(axes, [row.of_errors for row in rows], places, horizontal=True)
    names = [f"of these: {row.boundary.value}" if row.boundary else row.kind.value for row in rows]
    axes.set_yticks(places, [f"{name} ({row.n})" for name, row in zip(names, rows, strict=True)])
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of all errors in %, with its 95% interval; in brackets how many", fontsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    set_title(axes, title)
    return figure


def draw_lengths(analysis: LengthAnalysis, title: str) -> Figure | None:
    """Exact F1, and the shares of gold with boundary errors and missed, by number of words.

    None where there is nothing to show.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = [row for row in analysis.lengths if row.words != SEVERAL and row.gold]
    if not rows:
        return None
    figure, axes = new_figure(7, 4)
    places = range(len(rows))
    for name, key, colour, shift in (
        ("exact F1", "f1", "blue", -0.08),
        ("boundary errors, of gold", "boundary_rate", "orange", 0.0),
        ("missed, of gold", "missed_rate", "grey", 0.08),
    ):
        scores: list[Score] = [getattr(row, key) for row in rows]
        x = [place + shift for place in places]
        y = [float("nan") if score.value is None else 100 * score.value for score in scores]
        axes.plot(x, y, marker="o", markersize=4, linewidth=1.2, color=COLOURS[colour], label=name)
        _whiskers(axes, scores, x, horizontal=False, colour=COLOURS[colour])
    axes.set_xticks(places, [f"{row.words}\n({row.gold})" for row in rows])
    axes.set_ylim(0, 100)
    axes.set_xlabel("words of the entity; in brackets the gold entities", fontsize=8)
    axes.set_ylabel("%, with 95% intervals", fontsize=8)
    axes.grid(axis="y", linewidth=0.4, alpha=0.6)
    set_title(axes, title)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure


def _whiskers(
    axes: Axes, scores: Sequence[Score], places: Sequence[float], *, horizontal: bool, colour: str = "black"
) -> None:
    for score, place in zip(scores, places, strict=True):
        if score.low is not None and score.high is not None:
            ends, at = [100 * score.low, 100 * score.high], [place, place]
            axes.plot(*((ends, at) if horizontal else (at, ends)), color=colour, linewidth=0.8)
