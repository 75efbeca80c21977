"""What a person sees while waiting: a bar on a terminal, a few whole lines in a file."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from tabib.training.events import DevScore, Plan, Step
from tabib.training.predicting import EVERY, Predicting, duration
from tabib.training.progress import Bar, Lines, Pace, training_observer

PLAN = Plan(total_steps=40, steps_per_epoch=20, warmup_steps=4, eval_every=20, save_every=None)


def step(number: int, loss: float = 0.5) -> Step:
    return Step(number, number / 20, loss, 1e-3, 1.0, tokens=300, padded_tokens=320, seconds=0.1)


def dev(number: int, score: float | None, *, best: bool = False, reason: str = "") -> DevScore:
    return DevScore(number, number / 20, "f1", score, 0.25, best, 0.1, reason)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def bar(width: int = 120) -> tuple[Bar, Terminal]:
    stream = Terminal()
    console = Console(file=stream, force_terminal=True, width=width, color_system=None)
    return Bar("emea / text [42]", console), stream


def last_frame(stream: Terminal) -> str:
    return stream.getvalue().replace("\r", "\n").split("\n")[-1]


def test_a_file_gets_lines_and_a_terminal_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(training_observer("x", io.StringIO()), Lines)
    assert isinstance(training_observer("x", Terminal()), Bar)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(training_observer("x", Terminal()), Lines)


def test_lines_come_at_the_start_at_dev_scores_and_at_the_end() -> None:
    stream = io.StringIO()
    lines = Lines("emea / text", stream)
    lines.start(PLAN, 0)
    for number in range(1, 41):
        lines.step(step(number))
        if number == 20:
            lines.dev(dev(20, 0.75, best=True))
    lines.dev(dev(40, None, reason="no gold"))
    lines.stop()
    assert stream.getvalue().splitlines() == [
        "emea / text: training, 40 steps (20 an epoch)",
        "emea / text: step 20: dev f1 0.7500 (best), loss 0.2500, 3000 tokens/s, 0s left",
        "emea / text: step 40: dev f1 undefined (no gold), loss 0.2500, 3000 tokens/s",
        "emea / text: training ended after step 40 of 40, loss 0.5000",
    ]
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("width", [72, 120])
def test_the_bar_is_one_line_with_all_that_matters(width: int) -> None:
    shown, stream = bar(width)
    shown.start(PLAN, 0)
    for number in range(1, 21):
        shown.step(step(number))
    shown.dev(dev(20, 0.75, best=True))
    shown.step(step(21))
    shown._progress.refresh()
    frame = last_frame(stream)
    for fact in ("21/40", "loss 0.500", "dev 0.750", "3000 tok/s", "left"):
        assert fact in frame
    assert "emea / text [42]" in frame or width == 72, "a title with brackets is shown as it is"
    shown.stop()


def test_dev_scores_and_remarks_stay_above_the_bar() -> None:
    shown, stream = bar()
    shown.start(PLAN, 10)
    shown.note("goes on after step 10 of 40")
    shown.step(step(11))
    shown.dev(dev(11, 0.5))
    shown.stop()
    text = stream.getvalue()
    assert "emea / text [42]  goes on after step 10 of 40" in text
    assert "step 11: dev f1 0.5000, loss 0.2500" in text
    assert "ended after step 11" in text


def test_the_time_left_counts_this_sitting_only(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace = Pace()
    pace.start(PLAN, 30)
    assert pace.seconds_left is None
    now[0] = 110.0
    pace.step(step(35))
    assert pace.seconds_left == pytest.approx(10)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0s"), (59, "59s"), (185, "3m05s"), (7620, "2h07m"), (3600, "1h00m")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_long_prediction_says_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("tabib.training.predicting.time.monotonic", lambda: clock[0])
    predicting = Predicting()
    assert predicting.line("dev", 0, 800) is None
    clock[0] += EVERY - 1
    assert predicting.line("dev", 90, 800) is None
    clock[0] += 11
    assert predicting.line("dev", 200, 800) == "dev: 200 of 800 documents predicted, 2m00s left"
    clock[0] += 1
    assert predicting.line("dev", 210, 800) is None
    clock[0] += EVERY
    assert predicting.line("dev", 800, 800) is None
    assert predicting.line("test", 0, 800) is None  # another split, another beginning


def test_a_prediction_has_a_bar_of_its_own_that_goes_when_it_ends() -> None:
    shown, stream = bar()
    shown.start(PLAN, 0)
    shown.step(step(1))
    shown.stop()
    shown.predicting("test", 0, 833)
    shown.predicting("test", 400, 833)
    shown._progress.refresh()
    assert "400/833 predicting test" in last_frame(stream)
    assert "loss" not in last_frame(stream)
    shown.predicting("test", 833, 833)
    shown.predicting("test", 833, 833)  # an end that is told twice
    assert not shown._progress.tasks
