"""Several cells at once, each in a process of its own, so that one that is killed takes no other with it."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from tabib.benchmark.attempt import BUSY, INTERRUPTED, Order, described, life
from tabib.benchmark.plan import Cell, folder_of
from tabib.benchmark.queue import POLL, Queue
from tabib.core.errors import TabibError
from tabib.records.record import RunError
from tabib.runs.run import record_death
from tabib.runs.stages import Clock
from tabib.runs.state import State

STOP_SECONDS = 120
"""How long processes that were asked to stop may take to write their checkpoints."""


@dataclass(slots=True)
class _Running:
    index: int
    process: BaseProcess
    clock: Clock
    answer: Connection


def run_in_processes(
    cells: Sequence[Cell],
    orders: Mapping[int, Order],
    queue: Queue,
    at_once: int,
    started: Callable[[Cell], None],
    ended: Callable[[int, Cell], None],
    busy: Callable[[int, str], None],
) -> None:
    """Run the cells of the queue, at most ``at_once`` at a time.

    Processes are spawned, not forked: torch's threads and CUDA do not survive a fork.

    Args:
        cells: all cells. orders: index of a cell → what to do with it.
        started: told of a cell when its process starts.
        ended: told of a cell, its state read again, when its process has ended in whatever way.
        busy: told of a cell that another process is working on, and who that is; puts it back into the queue.

    Raises:
        KeyboardInterrupt, Interrupted: passed on after all processes were asked to stop and have stopped.
    """
    context = multiprocessing.get_context("spawn")
    running: list[_Running] = []
    try:
        while queue or running:
            index = None
            if len(running) < at_once:
                index = queue.take({cells[item.index].identity for item in running})
            if index is not None:
                started(cells[index])
                answer, question = context.Pipe(duplex=False)
                process = context.Process(target=life, args=(orders[index], question), name=f"cell {index}")
                running.append(_Running(index, process, Clock(), answer))
                process.start()
                question.close()
                continue
            if not running:
                time.sleep(POLL)
                continue
            connection.wait([item.process.sentinel for item in running], POLL if queue.waits else None)
            for item in [item for item in running if not item.process.is_alive()]:
                item.process.join()
                running.remove(item)
                error = _answer(item)
                if item.process.exitcode == BUSY:
                    busy(item.index, error.message if error else "another process is working on this run")
                else:
                    ended(item.index, _ended(cells[item.index], orders[item.index], item, error))
    except BaseException:
        _stop([item.process for item in running])
        raise


def _answer(item: _Running) -> RunError | None:
    """The error that a process said it ended with; None where it said nothing."""
    try:
        return RunError(*item.answer.recv()) if item.answer.poll() else None
    except (EOFError, OSError):
        return None
    finally:
        item.answer.close()


def _ended(cell: Cell, order: Order, item: _Running, error: RunError | None) -> Cell:
    """The cell after its process; what the process could not put on record itself is recorded here."""
    code = item.process.exitcode
    assert code is not None, "the process has ended"
    now = cell.refreshed(order.runs, ran=True)
    # A record that was there before says nothing of this process.
    recorded = now.found.record is not None and now.found.record != cell.found.record
    if code == 0 and now.state is State.MISSING:
        return now.saying("its process read another corpus, other weights or other code: they have been changed")
    if code in (0, INTERRUPTED) or (recorded and now.state in (State.DONE, State.FAILED)):
        return now
    error = error or RunError("Killed", _cause(code))
    said = f"{error.type}: {error.message}"
    try:
        record_death(cell.prepared, folder_of(now, order.runs), order.name, order.threads, item.clock, error)
    except (OSError, TabibError) as second:
        kind, message = described(second)
        return now.failed(said if kind == error.type else f"{said}; nor could that be recorded: {message}")
    return cell.refreshed(order.runs, ran=True)


def _cause(code: int) -> str:
    if code >= 0:
        return f"the process ended with exit code {code} and left no record"
    name = signal.Signals(-code).name
    hint = "; the machine may have run out of memory" if name == "SIGKILL" else ""
    return f"the process was ended by {name}{hint}"


def _stop(processes: Sequence[BaseProcess]) -> None:
    alive = [process for process in processes if process.pid is not None]
    for process in alive:
        process.terminate()
    for process in alive:
        process.join(STOP_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
