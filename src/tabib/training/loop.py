"""The training loop: a generator of steps. Whoever consumes it scores dev, saves and reports between two steps."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tabib.config.training import TrainingConfig
from tabib.core.errors import TrainingError
from tabib.models.trainable import Features, Trainable
from tabib.training.batching import epoch_batches, padded_tokens
from tabib.training.engine import Engine
from tabib.training.events import DevScore, Plan, Step
from tabib.training.optimiser import make_optimiser, set_rates
from tabib.training.schedule import rate_factor

MOST_SKIPPED = 50
"""fp16 steps in a row whose gradients may overflow; the scaler halves its factor each time, from 65,536."""


@dataclass(slots=True)
class Position:
    """Where a run is: all that changes in training besides weights, optimiser and random states.

    Args:
        step: steps made.
        epoch, batch: the next batch; ``batch`` counts within the epoch.
        passed: passes over the data so far, with the part of the last one.
        tokens, padded_tokens, seconds, dev_seconds: as in ``FitReport``.
        loss_sum, loss_steps: of the steps since the last dev score.
        evaluated: the last step whose weights were scored on dev; -1 before the first.
        history: dev scores.
        stale: dev scores since the best one.
        stopped_early: the patience has run out.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    passed: float = 0.0
    tokens: int = 0
    padded_tokens: int = 0
    seconds: float = 0.0
    dev_seconds: float = 0.0
    loss_sum: float = 0.0
    loss_steps: int = 0
    skipped_in_a_row: int = 0
    evaluated: int = -1
    history: list[DevScore] = field(default_factory=list)
    stale: int = 0
    stopped_early: bool = False

    @property
    def best(self) -> DevScore | None:
        """The best dev score so far, the earliest among equals; None where none is defined."""
        return next((score for score in reversed(self.history) if score.best), None)


class Loop:
    """Steps of gradient descent over rows that a model has encoded.

    Args:
        model: on its device.
        features: the training rows.
        config: the run's training settings.
        plan: how many steps there are.
        engine: device and precision.
        seed: of the order of the data.
    """

    def __init__(
        self,
        model: Trainable,
        features: Sequence[Features],
        config: TrainingConfig,
        plan: Plan,
        engine: Engine,
        seed: int,
    ) -> None:
        self.model = model
        self.features = features
        self.config = config
        self.plan = plan
        self.engine = engine
        self.seed = seed
        self.position = Position()
        self.optimiser = make_optimiser(model, config)
        self._prepared = engine.prepare(self.optimiser)
        self._lengths = [row.length for row in features]
        self._parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]

    def steps(self) -> Iterator[Step]:
        """Make steps until the plan's end; ``position`` is up to date whenever one is yielded.

        Raises:
            TrainingError: the loss or the gradients are not finite.
        """
        position = self.position
        while position.step < self.plan.total_steps:
            batches = epoch_batches(self._lengths, self.config, self.seed, position.epoch)
            while position.batch < len(batches) and position.step < self.plan.total_steps:
                group = batches[position.batch : position.batch + self.config.gradient_accumulation_steps]
                last = position.batch + len(group) == len(batches)
                passed = position.epoch + (position.batch + len(group)) / len(batches)
                step = self._step(group, passed)
                position.batch += len(group)
                if last:
                    position.epoch, position.batch = position.epoch + 1, 0
                self._count(step)
                yield step
                if last:
                    break

    def _step(self, group: Sequence[Sequence[int]], epoch: float) -> Step:
        began = time.perf_counter()
        step = self.position.step + 1
        self.model.train()
        factor = rate_factor(step, self.plan.total_steps, self.plan.warmup_steps, self.config.lr_scheduler_type)
        set_rates(self.optimiser, factor)
        loss = self._backward([[self.features[row] for row in rows] for rows in group], step)
        norm = self.engine.clip(self._parameters, self.config.gradient_clip)
        if not math.isfinite(norm) and self.config.mixed_precision != "fp16":
            raise _diverged(f"the gradients are not finite (loss {loss:g})", step, self.config)
        self._prepared.step()
        self._prepared.zero_grad()
        return Step(
            step=step,
            epoch=epoch,
            loss=loss,
            learning_rate=self.config.learning_rate * factor,
            grad_norm=norm,
            tokens=sum(self._lengths[row] for rows in group for row in rows),
            padded_tokens=sum(padded_tokens(self._lengths, rows) for rows in group),
            seconds=time.perf_counter() - began,
            skipped=bool(self._prepared.step_was_skipped),
        )

    def _backward(self, group: Sequence[Sequence[Any]], step: int) -> float:
        """Gradients of the mean over all batches of the group, and that mean."""
        weights = [self.model.loss_weight(rows) for rows in group] if len(group) > 1 else [1.0]
        whole = sum(weights) or 1.0
        total = 0.0
        for rows, weight in zip(group, weights, strict=True):
            with self.engine.autocast():
                output = self.model(self.model.to_device(self.model.collate(rows)))
            assert output.loss is not None, "a model gives a loss for rows encoded with gold"
            loss = output.loss * (weight / whole)
            value = float(loss.detach())
            if not math.isfinite(value):
                raise _diverged(f"the loss is {value}", step, self.config)
            self.engine.backward(loss)
            total += value
        return total

    def _count(self, step: Step) -> None:
        position = self.position
        position.step = step.step
        position.passed = step.epoch
        position.tokens += step.tokens
        position.padded_tokens += step.padded_tokens
        position.seconds += step.seconds
        position.loss_sum += step.loss
        position.loss_steps += 1
        position.skipped_in_a_row = position.skipped_in_a_row + 1 if step.skipped else 0
        if position.skipped_in_a_row > MOST_SKIPPED:
            raise _diverged("fp16 gradients overflow at every loss scale", step.step, self.config)


def _diverged(what: str, step: int, config: TrainingConfig) -> TrainingError:
    advice = [f"a smaller learning_rate (now {config.learning_rate:g})"]
    if config.bert_learning_rate is not None:
        advice.append(f"a smaller bert_learning_rate (now {config.bert_learning_rate:g})")
    advice.append("a longer warm-up")
    if config.mixed_precision != "fp32":
        advice.append(f"precision fp32 (now {config.mixed_precision})")
    advice.append(f"a smaller gradient_clip (now {config.gradient_clip:g})")
    return TrainingError(f"training stopped at step {step}: {what}. Try {', '.join(advice)}")
