"""p values of several tests together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p: Sequence[float | None]) -> list[float | None]:
    """p values adjusted for the number of comparisons that were made (Holm 1979), in the same order.

    Below α, the chance that any of them is false is at most α, whatever their dependence. The k-th smallest of m
    is multiplied by m - k + 1; none is below a smaller one's, or above 1. A None is no comparison: it counts for
    nothing and stays None.
    """
    order = sorted((value, index) for index, value in enumerate(p) if value is not None)
    adjusted: list[float | None] = [None] * len(p)
    least = 0.0
    for rank, (value, index) in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * value))
        adjusted[index] = least
    return adjusted
