"""Running the cells that are not done, one after another or several at once; a failing cell stops no other."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from tabib.benchmark.attempt import Order, attempt
from tabib.benchmark.cleanup import clean_up, owner_of
from tabib.benchmark.parallel import run_in_processes
from tabib.benchmark.plan import Cell, folder_of, runs_of, threads_of
from tabib.benchmark.queue import POLL, Queue
from tabib.config.benchmark import BenchmarkConfig
from tabib.core.errors import Interrupted
from tabib.runs.run import BusyError
from tabib.runs.state import State

if TYPE_CHECKING:
    from tabib.training.events import Observer


class Reporter(Protocol):
    """Looks on while a benchmark runs."""

    def started(self, cell: Cell) -> None:
        """A cell is being run."""

    def waits(self, cell: Cell, why: str) -> None:
        """Another process is working on a cell, so it comes last, when that one has ended."""

    def note(self, text: str) -> None:
        """Something that went wrong and stops nothing, one line."""

    def observer(self, cell: Cell) -> Observer | None:
        """Who looks on while a cell is trained in this process."""

    def finished(self, cell: Cell, cells: Sequence[Cell]) -> None:
        """A cell has come to its end, whichever; ``cells`` are all of them as they stand now."""


def execute(
    benchmark: BenchmarkConfig, cells: Sequence[Cell], reporter: Reporter, *, force: bool = False
) -> list[Cell]:
    """Run what is missing, failed or partial (everything with ``force``).

    Returns:
        All cells with their states read again, in the same order.

    Raises:
        Interrupted: SIGTERM or Ctrl-C; what was running has saved where it was.
    """
    now, runs = list(cells), runs_of(benchmark)
    todo = [index for index, cell in enumerate(now) if force or cell.state is not State.DONE]
    owner = owner_of(benchmark)
    at_once = min(benchmark.parallel_seeds, len(benchmark.seeds))
    orders = {index: _order(benchmark, now[index], force, owner) for index in todo}
    queue = Queue(now, todo)

    def ended(index: int, cell: Cell) -> None:
        now[index] = cell
        _tidy(cell, owner, reporter)
        reporter.finished(cell, now)

    def busy(index: int, why: str) -> None:
        now[index] = now[index].refreshed(runs)
        queue.postpone(index, folder_of(now[index], runs).lock)
        reporter.waits(now[index], why)

    # What an earlier call was stopped before removing.
    for cell in now:
        _tidy(cell, owner, reporter)
    with _stopping_on_sigterm():
        try:
            if at_once > 1:
                run_in_processes(now, orders, queue, at_once, reporter.started, ended, busy)
            else:
                _one_after_another(now, orders, queue, reporter, ended, busy)
        except KeyboardInterrupt as error:
            raise Interrupted("stopped by Ctrl-C; the same command goes on from there") from error
    return [_as_it_is(cell, runs) for cell in now]


def _one_after_another(
    cells: Sequence[Cell],
    orders: Mapping[int, Order],
    queue: Queue,
    reporter: Reporter,
    ended: Callable[[int, Cell], None],
    busy: Callable[[int, str], None],
) -> None:
    while queue:
        index = queue.take()
        if index is None:
            time.sleep(POLL)
            continue
        reporter.started(cells[index])
        try:
            after = _run_here(cells[index], orders[index], reporter)
        except BusyError as error:
            busy(index, str(error))
        else:
            ended(index, after)


def _run_here(cell: Cell, order: Order, reporter: Reporter) -> Cell:
    """The cell after a try. Raises: Interrupted; BusyError: another process is at it."""
    try:
        attempt(order, cell.prepared, reporter.observer(cell))
    except (Interrupted, BusyError):
        raise
    except Exception as error:
        after = cell.refreshed(order.runs, ran=True)
        # Usually in the run's record, with its traceback; not where even that could not be written.
        return after if after.state is State.FAILED else after.failed(f"{type(error).__name__}: {error}")
    return cell.refreshed(order.runs, ran=True)


def _tidy(cell: Cell, owner: str, reporter: Reporter) -> None:
    try:
        clean_up(cell, owner)
    except OSError as error:
        reporter.note(f"{cell.title}: its checkpoints and model could not be removed: {error}")


def _as_it_is(cell: Cell, runs: Path) -> Cell:
    """The cell as its folder is now, since other processes may have worked on it; what was said of it stays."""
    after = cell.refreshed(runs)
    # A failure that could not be put on record is in no folder.
    unrecorded = cell.ran and cell.state is State.FAILED and after.state is not State.DONE
    return cell if unrecorded or after.state is cell.state else after


def _order(benchmark: BenchmarkConfig, cell: Cell, force: bool, owner: str) -> Order:
    return Order(
        config=cell.spec.config,
        name=cell.spec.model_name,
        title=cell.title,
        runs=runs_of(benchmark),
        threads=threads_of(benchmark, cell.spec.config),
        force=force,
        owner=owner,
    )


@contextmanager
def _stopping_on_sigterm() -> Iterator[None]:
    """SIGTERM raises Interrupted wherever the benchmark is; while a model is trained, training handles it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the handler's signature
        raise Interrupted("stopped by SIGTERM; the same command goes on from there")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
