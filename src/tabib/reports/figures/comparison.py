"""Models compared: score against speed, and differences of pairs with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from tabib.analysis.comparison import Comparison, ModelPair
from tabib.reports.figures.base import COLOURS, new_figure, set_title, trim_ticks
from tabib.reports.figures.labels import place_labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_PAIRS = 28
"""All pairs of eight models; of more models only the pairs of the best one are shown."""

_LONG = 44
"""Signs of a label that leave enough room for the plot."""


def draw_score_speed(comparison: Comparison, title: str, chosen: str | None = None) -> Figure | None:
    """A point for each model whose speed was measured; None where there is none.

    Args:
        chosen: the model that stands out.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = [
        (row, row.f1.value, row.documents_per_second)
        for row in comparison.models
        if row.f1.value is not None and row.documents_per_second is not None
    ]
    if not rows:
        return None
    figure, axes = new_figure(7, 4.6)
    axes.set_xscale("log")
    for row, f1, speed in rows:
        colour = COLOURS["orange" if row.model == chosen else "blue"]
        if row.f1.low is not None and row.f1.high is not None:
            axes.plot([speed] * 2, [100 * row.f1.low, 100 * row.f1.high], color=colour, linewidth=1.1, alpha=0.6)
        axes.scatter([speed], [100 * f1], s=26, color=colour, zorder=3)
    speeds = [speed for _, _, speed in rows]
    ends = [100 * end for row, f1, _ in rows for end in (row.f1.low or f1, row.f1.high or f1)]
    room = max(2.0, 0.12 * (max(ends) - min(ends)))
    axes.set_xlim(min(speeds) / 2.5, max(speeds) * 2.5)
    axes.set_ylim(min(ends) - room, max(ends) + room)
    trim_ticks(axes)
    axes.set_xticks(_ticks(*axes.get_xlim()))
    axes.set_xticks([], minor=True)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,g}")
    axes.set_xlabel("documents per second (logarithmic)", fontsize=8)
    axes.set_ylabel("F1 in %, with its 95% interval", fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.5)
    set_title(axes, title)
    if chosen is not None and any(row.model == chosen for row, _, _ in rows):
        axes.scatter([], [], s=26, color=COLOURS["orange"], label="chosen")
        axes.scatter([], [], s=26, color=COLOURS["blue"], label="others")
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    bars = [(speed, 100 * (row.f1.low or f1), 100 * (row.f1.high or f1)) for row, f1, speed in rows]
    place_labels(figure, axes, [(row.model, speed, 100 * f1) for row, f1, speed in rows], bars=bars)
    return figure


def _ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20, … within the limits; of more than three decades only the powers of ten."""
    places = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1, 2, 5) if high / low <= 1000 else (1,)
    ticks = (step * 10.0**place for place in places for step in steps)
    return [tick for tick in ticks if low <= tick <= high]


def draw_pairs(comparison: Comparison, title: str) -> Figure | None:
    """The difference of F1 of each pair with its interval; None for one model.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    pairs = [pair for pair in comparison.pairs if pair.difference.value is not None]
    if not pairs:
        return None
    all_of_them = len(pairs)
    if all_of_them > MOST_PAIRS:
        pairs = [pair for pair in pairs if pair.model == comparison.models[0].model]
    broken = max(len(_name(pair)) for pair in pairs) > _LONG
    figure, axes = new_figure(7.5, 1.5 + (0.4 if broken else 0.24) * max(len(pairs), 3))
    for place, pair in enumerate(reversed(pairs)):
        colour = COLOURS["blue" if pair.significant else "grey"]
        low, high, value = pair.difference.low, pair.difference.high, pair.difference.value or 0.0
        if low is not None and high is not None:
            axes.plot([100 * low, 100 * high], [place, place], color=colour, linewidth=1.4)
        axes.scatter([100 * value], [place], s=22, color=colour, zorder=3)
    axes.axvline(0, color="black", linewidth=0.8)
    trim_ticks(axes)
    axes.set_yticks(range(len(pairs)), [_name(pair, broken) for pair in reversed(pairs)])
    axes.set_ylim(-0.6, max(len(pairs), 3) - 0.4)
    axes.set_xlabel("difference of F1 in points, with its 95% interval", fontsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    shown = "" if len(pairs) == all_of_them else f"the pairs of the best model, {len(pairs)} of {all_of_them}"
    set_title(axes, title, shown)
    _legend(figure, pairs)
    return figure


def _name(pair: ModelPair, broken: bool = False) -> str:
    return f"{_short(pair.model)} −{chr(10) if broken else ' '}{_short(pair.other)}"


def _short(name: str) -> str:
    return name if len(name) <= _LONG else f"{name[: _LONG - 1]}…"


def _legend(figure: Figure, pairs: Sequence[ModelPair]) -> None:
    from matplotlib.lines import Line2D

    kinds = [
        (COLOURS["blue"], "adjusted p < 0.05, and 0 not in the interval", any(pair.significant for pair in pairs)),
        (COLOURS["grey"], "may be chance", any(not pair.significant for pair in pairs)),
    ]
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4, label=label) for colour, label, is_ in kinds if is_
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8, frameon=False)
