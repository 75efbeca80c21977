"""Whether a figure can be read: its texts lie within it and beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def unreadable() -> Callable[[Any], list[tuple[str, str]]]:
    """Pairs of texts of a figure whose boxes overlap; a text that is cut off is paired with ``(edge)``."""

    def look(figure: Any) -> list[tuple[str, str]]:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.text import Text

        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        boxes = [
            (text.get_text(), text.get_window_extent(renderer))
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip()
        ]
        assert boxes
        found = []
        for index, (name, box) in enumerate(boxes):
            if min(box.x0, box.y0) < -1 or box.x1 > figure.bbox.x1 + 1 or box.y1 > figure.bbox.y1 + 1:
                found.append((name, "(edge)"))
            for other_name, other in boxes[index + 1 :]:
                wide = min(box.x1, other.x1) - max(box.x0, other.x0)
                if wide > 1 and min(box.y1, other.y1) - max(box.y0, other.y0) > 1:
                    found.append((name, other_name))
        return found

    return look
