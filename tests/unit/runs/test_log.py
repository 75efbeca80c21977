"""The training log of a run that was stopped and went on reads like that of one that was not."""

from __future__ import annotations

import json
from pathlib import Path

from tabib.runs.log import Logged
from tabib.training.events import DevScore, Plan, Silent, Step

PLAN = Plan(total_steps=4, steps_per_epoch=2, warmup_steps=0, eval_every=2, save_every=None)


def step(number: int, loss: float = 1.0) -> Step:
    return Step(number, number / 2, loss, 1e-3, 0.5, tokens=10, padded_tokens=12, seconds=0.1)


class Counting(Silent):
    def __init__(self) -> None:
        self.steps: list[int] = []

    def step(self, step: Step) -> None:
        self.steps.append(step.step)


def test_steps_beyond_the_checkpoint_and_torn_lines_give_way_to_the_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "train_log.jsonl"
    first, seen = Logged(path), Counting()
    first.start(PLAN, 0)
    for number in (1, 2, 3):
        first.step(step(number, loss=1.0))
        if number == 2:
            first.dev(DevScore(2, 1.0, "f1", 0.5, 1.0, True, 0.1))
    with path.open("a") as file:
        file.write('{"step": 4, "lo')  # killed here; the checkpoint is of step 2
    first.stop()
    again = Logged(path, seen)
    again.start(PLAN, 2)
    for number in (3, 4):
        again.step(step(number, loss=2.0))
    again.stop()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 2, 3, 4]
    assert [row.get("loss") for row in rows] == [1.0, 1.0, None, 2.0, 2.0]
    assert rows[2]["dev"]["score"] == 0.5
    assert seen.steps == [3, 4]


def test_a_loss_that_is_no_number_is_none(tmp_path: Path) -> None:
    log = Logged(tmp_path / "log.jsonl")
    log.start(PLAN, 0)
    log.step(step(1, loss=float("nan")))
    log.stop()
    assert json.loads((tmp_path / "log.jsonl").read_text())["loss"] is None
