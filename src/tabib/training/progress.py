"""How training looks to the person who waits: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column

from tabib.training.events import DevScore, Observer, Plan, Step
from tabib.training.predicting import Predicting, duration

_RECENT = 50
"""Steps whose mean loss and speed are shown."""
_WIDE = 110
"""Columns of a terminal from which there is room for a longer bar."""
_FACTS = 60
"""Columns that the counts and numbers beside the bar may take."""


def training_observer(title: str, stream: TextIO | None = None) -> Observer:
    """A bar if ``stream`` (standard error by default) is a terminal, otherwise plain lines."""
    stream = stream or sys.stderr
    console = Console(file=stream, stderr=False)
    # A "dumb" terminal cannot move its cursor back, so a bar would be printed anew each time.
    if stream.isatty() and not console.is_dumb_terminal:
        return Bar(title, console)
    return Lines(title, stream)


class Pace:
    """Recent loss and speed, and the time left, dev scores included."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=_RECENT)
        self._began = 0.0
        self._first_step = 0
        self._plan: Plan | None = None

    def start(self, plan: Plan, first_step: int) -> None:
        self._plan, self._first_step, self._began = plan, first_step, time.monotonic()
        self._steps.clear()

    def step(self, step: Step) -> None:
        self._steps.append(step)

    @property
    def loss(self) -> float:
        return sum(step.loss for step in self._steps) / max(1, len(self._steps))

    @property
    def tokens_per_second(self) -> float:
        seconds = sum(step.seconds for step in self._steps)
        return sum(step.tokens for step in self._steps) / seconds if seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None before the first step."""
        if self._plan is None or not self._steps:
            return None
        done = self._steps[-1].step
        elapsed = time.monotonic() - self._began
        return elapsed / (done - self._first_step) * (self._plan.total_steps - done)


class Bar:
    """One live line with loss, dev score, speed and time left; dev scores and remarks stay above it."""

    def __init__(self, title: str, console: Console) -> None:
        self._title = escape(title)
        self._pace = Pace()
        self._dev = ""
        self._last: Step | None = None
        bar = 20 if console.width >= _WIDE else 8
        self._short = escape(_shorten(title, max(8, console.width - _FACTS - bar)))
        self._progress = Progress(
            TextColumn("[bold]{task.description}", table_column=Column(no_wrap=True)),
            BarColumn(bar_width=bar),
            TextColumn("{task.completed:.0f}/{task.total:.0f}", table_column=Column(no_wrap=True)),
            TextColumn("[cyan]{task.fields[facts]}", table_column=Column(no_wrap=True)),
            console=console,
            refresh_per_second=4,
            transient=True,
        )
        self._task: TaskID | None = None
        self._prediction: TaskID | None = None

    def start(self, plan: Plan, first_step: int) -> None:
        self._pace.start(plan, first_step)
        self._task = self._progress.add_task(
            self._short, total=plan.total_steps, completed=first_step, facts="starting"
        )
        self._progress.start()

    def step(self, step: Step) -> None:
        assert self._task is not None
        self._last = step
        self._pace.step(step)
        facts = [f"loss {self._pace.loss:.3f}", f"{_count(self._pace.tokens_per_second)} tok/s"]
        left = self._pace.seconds_left
        if left is not None:
            facts.append(f"{duration(left)} left")
        if self._dev:
            facts.insert(1, self._dev)
        self._progress.update(self._task, completed=step.step, facts="  ".join(facts))

    def dev(self, score: DevScore) -> None:
        if score.best:
            self._dev = f"dev {score.score:.3f}"
        self._say(_dev_line(score))

    def note(self, text: str) -> None:
        self._say(text)

    def stop(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        self._progress.stop()
        if self._last is not None:
            best = f", best {self._dev}" if self._dev else ""
            self._say(f"ended after step {self._last.step}, loss {self._pace.loss:.4f}{best}")

    def predicting(self, split: str, done: int, total: int) -> None:
        if self._prediction is None and done < total:
            self._prediction = self._progress.add_task(self._short, total=total, facts=f"predicting {split}")
            self._progress.start()
        if self._prediction is not None:
            self._progress.update(self._prediction, completed=done)
            if done >= total:
                self._progress.remove_task(self._prediction)
                self._progress.stop()
                self._prediction = None

    def _say(self, text: str) -> None:
        self._progress.console.print(f"[dim]{self._title}[/]  {escape(text)}", highlight=False)


class Lines:
    """One line at the start, at each dev score and at the end: readable in a log file."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self._title = title
        self._stream = stream
        self._pace = Pace()
        self._predicting = Predicting()
        self._total = 0
        self._last = 0

    def start(self, plan: Plan, first_step: int) -> None:
        self._pace.start(plan, first_step)
        self._total, self._last = plan.total_steps, first_step
        self._print(f"training, {plan.total_steps} steps ({plan.steps_per_epoch} an epoch)")

    def step(self, step: Step) -> None:
        self._pace.step(step)
        self._last = step.step

    def dev(self, score: DevScore) -> None:
        left = self._pace.seconds_left
        tail = "" if not left else f", {duration(left)} left"
        self._print(f"{_dev_line(score)}, {_count(self._pace.tokens_per_second)} tokens/s{tail}")

    def note(self, text: str) -> None:
        self._print(text)

    def stop(self) -> None:
        self._print(f"training ended after step {self._last} of {self._total}, loss {self._pace.loss:.4f}")

    def predicting(self, split: str, done: int, total: int) -> None:
        if line := self._predicting.line(split, done, total):
            self._print(line)

    def _print(self, text: str) -> None:
        print(f"{self._title}: {text}", file=self._stream, flush=True)


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _dev_line(score: DevScore) -> str:
    value = f"undefined ({score.reason})" if score.score is None else f"{score.score:.4f}"
    best = " (best)" if score.best else ""
    return f"step {score.step}: dev {score.metric} {value}{best}, loss {score.loss:.4f}"


def _count(value: float) -> str:
    return f"{value / 1000:.1f}k" if value >= 10_000 else f"{value:.0f}"
