"""The record of one run: what was run, on what, with what, and how it went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tabib.core.errors import RecordError
from tabib.records.files import read_json, write_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORD_VERSION = 1
FINGERPRINTS = ("corpus", "weights", "tokenizer", "code")
RunStatus = Literal["trained", "done", "failed"]


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed.

    Args:
        type: the exception's class name, or ``Killed`` for a process that ended without a word.
        message: its first line.
        traceback_file: name of the file in the run folder that holds the traceback; empty where there is none.
    """

    type: str
    message: str
    traceback_file: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, as ``record.json`` keeps it. Written last, so a folder without it is a run that did not end.

    Args:
        identity: hash of what determines the result (see ``tabib.runs.identity``).
        status: ``trained`` (fitted, dev scored), ``done`` (evaluated as its configuration asks) or ``failed``.
        name: the model's display name in tables.
        model: the model family's name in the registry.
        weights: ``model_name_or_path``; empty for baselines.
        config: the resolved configuration.
        labels: the label set that scores are computed over.
        fingerprints: ``corpus``, ``weights``, ``tokenizer``, ``code``: the parts of the identity.
        versions: Python and packages. hardware: processor, cores, memory in GiB, GPU.
        threads: of one process; sums of floats depend on it.
        started, finished: ISO 8601, UTC.
        seconds: stage → wall time.
        memory: ``process_gib`` and ``gpu_gib``: the most that the process had used when the run ended.
        tokens: ``train`` sub-tokens seen in training without padding, ``train_padded`` with it.
        fit: the report of training (steps, best dev score, history…); None where it did not come to that.
        documents: split → number of documents.
        lost: split → reason → number of gold annotations that are in the corpus and not in the examples.
        notes: what a reader of the results should know of the corpus.
        attention: ``asked`` (the configuration's; None: nothing), what ``training`` and ``prediction`` used, and
            ``why`` it is another; empty for models without weights on this machine.
        train_labels: label → gold annotations of train, 0 for a label of the corpus that train does not hold; None
            in a record from before they were counted.
    """

    identity: str
    status: RunStatus
    dataset: str
    task: str
    name: str
    model: str
    weights: str
    seed: int
    config: Mapping[str, Any]
    labels: tuple[str, ...]
    fingerprints: Mapping[str, str]
    versions: Mapping[str, str]
    hardware: Mapping[str, Any]
    threads: int
    started: str
    finished: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    fit: Mapping[str, Any] | None = None
    documents: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: RunError | None = None
    attention: Mapping[str, str | None] = field(default_factory=dict)
    train_labels: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        if (self.status == "failed") != (self.error is not None):
            raise ValueError("a record has an error if and only if its run failed")

    def to_json(self) -> dict[str, Any]:
        return {"version": RECORD_VERSION} | asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any], path: Path | str = "record") -> RunRecord:
        """Raises: RecordError: another version, absent or unknown keys, or a value that cannot be."""
        if not isinstance(row, Mapping):
            raise RecordError(f"{path}: expected a JSON object, found {type(row).__name__}")
        if row.get("version") != RECORD_VERSION:
            raise RecordError(
                f"{path}: written as version {row.get('version')!r} of the record, this tabib reads"
                f" version {RECORD_VERSION}; run it again or use the tabib that wrote it"
            )
        values = {key: value for key, value in row.items() if key != "version"}
        known = {item.name for item in fields(cls)}
        values = {"attention": {}, "train_labels": None} | values  # records from before there was any
        if values.keys() != known:
            absent, unknown = sorted(known - values.keys()), sorted(values.keys() - known)
            raise RecordError(f"{path}: keys absent {absent}, unknown {unknown}; the file is damaged")
        if wrong := _wrong(values):
            raise RecordError(f"{path}: {wrong}; the file is damaged")
        values["labels"], values["notes"] = tuple(values["labels"]), tuple(values["notes"])
        values["error"] = None if values["error"] is None else RunError(**values["error"])
        return cls(**values)


@cache
def _types() -> TypeAdapter[RunRecord]:
    from pydantic import TypeAdapter

    return TypeAdapter(RunRecord)


def _wrong(values: Mapping[str, Any]) -> str:
    """The first value that a record cannot have, and why; empty for a sound one."""
    from pydantic import ValidationError

    try:
        record = _types().validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        if not place:
            return first["msg"].removeprefix("Value error, ")
        return f"{place}: found {first['input']!r:.60}. {first['msg']}"
    if absent := [name for name in FINGERPRINTS if name not in record.fingerprints]:
        return f"fingerprints: {', '.join(absent)} absent"
    fit = record.fit or {}
    if not isinstance(fit.get("steps", 0), int) or not isinstance(fit.get("lost", {}), Mapping):
        return "fit: steps is no number, or lost no mapping"
    return ""


def write_record(folder: Path, record: RunRecord) -> None:
    """Write ``record.json``; call it last."""
    write_json(folder / "record.json", record.to_json())


def read_record(folder: Path) -> RunRecord:
    """The record of a run folder.

    Raises:
        RecordError: no such folder, no record in it (the run did not end), or a damaged one.
    """
    if not folder.is_dir():
        raise RecordError(f"{folder} is not a folder; expected a run folder (runs/<dataset>--<model>--s<seed>--…)")
    path = folder / "record.json"
    if not path.is_file():
        raise RecordError(f"{folder} has no record.json: it is not a run folder, or its run did not end")
    return RunRecord.from_json(read_json(path), path)
