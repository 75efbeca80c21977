"""Several cells at once, each in a process of its own, so that one that is killed takes no other with it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess

from tabib.benchmark.attempt import BUSY, INTERRUPTED, Order, life
from tabib.benchmark.plan import Cell
from tabib.records.folder import RunFolder, folder_name
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


def run_in_processes(
    cells: Sequence[Cell],
    orders: Mapping[int, Order],
    at_once: int,
    started: Callable[[Cell], None],
    ended: Callable[[int, Cell], None],
) -> None:
    """Run the cells that ``orders`` names, at most ``at_once`` at a time, in their order.

    Processes are spawned, not forked: torch's threads and CUDA do not survive a fork.

    Args:
        cells: all cells. orders: index of a cell → what to do with it.
        started: told of a cell when its process starts.
        ended: told of a cell, its state read again, when its process has ended in whatever way.

    Raises:
        KeyboardInterrupt, Interrupted: passed on after all processes were asked to stop and have stopped.
    """
    context = multiprocessing.get_context("spawn")
    waiting = list(orders)
    running: list[_Running] = []
    try:
        while waiting or running:
            busy = {cells[item.index].identity for item in running}
            # Two rows of the table may be the same run: they follow each other.
            ready = [index for index in waiting if cells[index].identity not in busy]
            if ready and len(running) < at_once:
                index = ready[0]
                waiting.remove(index)
                started(cells[index])
                process = context.Process(target=life, args=(orders[index],), name=f"cell {index}")
                running.append(_Running(index, process, Clock()))
                process.start()
                continue
            connection.wait([item.process.sentinel for item in running])
            for item in [item for item in running if not item.process.is_alive()]:
                item.process.join()
                running.remove(item)
                ended(item.index, _ended(cells[item.index], orders[item.index], item))
    except BaseException:
        _stop([item.process for item in running])
        raise


def _ended(cell: Cell, order: Order, item: _Running) -> Cell:
    """The cell after its process; a death without a word is put on record."""
    code = item.process.exitcode
    assert code is not None, "the process has ended"
    now = cell.refreshed(order.runs, ran=True)
    if code == BUSY:
        return now.saying("another process is working on this run")
    # A record that was there before says nothing of this process.
    recorded = now.found.record is not None and now.found.record != cell.found.record
    if code in (0, INTERRUPTED) or (recorded and now.state in (State.DONE, State.FAILED)):
        return now
    identity = cell.identity
    folder = now.found.folder or RunFolder(
        order.runs / folder_name(order.config.dataset, order.name, order.config.seed, identity)
    )
    record_death(cell.prepared, folder, order.name, order.threads, item.clock, _cause(code))
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
