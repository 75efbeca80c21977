"""The plot of speed: documents per second by batch size, a line for each variant."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from tabib.analysis.speed import SpeedAnalysis
from tabib.reports.figures.base import COLOURS, new_figure, set_title
from tabib.reports.speed_tables import machine_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOOKS = {
    "own": ("blue", "o", "-"),
    "fp32": ("blue", "o", "-"),
    "int8": ("orange", "s", "-"),
    "onnx": ("green", "^", "-"),
    "onnx-int8": ("red", "v", "-"),
    "gpu-fp32": ("blue", "D", "--"),
    "gpu-bf16": ("purple", "P", "--"),
}
_FAR = 20
"""The fastest over the slowest, beyond which the axis is logarithmic."""


def draw_throughput(analysis: SpeedAnalysis, title: str) -> Figure | None:
    """Documents per second by documents handed over at a time; None where nothing was measured.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    lines = {
        row.variant: [
            (batch.batch_size, batch.documents_per_second)
            for batch in sorted(analysis.batches, key=lambda batch: batch.batch_size)
            if batch.variant == row.variant and batch.documents_per_second is not None
        ]
        for row in analysis.variants
    }
    lines = {variant: points for variant, points in lines.items() if points}
    if not lines:
        return None
    figure, axes = new_figure(7, 4)
    sizes = sorted({size for points in lines.values() for size, _ in points})
    speeds = [speed for points in lines.values() for _, speed in points]
    for variant, points in lines.items():
        colour, marker, style = _LOOKS[variant]
        places = [sizes.index(size) for size, _ in points]
        values = [speed for _, speed in points]
        axes.plot(places, values, style, color=COLOURS[colour], marker=marker, markersize=6, label=variant)
    axes.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    axes.set_xlim(-0.3, len(sizes) - 0.7)
    axes.set_xlabel("documents at a time", fontsize=8)
    axes.set_ylabel("documents per second", fontsize=8)
    if max(speeds) > _FAR * min(speeds):
        axes.set_yscale("log")
        low, high = 10 ** floor(log10(min(speeds))), 10 ** ceil(log10(max(speeds)))
        axes.set_ylim(low * 0.9, high * 1.1)
        ticks = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1)]
        axes.set_yticks(ticks, [f"{tick:,g}" for tick in ticks])
    else:
        axes.set_ylim(0, 1.08 * max(speeds))
    axes.grid(axis="y", linewidth=0.4, alpha=0.5)
    set_title(axes, title, machine_text(analysis))
    figure.legend(loc="outside lower center", ncols=min(6, len(lines)), fontsize=8, frameon=False)
    return figure
