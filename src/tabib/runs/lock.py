"""One process at a time in a folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tabib.core.errors import RecordError


class BusyError(RecordError):
    """Another process is working on the run."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``, or fail at once.

    The kernel's lock (``flock``) ends with the process however it ends, so a kill leaves nothing stale; the
    text in the file (process and host) is only for the message.

    Raises:
        BusyError: another process holds it; names it.
        RecordError: the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RecordError(f"{path.parent}: cannot be written to: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"{path.parent}: {_holder(path)} is working in it") from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode())
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock file at this moment; a file that is absent is held by nobody."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        # Shared, so that two that look do not take each other for a holder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _holder(path: Path) -> str:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        return f"process {row['pid']} on {row['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
