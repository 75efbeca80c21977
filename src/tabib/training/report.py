"""What a training run leaves in the record. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tabib.training.events import DevScore


@dataclass(frozen=True, slots=True)
class FitReport:
    """How a model was fitted. Counters span all sittings of a run that was interrupted and went on.

    Args:
        steps: optimiser steps made; 0 for a model that learns without them.
        epochs: passes over the training data.
        train_tokens: sub-tokens read in training, without padding.
        padded_tokens: the same with padding.
        seconds: wall time of the steps (of the whole fit, for a model that learns without steps).
        dev_seconds: wall time of scoring dev.
        metric: the dev metric that chose the weights; empty where there was no dev.
        best_step, best_score: whose weights were kept; None where the last weights were kept.
        history: every dev score.
        lost: gold of the training data that the model cannot learn from: reason → annotations.
        stopped_early: dev stopped improving before the planned end.
        parameters, trained_parameters: of the model, all of them and those that steps change; 0 for a model that
            learns without steps.
        notes: what a reader of the results should know.
    """

    steps: int = 0
    epochs: float = 0.0
    train_tokens: int = 0
    padded_tokens: int = 0
    seconds: float = 0.0
    dev_seconds: float = 0.0
    metric: str = ""
    best_step: int | None = None
    best_score: float | None = None
    history: tuple[DevScore, ...] = ()
    lost: Mapping[str, int] = field(default_factory=dict)
    stopped_early: bool = False
    parameters: int = 0
    trained_parameters: int = 0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "epochs": self.epochs,
            "train_tokens": self.train_tokens,
            "padded_tokens": self.padded_tokens,
            "seconds": self.seconds,
            "dev_seconds": self.dev_seconds,
            "metric": self.metric,
            "best_step": self.best_step,
            "best_score": self.best_score,
            "history": [score.to_json() for score in self.history],
            "lost": dict(self.lost),
            "stopped_early": self.stopped_early,
            "parameters": self.parameters,
            "trained_parameters": self.trained_parameters,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> FitReport:
        values = dict(row)
        values["history"] = tuple(DevScore(**score) for score in row["history"])
        values["notes"] = tuple(row["notes"])
        return cls(**values)
