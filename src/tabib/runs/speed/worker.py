"""One variant in a process of its own: no other memory counts there, and all variants wait for their turns."""

from __future__ import annotations

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tabib.core.errors import ModelError, TabibError
from tabib.core.examples import Document
from tabib.models.base import Model
from tabib.runs.annotate import open_run
from tabib.runs.environment import limited_threads, peak_memory, reset_peak_memory, resident_memory
from tabib.runs.speed.variants import change_encoder

Clock = Callable[[], float]
_PATIENCE = 5.0
"""Seconds that a process has to end by itself."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a process works on.

    Args:
        run: the run folder. variant: its name. threads: of linear algebra.
        onnx_file: what variants of ONNX Runtime compute with; None for others.
    """

    run: Path
    variant: str
    threads: int
    onnx_file: str | None = None


class Worker(ABC):
    """A variant that is ready to predict."""

    load_seconds: float

    @abstractmethod
    def predict(self, batches: Sequence[Sequence[Document]]) -> tuple[list[Any], float]:
        """Predictions of all documents, one batch handed over after the other; the seconds that it took."""

    @abstractmethod
    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        """Hand over one batch after the other; the wall time of each in seconds."""

    @abstractmethod
    def begin_memory(self) -> None:
        """Let ``memory`` count from here."""

    @abstractmethod
    def memory(self) -> dict[str, float]:
        """``loaded_gib`` when ``begin_memory`` was called, ``process_gib`` (and ``gpu_gib``) the most since."""

    def close(self) -> None:
        """It predicts no more."""


class Here(Worker):
    """A model in this process.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, model: Model, clock: Clock = time.perf_counter, load_seconds: float = 0.0) -> None:
        self.model, self.clock, self.load_seconds = model, clock, load_seconds
        self._loaded: float | None = None

    def predict(self, batches: Sequence[Sequence[Document]]) -> tuple[list[Any], float]:
        began = self.clock()
        predictions = [prediction for batch in batches for prediction in self.model.annotate(batch)]
        return predictions, self.clock() - began

    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        seconds = []
        for batch in batches:
            began = self.clock()
            self.model.annotate(batch)  # its result is in Python's hands, so a GPU has finished
            seconds.append(self.clock() - began)
        return seconds

    def begin_memory(self) -> None:
        reset_peak_memory()
        self._loaded = resident_memory()

    def memory(self) -> dict[str, float]:
        return ({} if self._loaded is None else {"loaded_gib": self._loaded}) | peak_memory()

    def close(self) -> None:
        self.model.close()


class InProcess(Worker):
    """A model in a process that is started for it.

    Raises:
        ModelError: the variant cannot be made of this model, or the process died.
        TabibError: the run cannot be opened.
    """

    def __init__(self, job: Job) -> None:
        context = get_context("spawn")  # a fork would share the parent's memory
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(job, theirs))
        self._process.start()
        theirs.close()
        try:
            self.load_seconds = self._answer()
        except BaseException:
            self.close()
            raise

    def predict(self, batches: Sequence[Sequence[Document]]) -> tuple[list[Any], float]:
        return self._ask("predict", [list(batch) for batch in batches])

    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        return self._ask("time", [list(batch) for batch in batches])

    def begin_memory(self) -> None:
        self._ask("begin_memory")

    def memory(self) -> dict[str, float]:
        return self._ask("memory")

    def close(self) -> None:
        self._connection.close()  # it ends when nobody asks any more
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ask(self, method: str, *arguments: Any) -> Any:
        try:
            self._connection.send((method, arguments))
        except OSError as error:
            raise ModelError(self._death()) from error
        return self._answer()

    def _answer(self) -> Any:
        try:
            error, value = self._connection.recv()
        except (EOFError, OSError) as broken:
            raise ModelError(self._death()) from broken
        if error is not None:
            raise error
        return value

    def _death(self) -> str:
        self._process.join(_PATIENCE)
        code = self._process.exitcode
        killed = f"killed by signal {-code}, as the system does when memory is short" if code and code < 0 else ""
        return f"its process ended without an answer ({killed or f'exit code {code}'})"


def open_variant(job: Job, clock: Clock = time.perf_counter) -> Here:
    """The run's model, computed in the variant's way, in this process.

    Raises:
        RecordError, ModelError: the run has no model, or none that can be computed so.
    """
    began = clock()
    _, model = open_run(job.run)
    if job.variant != "own":
        head: Any = model  # only heads have other variants
        head.backbone.encoder = change_encoder(job.variant, head.backbone.encoder, job.threads, job.onnx_file)
    return Here(model, clock, clock() - began)


def _serve(job: Job, connection: Connection) -> None:
    """The life of a process: load, answer, and end when nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who then closes the connection
    if job.variant != "own" and not job.variant.startswith("gpu-"):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    try:
        with limited_threads(job.threads, with_torch=job.variant != "own"):
            try:
                worker = open_variant(job)
            except Exception as error:
                connection.send((_sendable(error), None))
                return
            connection.send((None, worker.load_seconds))
            while True:
                method, arguments = connection.recv()
                connection.send(_answered(getattr(worker, method), arguments))
    except (EOFError, OSError):
        return


def _answered(method: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[TabibError | None, Any]:
    """What went wrong, or what came of it."""
    try:
        return None, method(*arguments)
    except Exception as error:
        return _sendable(error), None


def _sendable(error: Exception) -> TabibError:
    """What the parent raises: the message, in a class that every process knows."""
    if isinstance(error, TabibError):
        message = str(error)
    else:
        message = f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}"
    return ModelError(message)
