"""What trackers are told: settings, scores, curves, times and the table. Never a text of a corpus."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from tabib.records.files import to_json

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Point:
    """Numbers at one training step."""

    step: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """One run.

    Args:
        id: the same for the same run of the same benchmark, whenever and wherever it is told.
        name: in a sentence.
        status: ``finished`` or ``failed``.
        started, finished: ISO 8601, UTC.
        tags: what runs are sorted by (``task``, ``dataset``, ``model``…).
        settings: the configuration by dotted keys, versions and machine.
        metrics: scores in the metrics' own scales, times in seconds, counts; none that is undefined.
        undefined: metric → why it has no value.
        curve: training by step, in rising order.
        files: name → text, for trackers that keep files.
    """

    id: str
    name: str
    status: str
    started: str
    finished: str
    tags: Mapping[str, str]
    settings: Mapping[str, Scalar]
    metrics: Mapping[str, float] = field(default_factory=dict)
    undefined: Mapping[str, str] = field(default_factory=dict)
    curve: tuple[Point, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Hash of all that is told; equal where nothing has changed."""
        return content_of(asdict(self))


@dataclass(frozen=True, slots=True)
class Table:
    """All results of a benchmark.

    Args:
        id, name: as of a run; rows: one for each model on each corpus. created: ISO 8601, UTC.
        files: name → text, the results as they are written.
    """

    id: str
    name: str
    description: str
    created: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Hash of the rows; the day on which they were made is no part of it."""
        return content_of([self.name, self.description, self.columns, self.rows])


@dataclass(frozen=True, slots=True)
class Story:
    """What one command has to tell: a benchmark with its table, or a single run (no group, no table)."""

    runs: tuple[TrackedRun, ...]
    group: str = ""
    table: Table | None = None


class Tracker(Protocol):
    """Where a story is told. Telling it twice is the same as once."""

    name: str

    def require(self, *, touch: bool = True) -> None:
        """Refuse, before anything runs, what is known to go wrong at the end.

        Args:
            touch: try whether files can be written; else look at permissions only.

        Raises:
            MissingExtraError: the package is not installed.
            ConfigError: a setting or an environment variable is wrong.
        """

    def tell(self, story: Story) -> str:
        """Log what is new, and say so in one sentence. Raises: whatever the tracker's library raises."""


def content_of(value: Any) -> str:
    """SHA-256 of plain data, hexadecimal."""
    return hashlib.sha256(to_json(value, indent=None).encode()).hexdigest()


def id_of(*parts: str) -> str:
    """24 hexadecimal digits, the same for the same parts."""
    return content_of(parts)[:24]
