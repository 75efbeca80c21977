"""One try at one cell, in this process or as the whole life of another one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from tabib.benchmark.lines import Lines
from tabib.config.run import RunConfig
from tabib.core.errors import Interrupted, TabibError
from tabib.runs.lock import BusyError
from tabib.runs.prepare import Prepared
from tabib.runs.run import run

if TYPE_CHECKING:
    from tabib.training.events import Observer

FAILED, BUSY, INTERRUPTED = 1, 3, 130
"""Exit codes of a process that tried a cell; 0 is done."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to try; small, so that another process can be told.

    Args:
        config: the run. name: the model's, in the table. title: how lines about the cell begin.
        runs: where run folders are. threads: of linear algebra. force: start anew.
        owner: the benchmark that cleans up after itself; empty where nothing is cleaned up.
    """

    config: RunConfig
    name: str
    title: str
    runs: Path
    threads: int
    force: bool
    owner: str


def attempt(order: Order, prepared: Prepared | None = None, observer: Observer | None = None) -> None:
    """Run one cell. An error is recorded in the run's folder and raised."""
    run(
        order.config,
        runs=order.runs,
        name=order.name,
        threads=order.threads,
        force=order.force,
        owner=order.owner,
        prepared=prepared,
        observer=observer,
    )


def life(order: Order, answer: Connection) -> None:
    """What a process started for one cell does. It ends with the codes above; what it found is in the folder.

    Args:
        order: what to do.
        answer: where it sends (class, first line) of the error that it ends with, in case that none is recorded.
    """
    # A session of its own: Ctrl-C at the terminal reaches the parent alone, which then asks each child to stop.
    os.setsid()
    _stop_with_parent()
    try:
        attempt(order, observer=Lines(order.title, _print))
    except BusyError as error:
        answer.send(described(error))
        sys.exit(BUSY)
    except (Interrupted, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:  # usually recorded by run(); what is not a user's mistake is shown as well
        answer.send(described(error))
        if not isinstance(error, TabibError):
            sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(FAILED)


def described(error: BaseException) -> tuple[str, str]:
    """The class of an error, and its first line."""
    kind = type(error).__name__
    return kind, (str(error).strip().splitlines() or [kind])[0]


def _print(line: str) -> None:
    with suppress(OSError, ValueError):  # nobody reads any more: no reason to stop training
        print(line, file=sys.stderr, flush=True)


def _stop_with_parent() -> None:
    """If the parent dies, even by kill -9, this process stops as on SIGTERM and keeps its checkpoint."""
    parent = parent_process()
    assert parent is not None, "started by multiprocessing"

    def watch(sentinel: int = parent.sentinel) -> None:
        connection.wait([sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
