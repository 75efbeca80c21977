"""The results of a benchmark: what ``results.json`` holds and what every report is made from.

A value that is not there is None with a reason; a cell is done, failed, partial or missing. None of these is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tabib.core.errors import RecordError
from tabib.core.scores import ItemCounts, Score
from tabib.records.files import read_json, write_json

RESULTS_VERSION = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """One metric of one model on one corpus, over seeds.

    Args:
        mean: over the seeds that were scored; None where it is undefined for one of them, or none was scored.
        reason: why ``mean`` is None; empty otherwise.
        std: sample standard deviation over seeds (n − 1); None with ``std_reason`` for fewer than two.
        low, high: 95% interval of the mean; how, says ``Results.interval``; None where there is none.
        n: seeds behind the mean.
    """

    mean: float | None
    reason: str = ""
    std: float | None = None
    std_reason: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 0

    def __post_init__(self) -> None:
        if (self.mean is None) != bool(self.reason) or (self.std is None) != bool(self.std_reason):
            raise ValueError("a summary is a value, or None with a reason")


@dataclass(frozen=True, slots=True)
class SeedResult:
    """One run in the table.

    Args:
        state: ``done``, ``failed``, ``partial`` or ``missing``; ``detail`` says why.
        run: name of its folder; empty where there is none.
        metrics: metric → score with the run's own interval.
        items: statuses of its predictions.
        suspect: why its scores should be doubted.
        seconds: stage → wall time. threads: of its process.
        tokens: of training, real and padded; of prompts and their answers.
        attention: asked for and used, as in the record.
        notes: what its model had to say of the split that was scored: what was asked, repaired, used instead.
    """

    seed: int
    state: str
    detail: str = ""
    run: str = ""
    identity: str = ""
    metrics: Mapping[str, Score] = field(default_factory=dict)
    items: ItemCounts = field(default_factory=ItemCounts)
    suspect: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    threads: int = 0
    attention: Mapping[str, str | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        scores = {name: score.to_json() for name, score in self.metrics.items()}
        return asdict(self) | {"metrics": scores}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> SeedResult:
        values = dict(row)
        values["metrics"] = {name: Score.from_json(score) for name, score in row["metrics"].items()}
        values["items"] = ItemCounts(**row["items"])
        values["suspect"] = tuple(row["suspect"])
        values["notes"] = tuple(row.get("notes", ()))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class CellResult:
    """One model on one corpus.

    Args:
        model: its display name. family: its name in the registry. weights: empty for baselines.
        split: the split that was scored, of ``documents`` documents (0 where no run is done).
        primary: the metric of the table; ``metrics`` holds all of them, over seeds.
        seeds: one run for each seed that was asked for; empty for a pair that the benchmark leaves out.
        notes: what a reader should know of the corpus.
        lost: reason → gold annotations of the scored split that are not among its gold.
        unlearnable: reason → gold annotations of train that the model could not learn from.
        reading: how ``preprocessing`` cut the scored texts; empty where they were read whole.
    """

    dataset_group: str
    dataset: str
    task: str
    model_group: str
    model: str
    family: str
    weights: str
    split: str
    primary: str
    metrics: Mapping[str, Summary] = field(default_factory=dict)
    seeds: tuple[SeedResult, ...] = ()
    documents: int = 0
    notes: tuple[str, ...] = ()
    lost: Mapping[str, int] = field(default_factory=dict)
    unlearnable: Mapping[str, int] = field(default_factory=dict)
    reading: str = ""

    @property
    def score(self) -> Summary:
        """The primary metric over seeds."""
        return self.metrics.get(self.primary, Summary(None, self._why_none(), std_reason="no seed was scored"))

    @property
    def done(self) -> tuple[SeedResult, ...]:
        return tuple(seed for seed in self.seeds if seed.state == "done")

    @property
    def planned(self) -> bool:
        return bool(self.seeds)

    @property
    def complete(self) -> bool:
        """Every seed that was asked for is done."""
        return self.planned and len(self.done) == len(self.seeds)

    @property
    def suspect(self) -> tuple[str, ...]:
        """Reasons to doubt, each once. The majority baseline is what others are held against: it has none."""
        if self.family == "majority":
            return ()
        return tuple(dict.fromkeys(reason for seed in self.done for reason in seed.suspect))

    def _why_none(self) -> str:
        states = sorted({seed.state for seed in self.seeds})
        return ", ".join(states) if states else "not planned"

    def to_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in _CELL_TEXTS},
            "documents": self.documents,
            "notes": list(self.notes),
            "lost": dict(self.lost),
            "unlearnable": dict(self.unlearnable),
            "reading": self.reading,
            "suspect": list(self.suspect),
            "metrics": {name: asdict(summary) for name, summary in self.metrics.items()},
            "seeds": [seed.to_json() for seed in self.seeds],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> CellResult:
        values = {key: value for key, value in row.items() if key != "suspect"}
        values["notes"] = tuple(row["notes"])
        values["metrics"] = {name: Summary(**summary) for name, summary in row["metrics"].items()}
        values["seeds"] = tuple(SeedResult.from_json(seed) for seed in row["seeds"])
        return cls(**values)


_CELL_TEXTS = (
    "dataset_group",
    "dataset",
    "task",
    "model_group",
    "model",
    "family",
    "weights",
    "split",
    "primary",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """What some runs were made with; ``runs`` counts them."""

    versions: Mapping[str, str]
    hardware: Mapping[str, Any]
    threads: int
    runs: int


@dataclass(frozen=True, slots=True)
class Results:
    """A benchmark's results, complete or on the way.

    Args:
        description: the benchmark's.
        benchmark: the name of its file.
        command: how to make them again.
        created: ISO 8601, UTC.
        seeds: those asked for.
        interval: what the 95% interval of a summary is.
        environments: what the runs were made with, the most usual first.
    """

    description: str
    benchmark: str
    command: str
    created: str
    seeds: tuple[int, ...]
    interval: str
    cells: tuple[CellResult, ...]
    environments: tuple[Environment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "version": RESULTS_VERSION,
            "description": self.description,
            "benchmark": self.benchmark,
            "command": self.command,
            "created": self.created,
            "seeds": list(self.seeds),
            "interval": self.interval,
            "environments": [asdict(environment) for environment in self.environments],
            "cells": [cell.to_json() for cell in self.cells],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any], path: Path | str = "results") -> Results:
        """Raises: RecordError: another version, or damaged."""
        if not isinstance(row, Mapping) or row.get("version") != RESULTS_VERSION:
            raise RecordError(f"{path}: not results of version {RESULTS_VERSION}, which this tabib reads")
        try:
            values = {key: value for key, value in row.items() if key != "version"}
            values["seeds"] = tuple(row["seeds"])
            values["cells"] = tuple(CellResult.from_json(cell) for cell in row["cells"])
            values["environments"] = tuple(Environment(**item) for item in row["environments"])
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"{path}: {error}; the file is damaged") from error


def write_results(path: Path, results: Results) -> None:
    """Write ``results.json``, atomically."""
    write_json(path, results.to_json())


def read_results(path: Path) -> Results:
    """What ``write_results`` wrote. Raises: RecordError."""
    return Results.from_json(read_json(path), path)
