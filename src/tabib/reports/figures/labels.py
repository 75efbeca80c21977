"""Names beside the points of a scatter plot, each where it covers no other name and no point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in pixels."""

_POINT = 4.0
"""Half the side of the box that a point takes, in points (1/72 inch)."""

# Where a name may stand beside its point: horizontal and vertical alignment, and the shift in points.
_PLACES = (
    ("left", "center", 5, 0),
    ("right", "center", -5, 0),
    ("center", "bottom", 0, 5),
    ("center", "top", 0, -5),
    ("left", "bottom", 4, 4),
    ("left", "top", 4, -4),
    ("right", "bottom", -4, 4),
    ("right", "top", -4, -4),
)


def place_labels(
    figure: Figure,
    axes: Axes,
    points: Sequence[tuple[str, float, float]],
    size: float = 7,
    *,
    bars: Sequence[tuple[float, float, float]] = (),
) -> list[str]:
    """Write the names that find room, the first ones first; returns those that found none.

    Args:
        points: name, x and y of the data.
        bars: x, lower and upper end of vertical lines, which no name crosses.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # the layout is final from here on
    figure.set_layout_engine("none")
    renderer = canvas.get_renderer()
    half = _POINT * figure.dpi / 72
    frame = axes.get_window_extent(renderer)
    taken: list[Box] = []
    for _, x, y in points:
        centre_x, centre_y = axes.transData.transform((x, y))
        taken.append((centre_x - half, centre_y - half, centre_x + half, centre_y + half))
    for x, low, high in bars:
        (centre_x, bottom), (_, top) = (axes.transData.transform((x, y)) for y in (low, high))
        taken.append((centre_x - 1, bottom, centre_x + 1, top))
    homeless = []
    for name, x, y in points:
        for horizontal, vertical, shift_x, shift_y in _PLACES:
            shift = (shift_x, shift_y)
            text = axes.annotate(name, (x, y), shift, textcoords="offset points", fontsize=size)
            text.set(ha=horizontal, va=vertical)
            found = text.get_window_extent(renderer)
            box = (found.x0, found.y0, found.x1, found.y1)
            inside = (
                frame.x0 <= found.x0 and found.x1 <= frame.x1 and frame.y0 <= found.y0 and found.y1 <= frame.y1
            )
            if inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                break
            text.remove()
        else:
            homeless.append(name)
    return homeless


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
