"""Running the cells that are not done, one after another or several at once; a failing cell stops no other."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from tabib.benchmark.attempt import Order, attempt
from tabib.benchmark.cleanup import clean_up, owner_of
from tabib.benchmark.parallel import run_in_processes
from tabib.benchmark.plan import Cell, runs_of
from tabib.config.benchmark import BenchmarkConfig
from tabib.core.errors import Interrupted
from tabib.runs.environment import default_threads
from tabib.runs.run import BusyError
from tabib.runs.state import State

if TYPE_CHECKING:
    from tabib.training.events import Observer


class Reporter(Protocol):
    """Looks on while a benchmark runs."""

    def started(self, cell: Cell) -> None:
        """A cell is being run."""

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
    now = list(cells)
    todo = [index for index, cell in enumerate(now) if force or cell.state is not State.DONE]
    owner = owner_of(benchmark)
    at_once = min(benchmark.parallel_seeds, len(benchmark.seeds))
    orders = {index: _order(benchmark, now[index], force, owner, at_once) for index in todo}

    def ended(index: int, cell: Cell) -> None:
        now[index] = cell
        clean_up(cell, owner)
        reporter.finished(cell, now)

    # What an earlier call was stopped before removing.
    for cell in now:
        clean_up(cell, owner)
    with _stopping_on_sigterm():
        try:
            if at_once > 1:
                run_in_processes(now, orders, at_once, reporter.started, ended)
            else:
                for index, order in orders.items():
                    reporter.started(now[index])
                    ended(index, _run_here(now[index], order, reporter))
        except KeyboardInterrupt as error:
            raise Interrupted("stopped by Ctrl-C; the same command goes on from there") from error
    return now


def _run_here(cell: Cell, order: Order, reporter: Reporter) -> Cell:
    try:
        attempt(order, cell.prepared, reporter.observer(cell))
    except Interrupted:
        raise
    except BusyError as error:
        return cell.refreshed(order.runs).saying(str(error))
    except Exception as error:
        after = cell.refreshed(order.runs, ran=True)
        # Usually in the run's record, with its traceback; not where even that could not be written.
        return after if after.state is State.FAILED else after.saying(f"{type(error).__name__}: {error}")
    return cell.refreshed(order.runs, ran=True)


def _order(benchmark: BenchmarkConfig, cell: Cell, force: bool, owner: str, at_once: int) -> Order:
    """Threads are divided among the processes, so that together they use what one alone would."""
    threads = cell.spec.config.threads or default_threads()
    return Order(
        config=cell.spec.config,
        name=cell.spec.model_name,
        runs=runs_of(benchmark),
        threads=max(1, threads // at_once),
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
