"""What all plots share: how they are made without a screen, how they look, and how they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from tabib.core.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("png", "svg")
DPI = 150
_TITLE_SIGNS = 11  # of 9 points that an inch holds, with room for the labels of the axis

# Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "red": "#D55E00",
    "purple": "#CC79A7",
    "grey": "#7F7F7F",
}


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of ``width`` × ``height`` inches with one pair of axes; nothing global is touched.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plots") from None
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return figure, axes


def set_title(axes: Axes, *lines: str) -> None:
    """A title above the axes, flush left, broken where the figure would cut it; empty lines are left out."""
    figure = axes.get_figure()
    assert figure is not None, "axes belong to a figure"
    width = max(20, int(figure.bbox.width / figure.get_dpi() * _TITLE_SIGNS))
    broken = [part for line in lines if line for part in wrap(line, width)]
    axes.set_title("\n".join(broken), fontsize=9, loc="left")


def trim_ticks(axes: Axes) -> None:
    """Leave out ticks beyond the limits, which are not drawn and yet take room."""
    for limits, ticks, place in (
        (axes.get_xlim(), axes.get_xticks(), axes.set_xticks),
        (axes.get_ylim(), axes.get_yticks(), axes.set_yticks),
    ):
        place([tick for tick in ticks if limits[0] <= tick <= limits[1]])


def save_figure(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` and ``name.svg``; the same figure gives the same bytes."""
    from matplotlib import rc_context

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    # Text stays text in SVG; identifiers and dates would differ from one time to the next.
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "tabib"}
    for suffix in FORMATS:
        path = folder / f"{name}.{suffix}"
        metadata: Mapping[str, Any] = {"Date": None} if suffix == "svg" else {"Software": None}
        with rc_context(settings):
            figure.savefig(path, format=suffix, dpi=DPI, metadata=metadata)
        paths.append(path)
    return paths
