"""Scoring dev while a model is trained, and choosing weights by it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tabib.config.training import TrainingConfig
from tabib.core.examples import Example, references, without_gold
from tabib.core.scores import Score, Scores
from tabib.models.trainable import Trainable
from tabib.tasks.base import Resampling, Task

_PROBED = 2
"""Dev documents predicted before training: what fails in prediction fails now, not after an epoch."""


class Dev:
    """The dev split and the metric that chooses weights.

    Args:
        examples: at least one.
        metric: the metric's own name.

    Raises:
        ConfigError: the task has no such metric.
    """

    def __init__(
        self, model: Trainable, examples: Sequence[Example[Any]], task: Task[Any, Any], config: TrainingConfig
    ) -> None:
        assert examples, "dev is scored only where there is one"
        self._model = model
        self._task = task
        self._documents = without_gold(examples)
        self._gold = [example.gold for example in examples]
        self._references = references(examples)
        self.metric = task.known_metric(config.metric_for_best_model or task.primary)
        own = self.metric not in task.lower_is_better
        self._greater_is_better = own if config.greater_is_better is None else config.greater_is_better
        model.annotate(self._documents[:_PROBED])

    def score(self) -> tuple[Score, float]:
        """The metric's score after tuning thresholds on dev, and the seconds that it took."""
        began = time.perf_counter()
        predictions = self._model.annotate(self._documents)
        self._model.tune(self._gold, predictions)
        predictions = self._model.decide(predictions)
        score = self._score(predictions).metrics[self.metric]
        return score, time.perf_counter() - began

    def better(self, score: Score, best: float | None) -> bool:
        """Whether a score beats the best one so far. An undefined one beats nothing; equal is not better."""
        if score.value is None:
            return False
        if best is None:
            return True
        return score.value > best if self._greater_is_better else score.value < best

    def _score(self, predictions: Sequence[Any]) -> Scores:
        return self._task.score(self._references, predictions, self._model.labels, Resampling(n=0))
