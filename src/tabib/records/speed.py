"""How fast a run's model predicts and what memory it takes, as ``speed.json`` in its folder keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabib.core.errors import RecordError
from tabib.core.scores import Score
from tabib.records.files import read_json, write_json
from tabib.records.folder import RunFolder

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SPEED_VERSION = 1
NOT_MEASURED = Score(None, "not measured")


@dataclass(frozen=True, slots=True)
class Timing:
    """Calls with one number of documents handed over at a time.

    Args:
        batch_size: documents of each call; with 1, documents come one by one (streaming).
        seconds: wall time of each call, in the order in which they were made.
        documents, words, characters: of all calls; a document that was read twice counts twice. Words are what
            white space separates.
        reason: why there are no calls; empty where there are.
    """

    batch_size: int
    seconds: tuple[float, ...] = ()
    documents: int = 0
    words: int = 0
    characters: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VariantSpeed:
    """One way to compute with the model.

    Args:
        variant: its name (``tabib.runs.speed.variants``).
        device: ``cpu`` or ``gpu``.
        reason: why it was not measured; empty where it was.
        timings: by batch size, in the order that was asked for.
        load_seconds: from the start of the process until the model was ready; None where it was not measured.
        memory: GiB of its process, which does nothing else: ``loaded_gib`` resident when the model was loaded,
            ``process_gib`` the most while it predicted, ``gpu_gib`` of torch on a GPU.
        score: the split's primary score of this variant's predictions, made in the largest batches.
        difference: that score minus the run's own, whose predictions are saved; entities have an interval.
        identical: share of documents with the same answer as in the run.
        agreement: of the entities that the run or this variant predicts, the share that both do.
    """

    variant: str
    device: str
    reason: str = ""
    timings: tuple[Timing, ...] = ()
    load_seconds: float | None = None
    memory: Mapping[str, float] = field(default_factory=dict)
    score: Score = NOT_MEASURED
    difference: Score = NOT_MEASURED
    identical: Score = NOT_MEASURED
    agreement: Score = NOT_MEASURED


@dataclass(frozen=True, slots=True)
class SpeedMeasurement:
    """All variants of one run's model, measured in turns on one machine.

    Args:
        identity, dataset, name, seed, task: the run's.
        split: whose documents were read. metric: the primary one, of ``score``.
        started, updated: ISO 8601, UTC. complete: False where the measurement was cut off and can go on.
        documents: how many were timed, evenly spaced over the split; ``words`` and ``characters`` are theirs.
        split_documents: how many the split has; ``score`` is over all of them.
        rounds: how often every batch size of every variant had its turn; ``rounds_asked`` at most.
        limit: seconds of timed calls that a variant may take; no round is begun beyond it.
        hardware, threads, versions: what it was measured on; threads of each process.
        training_memory: GiB, the most that training took (the record's ``memory``); empty where nobody knows.
    """

    identity: str
    dataset: str
    name: str
    seed: int
    task: str
    split: str
    metric: str
    started: str
    updated: str
    complete: bool
    documents: int
    words: int
    characters: int
    split_documents: int
    batch_sizes: tuple[int, ...]
    rounds: int
    rounds_asked: int
    limit: float
    hardware: Mapping[str, Any]
    threads: int
    versions: Mapping[str, str]
    training_memory: Mapping[str, float] = field(default_factory=dict)
    variants: tuple[VariantSpeed, ...] = ()

    def variant(self, name: str) -> VariantSpeed | None:
        """The variant with a name; None where it was not asked for."""
        return next((row for row in self.variants if row.variant == name), None)

    def to_json(self) -> dict[str, Any]:
        return {"version": SPEED_VERSION} | asdict(self)

    @classmethod
    def from_json(cls, row: Any, path: Path | str = "speed.json") -> SpeedMeasurement:
        """Raises: RecordError: another version, or content that ``to_json`` did not write."""
        if not isinstance(row, Mapping) or row.get("version") != SPEED_VERSION:
            found = row.get("version") if isinstance(row, Mapping) else type(row).__name__
            raise RecordError(
                f"{path}: found version {found!r}, expected {SPEED_VERSION}; measure again with --force"
            )
        values = {key: value for key, value in row.items() if key != "version"}
        try:
            made = _types().validate_json(json.dumps(values), strict=True)
        except ValueError as error:  # pydantic's errors are ValueErrors
            raise RecordError(
                f"{path}: {_first(error)}; the file is damaged, measure again with --force"
            ) from error
        if json.loads(json.dumps(asdict(made))) != values:
            raise RecordError(f"{path}: it has unknown or absent keys; measure again with --force")
        return made


def write_speed(folder: Path, measurement: SpeedMeasurement) -> None:
    """Write ``speed.json`` into a run folder, atomically."""
    write_json(RunFolder(folder).speed, measurement.to_json())


def read_speed(folder: Path) -> SpeedMeasurement | None:
    """The measurement of a run folder; None where nothing was measured. Raises: RecordError: damaged."""
    path = RunFolder(folder).speed
    return SpeedMeasurement.from_json(read_json(path), path) if path.is_file() else None


@cache
def _types() -> TypeAdapter[SpeedMeasurement]:
    from pydantic import TypeAdapter

    return TypeAdapter(SpeedMeasurement)


def _first(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: found {first['input']!r:.60}. {first['msg']}"
