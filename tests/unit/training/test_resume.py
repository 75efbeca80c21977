"""A run that was stopped goes on as if nothing had happened, or says why it cannot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError, Interrupted
from tabib.training.fit import fit
from tabib.training.report import FitReport

SETTINGS: dict[str, Any] = {"max_steps": 12, "learning_rate": 0.02, "eval_steps": 4, "save_steps": 5}


def run(tiny: ModuleType, folder: Path, head: Any = None, observer: Any = None, **settings: Any) -> FitReport:
    head = tiny.head() if head is None else head
    config = TrainingConfig(**SETTINGS | settings)
    train, dev = tiny.examples(40), tiny.examples(20, seed=1)
    return fit(head, train, dev, config, task=tiny.TASK, seed=0, folder=folder, observer=observer)


def interrupting(recorder: Any, step: int, number: int = signal.SIGTERM) -> Any:
    """The recorder, which also sends a signal to this process in the middle of a step."""
    plain = recorder.step

    def take(event: Any) -> None:
        plain(event)
        if event.step == step:
            os.kill(os.getpid(), number)

    recorder.step = take
    return recorder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", [1, 4, 7, 12])  # 4 and 12 are when dev is due
def test_a_signal_saves_and_the_rerun_ends_with_the_same_bits(
    tiny: ModuleType, tmp_path: Path, make_recorder: Any, number: int, step: int
) -> None:
    whole, first, second = make_recorder(), interrupting(make_recorder(), step, number), make_recorder()
    expected = tiny.head()
    report = run(tiny, tmp_path / "whole", expected, whole)
    with pytest.raises(Interrupted, match=rf"{signal.Signals(number).name} after step {step} of 12"):
        run(tiny, tmp_path / "cut", tiny.head(), first)
    head = tiny.head(seed=99)  # its initial weights do not matter any more
    resumed = run(tiny, tmp_path / "cut", head, second)
    assert first.stopped == second.stopped == 1
    assert first.losses + second.losses == whole.losses
    assert second.notes == [f"goes on after step {step} of 12"]
    assert all(
        torch.equal(one, other) for one, other in zip(head.parameters(), expected.parameters(), strict=True)
    )
    assert (resumed.train_tokens, resumed.best_step) == (report.train_tokens, report.best_step)
    assert [(row.step, row.score) for row in resumed.history] == [(row.step, row.score) for row in report.history]


def test_seconds_go_on(tiny: ModuleType, tmp_path: Path, make_recorder: Any) -> None:
    first, second = interrupting(make_recorder(), 6), make_recorder()
    with pytest.raises(Interrupted):
        run(tiny, tmp_path, observer=first)
    report = run(tiny, tmp_path, observer=second)
    assert report.seconds == pytest.approx(sum(step.seconds for step in first.steps + second.steps))


def test_handlers_come_back(tiny: ModuleType, tmp_path: Path, make_recorder: Any) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    run(tiny, tmp_path / "a")
    with pytest.raises(Interrupted):
        run(tiny, tmp_path / "b", observer=interrupting(make_recorder(), 2))
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """As at a terminal; a program that was started in the background is born with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_a_second_ctrl_c_is_not_held_back(tiny: ModuleType, tmp_path: Path, recorder: Any) -> None:
    def take(event: Any) -> None:
        if event.step == 2:
            # Not os.kill: of two equal signals that both wait, the second one is dropped.
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    recorder.step = take
    with pytest.raises(KeyboardInterrupt):
        run(tiny, tmp_path, observer=recorder)


def test_it_trains_in_another_thread_where_signals_cannot_be_handled(tiny: ModuleType, tmp_path: Path) -> None:
    reports: list[FitReport] = []
    thread = threading.Thread(target=lambda: reports.append(run(tiny, tmp_path)))
    thread.start()
    thread.join()
    assert reports[0].steps == 12


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"per_device_train_batch_size": 8}, "per_device_train_batch_size was 16 and is now 8"),
        ({"max_steps": 20}, "max_steps was 12 and is now 20"),
        ({"learning_rate": 0.01}, "learning_rate was 0.02 and is now 0.01"),
    ],
)
def test_other_settings_are_refused(
    tiny: ModuleType, tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    run(tiny, tmp_path)
    with pytest.raises(ConfigError, match=rf"{message}.*delete that folder to train from the start"):
        run(tiny, tmp_path, **settings)


def test_other_data_another_seed_or_another_head_are_refused(tiny: ModuleType, tmp_path: Path) -> None:
    run(tiny, tmp_path)
    config = TrainingConfig(**SETTINGS)
    data = {"head": tiny.head(), "train": tiny.examples(40), "dev": tiny.examples(20, seed=1), "seed": 0}
    for change, message in (
        ({"train": tiny.examples(41)}, "training rows"),
        ({"dev": tiny.examples(21, seed=1)}, "dev documents"),
        ({"seed": 1}, "seed was 0 and is now 1"),
        ({"head": tiny.head(dropout=0.5)}, r"backend_args.dropout was 0.2 and is now 0.5"),
    ):
        values: dict[str, Any] = data | change
        with pytest.raises(ConfigError, match=message):
            fit(
                values["head"],
                values["train"],
                values["dev"],
                config,
                task=tiny.TASK,
                seed=values["seed"],
                folder=tmp_path,
            )


def test_how_often_to_save_may_change(tiny: ModuleType, tmp_path: Path, recorder: Any) -> None:
    run(tiny, tmp_path)
    run(tiny, tmp_path, observer=recorder, save_steps=2)
    assert recorder.first_step == 10


def test_a_run_that_stopped_early_stays_stopped(tiny: ModuleType, tmp_path: Path, recorder: Any) -> None:
    settings = {"metric_for_best_model": "nothing", "early_stopping_patience": 1, "save_steps": 4}
    assert run(tiny, tmp_path, **settings).stopped_early
    assert run(tiny, tmp_path, observer=recorder, **settings).stopped_early
    assert recorder.steps == []


def test_checkpoints_are_not_written_every_moment_by_default(tiny: ModuleType, tmp_path: Path) -> None:
    run(tiny, tmp_path, save_steps=None)
    assert list(tmp_path.iterdir()) == [], "a run of a second needs none"


@pytest.mark.slow
def test_kill_at_any_moment_and_the_rerun_ends_with_the_same_bits(tmp_path: Path) -> None:
    """Dropout, accumulation and dev scores on; killed while stepping, writing, flushing and renaming."""
    script = Path(__file__).with_name("killed_run.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "11"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 3, "it was killed a few times"
    whole, killed = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("whole", "killed"))
    assert killed["weights"] == whole["weights"]
    assert killed["report"] == whole["report"]
    assert killed["seconds"] > 0
    for file in ("model", "optimiser", "random"):
        last = [next((tmp_path / name / "checkpoints").glob("0*-step-39")) for name in ("whole", "killed")]
        one, other = ((folder / f"{file}.safetensors").read_bytes() for folder in last)
        assert one == other, f"{file} of the last checkpoint"
