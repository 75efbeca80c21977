"""Answers on disk, so that nothing is asked twice: a run that was killed goes on with the first item without one.

One file of JSON lines for each backend identity, named after its hash. Answers are appended under a lock of the
kernel (``flock``), so several processes may share a folder, and a kill leaves at most one line that is cut short,
which is skipped. Prompts are not written, only their hashes. Errors are not kept: they are asked again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tabib.core.errors import ModelError
from tabib.models.decoders.base import Backend, Request, Response
from tabib.models.decoders.ledger import Ledger

_BLOCK = 1 << 20


def cache_folder(run_folder: Path) -> Path:
    """``$TABIB_CACHE/responses`` where it is set, so that runs share their answers; else the run's own."""
    shared = os.environ.get("TABIB_CACHE")
    return (Path(shared).expanduser() if shared else run_folder) / "responses"


def request_key(identity: Mapping[str, Any], request: Request) -> str:
    """SHA-256 of all that an answer depends on; not of the document's id, so equal prompts share an answer."""
    parts = {
        "identity": identity,
        "messages": [[message.role, message.content] for message in request.messages],
        "choices": request.choices,
        "max_tokens": request.max_tokens,
        "stop": request.stop,
        "schema": request.schema,
    }
    # A schema's order of keys is kept: constrained decoding writes them in that order.
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


class ResponseStore:
    """The stored answers of one backend. Used as a context manager, or closed.

    Args:
        folder: made if absent.
        identity: the backend's; JSON, without secrets, because it is written to the file's first line.

    Raises:
        ModelError: the folder cannot be written.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        text = json.dumps(identity, sort_keys=True, ensure_ascii=True)
        self.identity: Mapping[str, Any] = json.loads(text)
        name = re.sub(r"[^A-Za-z0-9.]+", "-", str(identity.get("model", "model"))).strip("-.")[-60:]
        self.path = folder / f"{name or 'model'}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.jsonl"
        self._places: dict[str, tuple[int, int]] = {}
        self._read_until = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ModelError(f"answers cannot be stored in {folder}: {error.strerror or error}") from error
        self.refresh()
        if not os.fstat(self._file).st_size:
            self._append({"identity": self.identity})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Close the file; a second time has no effect."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def key(self, request: Request) -> str:
        return request_key(self.identity, request)

    def get(self, key: str) -> Response | None:
        """The stored answer; None where there is none."""
        place = self._places.get(key)
        if place is None:
            return None
        row = _row(os.pread(self._file, place[1], place[0]))
        assert row is not None, "was read before"
        return Response.from_json(row["response"])

    def put(self, key: str, response: Response) -> None:
        """Write an answer, at once; an error is not written.

        Raises:
            ModelError: the disk is full, or the file cannot be written for another reason.
        """
        if response.error or key in self._places:
            return
        self._append({"key": key, "response": response.to_json()})

    def refresh(self) -> None:
        """Read what was appended since, by this process and others."""
        waiting = b""
        start = self._read_until
        while block := os.pread(self._file, _BLOCK, start + len(waiting)):
            waiting += block
            *lines, rest = waiting.split(b"\n")
            for line in lines:
                row = _row(line)
                if row is not None:
                    self._places[row["key"]] = (start, len(line))
                start += len(line) + 1
            waiting = rest
        # A last line without an end is being written by another process, or was cut short by a kill.
        self._read_until = start

    def _append(self, row: Mapping[str, Any]) -> None:
        line = json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                end = os.fstat(self._file).st_size
                if end and os.pread(self._file, 1, end - 1) != b"\n":
                    line = b"\n" + line  # what a kill cut short becomes a line of its own, which is skipped
                left = memoryview(line)
                while left:
                    left = left[os.write(self._file, left) :]
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        except OSError as error:
            raise ModelError(f"{self.path}: an answer cannot be stored: {error.strerror or error}") from error
        self.refresh()


def complete_with(
    store: ResponseStore | None, backend: Backend, requests: Sequence[Request], ledger: Ledger | None = None
) -> Iterator[tuple[int, Response]]:
    """(index of the request, response) exactly once for each: stored answers first, then new ones in any order.

    Each new answer is stored as soon as it is there, so a run that is killed loses only what was under way. Equal
    prompts are asked once and all get the answer. With a budget, requests stop when it is used up; those under way
    are still answered, kept and given, so it may be exceeded by as many answers as a backend works on at a time.

    Args:
        store: where answers are kept, opened with the backend's ``identity``; None: nowhere.
        ledger: counts what the answers take, each prompt once.

    Raises:
        BudgetError: the budget is used up and requests are left.
        ModelError: an answer cannot be stored; or see the backend's ``complete``.
    """
    identity = backend.identity if store is None else store.identity
    same: dict[str, list[int]] = {}
    for index, request in enumerate(requests):
        same.setdefault(request_key(identity, request), []).append(index)
    if store is not None:
        store.refresh()
        for key in list(same):
            known = store.get(key)
            if known is not None:
                if ledger is not None:
                    ledger.add(known, cached=True)
                for index in same.pop(key):
                    yield index, known
    if same:
        yield from _ask(store, backend, requests, list(same.items()), ledger)


def _ask(
    store: ResponseStore | None,
    backend: Backend,
    requests: Sequence[Request],
    waiting: Sequence[tuple[str, list[int]]],
    ledger: Ledger | None,
) -> Iterator[tuple[int, Response]]:
    """Answers to the prompts in ``waiting``: pairs of a key and the indexes of its requests."""
    if ledger is not None:
        ledger.check(len(waiting))
    left = len(waiting)
    stopping = False
    answers = backend.complete([requests[indexes[0]] for _, indexes in waiting])
    try:
        for place, response in answers:
            key, indexes = waiting[place]
            left -= 1
            if store is not None:
                store.put(key, response)
            more_to_come = True
            if ledger is not None:
                ledger.add(response)
                if left and not stopping and ledger.exhausted():
                    stopping = True
                    more_to_come = backend.stop()
            for index in indexes:
                yield index, response
            if not more_to_come:
                break
    finally:
        close = getattr(answers, "close", None)
        if close is not None:
            close()
    if ledger is not None and stopping:
        ledger.check(left)


def _row(line: bytes) -> dict[str, Any] | None:
    """A line with an answer; None for the first line, and for one that a kill cut short."""
    try:
        row = json.loads(line)
        Response.from_json(row["response"])
        return row if isinstance(row["key"], str) else None
    except (ValueError, KeyError, TypeError):
        return None
