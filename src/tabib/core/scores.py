"""Scores as they are kept and shown: a value with its interval, or None with the reason. Never 0.0 for "none"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    """One number of the table.

    Args:
        value: the score, on the metric's own scale (F1 and accuracy in [0, 1]); None where it is undefined.
        reason: why ``value`` is None; empty otherwise.
        low, high: 95% bootstrap interval over documents; None where it was not computed or is undefined.
    """

    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("a score is a value, or None with a reason")

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, "") or key == "value"}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Score:
        return cls(row["value"], row.get("reason", ""), row.get("low"), row.get("high"))


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """How many documents were scored, by the status of their prediction."""

    ok: int = 0
    unparsed: int = 0
    truncated: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.ok + self.unparsed + self.truncated + self.failed


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts with gold in rows and predictions in columns, in the order of ``labels``."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """All scores of one predictions file.

    Args:
        task: the task's name.
        primary: the name in ``metrics`` of the score that tables show first.
        metrics: metric name → score.
        per_label: label → metric name → score (``support`` is the number of gold items).
        items: statuses of the predictions.
        resamples: bootstrap resamples behind the intervals; 0 where none were drawn.
        confusion: classification only.
        counts: whole numbers by name of what was counted (the schemes of SemEval-2013: correct, missed…).
        suspect: why a reader should doubt these scores; empty where there is no reason.
    """

    task: str
    primary: str
    metrics: Mapping[str, Score]
    per_label: Mapping[str, Mapping[str, Score]] = field(default_factory=dict)
    items: ItemCounts = ItemCounts()
    resamples: int = 0
    confusion: Confusion | None = None
    suspect: tuple[str, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def primary_score(self) -> Score:
        return self.metrics[self.primary]

    def to_json(self) -> dict[str, Any]:
        return {
            "task": self.task,
            "primary": self.primary,
            "metrics": {name: score.to_json() for name, score in self.metrics.items()},
            "per_label": {
                label: {name: score.to_json() for name, score in scores.items()}
                for label, scores in self.per_label.items()
            },
            "items": asdict(self.items),
            "resamples": self.resamples,
            "confusion": None if self.confusion is None else asdict(self.confusion),
            "suspect": list(self.suspect),
            "counts": {name: dict(row) for name, row in self.counts.items()},
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Scores:
        confusion = row["confusion"]
        return cls(
            row["task"],
            row["primary"],
            {name: Score.from_json(score) for name, score in row["metrics"].items()},
            {
                label: {name: Score.from_json(score) for name, score in scores.items()}
                for label, scores in row["per_label"].items()
            },
            ItemCounts(**row["items"]),
            row["resamples"],
            None
            if confusion is None
            else Confusion(tuple(confusion["labels"]), tuple(tuple(counts) for counts in confusion["counts"])),
            tuple(row["suspect"]),
            row["counts"],
        )
