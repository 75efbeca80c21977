"""The confusion of types as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabib.analysis.confusion import TypeConfusion
from tabib.reports.figures.base import new_figure, set_title

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_confusion(confusion: TypeConfusion, title: str) -> Figure:
    """Gold in rows, predictions in columns; the colour is the share of the row, the number the count.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    names, n = confusion.names, len(confusion.names)
    side = 2.6 + 0.36 * n
    figure, axes = new_figure(side + 0.5, side)
    shares = confusion.shares()
    filled = [[0.0 if share is None else share for share in row] for row in shares]
    image = axes.imshow(filled, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    for row, counts in enumerate(confusion.counts):
        for column, count in enumerate(counts):
            if count:
                colour = "white" if filled[row][column] > 0.55 else "black"
                size = 7 if count < 1000 else 6
                axes.text(column, row, str(count), ha="center", va="center", fontsize=size, color=colour)
    axes.set_xticks(range(n), names, rotation=90)
    axes.set_yticks(range(n), names)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted", fontsize=8)
    axes.set_ylabel("gold", fontsize=8)
    for edge in range(len(confusion.types), n):  # OTHER and NONE stand apart
        axes.axhline(edge - 0.5, color="black", linewidth=0.6)
        axes.axvline(edge - 0.5, color="black", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(True)
    set_title(axes, title)
    bar = figure.colorbar(image, ax=axes, shrink=0.7)
    bar.set_label("share of the row (of gold; of what has none)", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return figure
