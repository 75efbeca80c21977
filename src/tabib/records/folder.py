"""The folder of one run: where each file is, and how gold, predictions and scores are kept in it.

<runs>/<dataset>--<model>--s<seed>--<first 8 of the identity>/
    config.yaml                 the resolved configuration
    identity.json               what the identity was made of
    gold/<split>.jsonl          labels and offsets, no text
    predictions/<split>.jsonl   what the model said
    anchor/<split>.jsonl        what the majority baseline said, to be better than
    scores.json                 split → scores, computed from the files above
    speed.json                  how fast the model predicts, once that was measured
    model/                      the fitted model, unless cleaned up
    checkpoints/                states to resume training from, unless cleaned up
    train_log.jsonl             loss and dev scores by step
    owner.json                  the benchmark that will clean up, if one made the folder
    error.txt                   the traceback of a run that failed
    record.json                 the record, written last
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.core.errors import RecordError
from tabib.core.examples import Reference
from tabib.core.scores import Scores
from tabib.core.spans import spans_from_json
from tabib.records.files import read_json, read_jsonl, write_json, write_jsonl
from tabib.tasks.base import Resampling, Task


@dataclass(frozen=True, slots=True)
class SavedScores:
    """Scores with what they were computed by: the bootstrap, and a hash of the code of tasks and metrics."""

    scores: Scores
    resampling: Resampling
    code: str

    def to_json(self) -> dict[str, Any]:
        resampling = {"n": self.resampling.n, "seed": self.resampling.seed}
        return {"scores": self.scores.to_json(), "resampling": resampling, "code": self.code}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> SavedScores:
        resampling = Resampling(row["resampling"]["n"], row["resampling"]["seed"])
        return cls(Scores.from_json(row["scores"]), resampling, row["code"])


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths and files of one run; making an instance touches nothing."""

    path: Path

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def identity(self) -> Path:
        return self.path / "identity.json"

    @property
    def record(self) -> Path:
        return self.path / "record.json"

    @property
    def model(self) -> Path:
        return self.path / "model"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def scores(self) -> Path:
        return self.path / "scores.json"

    @property
    def speed(self) -> Path:
        return self.path / "speed.json"

    @property
    def log(self) -> Path:
        return self.path / "train_log.jsonl"

    @property
    def error(self) -> Path:
        return self.path / "error.txt"

    @property
    def owner(self) -> Path:
        """Names the benchmark that made the folder and may remove its model and checkpoints."""
        return self.path / "owner.json"

    @property
    def lock(self) -> Path:
        return self.path / ".lock"

    def gold(self, split: str) -> Path:
        return self.path / "gold" / f"{split}.jsonl"

    def predictions(self, split: str) -> Path:
        return self.path / "predictions" / f"{split}.jsonl"

    def anchor(self, split: str) -> Path:
        return self.path / "anchor" / f"{split}.jsonl"

    def predicted_splits(self) -> tuple[str, ...]:
        """Splits with both gold and predictions, in the order dev, test, others."""
        found = [path.stem for path in (self.path / "predictions").glob("*.jsonl")]
        return tuple(sorted((split for split in found if self.gold(split).is_file()), key=_split_order))

    def has_model(self) -> bool:
        return (self.model / "model.json").is_file()


def folder_name(dataset: str, model: str, seed: int, identity: str) -> str:
    """``emea--MiniLM--s42--1f0c9a3e``; signs that file systems dislike become hyphens, long names are cut."""
    parts = [_safe(part) for part in (dataset, model)]
    return f"{parts[0]}--{parts[1]}--s{seed}--{identity[:8]}"


_LONGEST = 100
"""Bytes of each of the two names in a folder's name; file systems allow 255 for the whole."""


def _safe(name: str) -> str:
    text = re.sub(r"[^\w.+-]+", "-", name).encode()[:_LONGEST].decode(errors="ignore")
    return text.strip("-.") or "unnamed"


def find_run(runs: Path, seed: int, identity: str) -> RunFolder | None:
    """The folder of a run in ``runs``, whatever name its model was displayed under; None where there is none."""
    for folder in _candidates(runs, seed, identity):
        with suppress(RecordError):  # see damaged_runs
            if folder.identity.is_file() and _read_identity(folder) == identity:
                return folder
    return None


def damaged_runs(runs: Path, seed: int, identity: str) -> list[str]:
    """Folders that may have been the run with an identity and cannot say so any more: what is wrong with each."""
    wrong = []
    for folder in _candidates(runs, seed, identity):
        try:
            if folder.identity.is_file():
                _read_identity(folder)
        except RecordError as error:
            wrong.append(str(error))
    return wrong


def _candidates(runs: Path, seed: int, identity: str) -> list[RunFolder]:
    return [RunFolder(path) for path in sorted(runs.glob(f"*--s{seed}--{identity[:8]}"))]


def _read_identity(folder: RunFolder) -> str:
    row = read_json(folder.identity)
    if not isinstance(row, Mapping) or not isinstance(row.get("identity"), str):
        raise RecordError(f"{folder.identity}: it names no identity; the file is damaged")
    return str(row["identity"])


def write_gold(path: Path, references: Iterable[Reference[Any]], task: Task[Any, Any]) -> None:
    """The gold of one split, without text."""
    write_jsonl(
        path,
        (
            {"id": row.id, "gold": task.gold_to_json(row.gold)}
            | ({"words": [list(word) for word in row.words]} if row.words else {})
            | ({"options": row.options, "single": row.single} if row.options else {})
            for row in references
        ),
    )


def read_gold(path: Path, task: Task[Any, Any]) -> list[Reference[Any]]:
    """What ``write_gold`` wrote. Raises: RecordError."""
    rows = read_jsonl(path)
    with _Damaged(path) as place:
        return [
            Reference(
                row["id"],
                task.gold_from_json(row["gold"]),
                spans_from_json(row.get("words", ())),
                row.get("options", 0),
                row.get("single", False),
            )
            for row in place.counted(rows)
        ]


def write_predictions(path: Path, predictions: Sequence[Any]) -> None:
    """The predictions of one split."""
    write_jsonl(path, (prediction.to_json() for prediction in predictions))


def read_predictions(path: Path, task: Task[Any, Any]) -> list[Any]:
    """What ``write_predictions`` wrote. Raises: RecordError."""
    rows = read_jsonl(path)
    with _Damaged(path) as place:
        return [task.prediction_type.from_json(row) for row in place.counted(rows)]


def write_scores(folder: RunFolder, scores: Mapping[str, SavedScores]) -> None:
    """All splits' scores."""
    write_json(folder.scores, {split: saved.to_json() for split, saved in scores.items()})


def read_scores(folder: RunFolder) -> dict[str, SavedScores]:
    """Split → scores; empty where nothing was scored yet. Raises: RecordError: damaged."""
    if not folder.scores.is_file():
        return {}
    rows = read_json(folder.scores)
    with _Damaged(folder.scores):
        return {split: SavedScores.from_json(row) for split, row in rows.items()}


class _Damaged:
    """Turns what goes wrong in reading rows into a RecordError that names file and line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0

    def counted(self, rows: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        for self.line, row in enumerate(rows, start=1):
            yield row

    def __enter__(self) -> _Damaged:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, (KeyError, TypeError, ValueError, AttributeError)):
            place = f"{self.path}:{self.line}" if self.line else str(self.path)
            what = f"{error} is absent" if isinstance(error, KeyError) else str(error)
            raise RecordError(f"{place}: {what}; the file is damaged") from error


def _split_order(split: str) -> tuple[int, str]:
    return ({"train": 0, "dev": 1, "test": 2}.get(split, 3), split)
