"""Trains in children that are killed with SIGKILL again and again until one of them gets to the end.

Run as ``python killed_run.py FOLDER SEED``; one process imports torch once, and forks. A child is killed either
at its n-th flush, rename or step (n drawn at random), so that every moment of writing a checkpoint is met, or by
its parent after a random time. Prints the number of kills. ``FOLDER/whole.json`` and ``FOLDER/killed.json`` tell
what a run that nobody touched and the killed one ended with.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import tiny
from safetensors.torch import save

from tabib.config.training import TrainingConfig
from tabib.training.events import Silent, Step
from tabib.training.fit import fit

CONFIG = TrainingConfig(
    max_steps=40,
    per_device_train_batch_size=4,
    gradient_accumulation_steps=2,
    learning_rate=0.01,
    eval_steps=7,
    save_steps=3,
    early_stopping_patience=5,
)


class Doom:
    """Kills its own process at the n-th event."""

    def __init__(self, events: int) -> None:
        self.left = events

    def event(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, function: Any) -> Any:
        def wrapped(*arguments: Any) -> Any:
            self.event()
            return function(*arguments)

        return wrapped


class Doomed(Silent):
    def __init__(self, doom: Doom) -> None:
        self.doom = doom

    def step(self, step: Step) -> None:  # noqa: ARG002
        self.doom.event()


def train(folder: Path, result: Path, doom: Doom | None) -> None:
    observer = None
    if doom is not None:
        os.fsync, os.rename = doom.before(os.fsync), doom.before(os.rename)
        observer = Doomed(doom)
    head = tiny.head()
    report = fit(
        head,
        tiny.examples(60),
        tiny.examples(20, seed=1),
        CONFIG,
        task=tiny.TASK,
        seed=3,
        folder=folder,
        observer=observer,
    )
    weights = hashlib.sha256(save(dict(head.state_dict()))).hexdigest()
    kept = report.to_json()
    seconds = kept.pop("seconds")
    kept.pop("dev_seconds")
    for row in kept["history"]:
        row.pop("seconds")
    result.write_text(json.dumps({"weights": weights, "report": kept, "seconds": seconds}))


def in_child(folder: Path, result: Path, doom: Doom | None, patience: float | None) -> bool:
    """Whether the child got to the end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            train(folder, result, doom)
            code = 0
        finally:
            os._exit(code)
    if patience is not None:
        time.sleep(patience)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        sys.exit("a child failed by itself")
    return os.WIFEXITED(status)


def main(folder: Path, seed: int) -> None:
    assert in_child(folder / "whole", folder / "whole.json", None, None)
    draw = random.Random(seed)
    kills = 0
    result = folder / "killed.json"
    while not result.exists():
        if draw.random() < 0.7:
            in_child(folder / "killed", result, Doom(draw.randint(1, 40)), None)
        else:
            in_child(folder / "killed", result, None, draw.uniform(0.02, 0.3))
        kills += 1
    print(kills - 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
