"""How far the prediction of a split is, for the person who waits: nothing where it is quick."""

from __future__ import annotations

import time

EVERY = 30.0
"""Seconds between two lines about one split, at least; and before the first."""


class Predicting:
    """Turns counts of documents into a line now and then."""

    def __init__(self) -> None:
        self._split = ""
        self._began = self._last = 0.0
        self._first = 0

    def line(self, split: str, done: int, total: int) -> str | None:
        """``test: 120 of 833 documents predicted, 2m05s left``; None where there is nothing to say yet."""
        now = time.monotonic()
        if split != self._split:
            self._split, self._began, self._last, self._first = split, now, now, done
            return None
        if done >= total or now - self._last < EVERY:
            return None
        self._last = now
        tail = ""
        if done > self._first:
            tail = f", {duration((now - self._began) / (done - self._first) * (total - done))} left"
        return f"{split}: {done} of {total} documents predicted{tail}"


def duration(seconds: float) -> str:
    """``45s``, ``3m05s``, ``2h07m``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
