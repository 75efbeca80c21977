"""Which cell comes next: in the file's order, and last those that another process is working on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from tabib.benchmark.plan import Cell
from tabib.runs.lock import is_held

POLL = 0.5
"""Seconds between two looks at a lock that another process holds."""


class Queue:
    """Cells that are yet to be run.

    Args:
        cells: all cells. todo: the indices of those to run, in their order.
    """

    def __init__(self, cells: Sequence[Cell], todo: Iterable[int]) -> None:
        self._cells = cells
        self._fresh = list(todo)
        self._postponed: dict[int, Path] = {}

    def __bool__(self) -> bool:
        return bool(self._fresh or self._postponed)

    @property
    def waits(self) -> bool:
        """Whether there are cells that can start as soon as another process lets go of them."""
        return bool(self._postponed)

    def take(self, running: Collection[str] = ()) -> int | None:
        """The index of the next cell that can start now; None where there is none.

        Args:
            running: identities of the runs at work; two rows of the table may be the same run, and follow each
                other.
        """
        for index in self._fresh:
            if self._cells[index].identity not in running:
                self._fresh.remove(index)
                return index
        for index, lock in self._postponed.items():
            if self._cells[index].identity not in running and not is_held(lock):
                del self._postponed[index]
                return index
        return None

    def postpone(self, index: int, lock: Path) -> None:
        """Put a cell last, until nobody holds the lock of its folder."""
        self._postponed[index] = lock
