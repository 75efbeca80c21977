"""Work on many items at a time in threads that do not keep the process alive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def in_threads(
    work: Callable[[ItemT], ResultT],
    items: Sequence[ItemT],
    threads: int,
    going_on: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[int, ResultT]]:
    """(index, result) of each item, as soon as each is there.

    A further item is begun only when a result was taken: no more than ``threads`` are under way when the taker
    stops. The threads are daemons: a signal that ends the process does not wait for a server that hangs.

    Args:
        work: raises what concerns all items; the results that are there by then are given first.
        going_on: asked before a further item is begun; when it says no, those under way are the last.
    """
    todo: SimpleQueue[tuple[int, ItemT] | None] = SimpleQueue()
    done: SimpleQueue[tuple[int, ResultT | BaseException, bool]] = SimpleQueue()

    def serve() -> None:
        while (job := todo.get()) is not None:
            index, item = job
            try:
                done.put((index, work(item), True))
            except BaseException as error:
                done.put((index, error, False))

    jobs = enumerate(items)
    under_way = 0
    count = min(threads, len(items))
    try:
        for job in islice(jobs, count):
            todo.put(job)
            under_way += 1
        for _ in range(count):
            threading.Thread(target=serve, daemon=True).start()
        while under_way:
            index, result, good = done.get()
            under_way -= 1
            if not good:
                yield from _at_hand(done)
                assert isinstance(result, BaseException)
                raise result
            yield index, result  # type: ignore[misc]
            if going_on():
                for job in islice(jobs, 1):
                    todo.put(job)
                    under_way += 1
    finally:
        for _ in range(count):
            todo.put(None)


def _at_hand(done: SimpleQueue[tuple[int, ResultT | BaseException, bool]]) -> Iterator[tuple[int, ResultT]]:
    with suppress(Empty):
        while True:
            index, result, good = done.get_nowait()
            if good:
                yield index, result  # type: ignore[misc]
