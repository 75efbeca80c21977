"""What training tells whoever looks on: steps, dev scores, remarks. No torch here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a training run is and when it stops to look.

    Args:
        total_steps: optimiser steps of the whole run.
        steps_per_epoch: optimiser steps of its first epoch.
        warmup_steps: steps over which the learning rate rises.
        eval_every: dev is scored after every so many steps, and after the last one; 0 without a dev split.
        save_every: a checkpoint after every so many steps; None: with a dev score, at most once a minute.
    """

    total_steps: int
    steps_per_epoch: int
    warmup_steps: int
    eval_every: int
    save_every: int | None

    def eval_due(self, step: int) -> bool:
        return self.eval_every > 0 and step > 0 and (step % self.eval_every == 0 or step == self.total_steps)


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser step.

    Args:
        step: 1 for the first.
        epoch: passes over the data so far; 1.5 is the middle of the second.
        loss: mean over all rows of the step, accumulated batches weighted by what their means are over.
        learning_rate: of the new layers.
        grad_norm: of all gradients together, before clipping.
        tokens: sub-tokens read in this step, without padding.
        padded_tokens: the same with padding.
        seconds: wall time of this step.
        skipped: fp16 only: the gradients overflowed and the weights stayed as they were.
    """

    step: int
    epoch: float
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    padded_tokens: int
    seconds: float
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class DevScore:
    """One look at dev.

    Args:
        score: of the metric that chooses the weights; None with a ``reason`` where it is undefined.
        loss: mean training loss since the look before.
        best: whether these are the best weights so far.
        seconds: wall time of predicting and scoring.
    """

    step: int
    epoch: float
    metric: str
    score: float | None
    loss: float
    best: bool
    seconds: float
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Observer(Protocol):
    """Looks on while a model is fitted and predicts; must not touch random states or weights."""

    def start(self, plan: Plan, first_step: int) -> None:
        """Training begins, or goes on after ``first_step`` steps done earlier."""

    def step(self, step: Step) -> None:
        """An optimiser step was made."""

    def dev(self, score: DevScore) -> None:
        """Dev was scored."""

    def note(self, text: str) -> None:
        """Something that the person who waits should know, one line."""

    def stop(self) -> None:
        """Training has ended, well or not."""

    def predicting(self, split: str, done: int, total: int) -> None:
        """So many of a split's documents have been predicted; called with ``done`` 0 before the first, and with
        ``total`` after the last, or where it ended in another way.
        """


class Silent:
    """The observer that says nothing."""

    def start(self, plan: Plan, first_step: int) -> None:
        pass

    def step(self, step: Step) -> None:
        pass

    def dev(self, score: DevScore) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def stop(self) -> None:
        pass

    def predicting(self, split: str, done: int, total: int) -> None:
        pass
