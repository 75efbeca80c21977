"""What is said of a cell without a live bar: enough to see that it goes on, and no flood."""

from __future__ import annotations

import pytest

from tabib.benchmark import lines as module
from tabib.benchmark.lines import EVERY, Lines
from tabib.training.events import DevScore, Plan, Step

PLAN = Plan(total_steps=400, steps_per_epoch=100, warmup_steps=0, eval_every=50, save_every=None)


def step(number: int, loss: float) -> Step:
    return Step(number, number / 100, loss, 1e-3, 1.0, 100, 120, 0.1)


def dev(number: int, score: float | None = 0.5) -> DevScore:
    reason = "" if score is not None else "no gold"
    return DevScore(number, number / 100, "f1", score, 0.25, best=True, seconds=1.0, reason=reason)


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def test_the_first_dev_score_is_said_and_then_at_most_one_line_a_minute(clock: Clock) -> None:
    said: list[str] = []
    lines = Lines("emea, MiniLM, seed 1", said.append)
    lines.start(PLAN, 0)
    lines.step(step(50, 1.0))
    lines.dev(dev(50))
    assert said == ["emea, MiniLM, seed 1  step 50/400, dev f1 0.5000 (best), loss 0.2500"]
    lines.dev(dev(100))
    clock.now = EVERY
    lines.dev(dev(150, None))
    assert said[1:] == ["emea, MiniLM, seed 1  step 150/400, dev f1 undefined (no gold) (best), loss 0.2500"]


def test_a_long_stretch_without_dev_scores_is_not_silent(clock: Clock) -> None:
    said: list[str] = []
    lines = Lines("t", said.append)
    lines.start(PLAN, 0)
    lines.step(step(1, 3.0))
    clock.now = EVERY
    lines.step(step(2, 1.0))
    lines.step(step(3, 1.0))
    assert said == ["t  step 2/400, loss 2.0000"]
    lines.note("goes on")
    assert said[1] == "t  goes on"
