"""Which cell comes next."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tabib.benchmark.queue import Queue
from tabib.runs.lock import is_held, locked

CELLS: Any = [SimpleNamespace(identity=name) for name in ("a", "b", "a")]


def test_cells_come_in_their_order_and_equal_runs_follow_each_other() -> None:
    queue = Queue(CELLS, [0, 1, 2])
    assert queue.take() == 0
    assert queue.take({"a"}) == 1
    assert queue.take({"a", "b"}) is None
    assert queue
    assert queue.take() == 2
    assert not queue


def test_what_another_process_holds_comes_last_and_only_when_it_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "run" / ".lock"
    queue = Queue(CELLS, [0, 1])
    with locked(lock):
        assert is_held(lock)
        assert queue.take() == 0
        queue.postpone(0, lock)
        assert queue.waits
        assert queue.take() == 1
        assert queue.take() is None
    assert not is_held(lock)
    assert queue.take() == 0
    assert not queue.waits


def test_nobody_holds_a_lock_that_is_not_there(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "nowhere" / ".lock")
