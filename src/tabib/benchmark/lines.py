"""What is said of a cell that is at work where there is no live bar: a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

from tabib.training.events import DevScore, Plan, Step
from tabib.training.predicting import Predicting

EVERY = 60.0
"""Seconds between two lines about one cell, at least. The first dev score is always said."""


class Lines:
    """An observer that says step, loss and dev score: at dev scores, and in long stretches without one.

    Args:
        title: what a line begins with.
        say: prints a line.
    """

    def __init__(self, title: str, say: Callable[[str], None]) -> None:
        self._title = title
        self._say = say
        self._predicting = Predicting()
        self._total = 0
        self._losses: list[float] = []
        self._dev = ""
        self._last = time.monotonic()

    def start(self, plan: Plan, first_step: int) -> None:  # noqa: ARG002 - a remark says where it goes on
        self._total = plan.total_steps
        self._last = time.monotonic()

    def step(self, step: Step) -> None:
        self._losses.append(step.loss)
        if time.monotonic() - self._last >= EVERY:
            self._line(step.step, sum(self._losses) / len(self._losses), self._dev)

    def dev(self, score: DevScore) -> None:
        value = f"undefined ({score.reason})" if score.score is None else f"{score.score:.4f}"
        text = f"dev {score.metric} {value}"
        first, self._dev = not self._dev, f"{text} at step {score.step}"
        if first or time.monotonic() - self._last >= EVERY:
            self._line(score.step, score.loss, text + (" (best)" if score.best else ""))

    def note(self, text: str) -> None:
        self._say(f"{self._title}  {text}")

    def stop(self) -> None:
        pass

    def predicting(self, split: str, done: int, total: int) -> None:
        if line := self._predicting.line(split, done, total):
            self._say(f"{self._title}  {line}")

    def _line(self, step: int, loss: float, dev: str) -> None:
        facts = [f"step {step}/{self._total}", dev, f"loss {loss:.4f}"]
        self._say(f"{self._title}  {', '.join(fact for fact in facts if fact)}")
        self._losses.clear()
        self._last = time.monotonic()
