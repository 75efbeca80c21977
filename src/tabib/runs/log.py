"""``train_log.jsonl``: one line for each training step and each dev score, for curves."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tabib.records.files import to_json, write_atomically
from tabib.training.events import DevScore, Observer, Plan, Silent, Step


class Logged:
    """An observer that writes what it sees to a file and passes it on.

    A run that goes on from a checkpoint keeps the lines up to it; those that a kill left beyond it go.
    """

    def __init__(self, path: Path, observer: Observer | None = None) -> None:
        self._path = path
        self._next = observer or Silent()
        self._file: TextIO | None = None

    def start(self, plan: Plan, first_step: int) -> None:
        self._keep_until(first_step)
        self._file = self._path.open("a", encoding="utf-8", newline="\n")
        self._next.start(plan, first_step)

    def step(self, step: Step) -> None:
        # Not the time of day nor anything else that differs between two equal runs, but for the seconds.
        row = {"step": step.step, "loss": _finite(step.loss), "learning_rate": step.learning_rate}
        row |= {"grad_norm": _finite(step.grad_norm), "tokens": step.tokens, "seconds": round(step.seconds, 4)}
        self._write(row)
        self._next.step(step)

    def dev(self, score: DevScore) -> None:
        self._write({"dev": asdict(score) | {"loss": _finite(score.loss)}, "step": score.step})
        self._next.dev(score)

    def note(self, text: str) -> None:
        self._next.note(text)

    def stop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._next.stop()

    def predicting(self, split: str, done: int, total: int) -> None:
        self._next.predicting(split, done, total)

    def _write(self, row: dict[str, Any]) -> None:
        assert self._file is not None, "start comes first"
        self._file.write(to_json(row, indent=None) + "\n")
        self._file.flush()  # else a kill would lose lines of steps that are in the checkpoint

    def _keep_until(self, last: int) -> None:
        if not self._path.is_file():
            return
        kept = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                if json.loads(line)["step"] <= last:
                    kept.append(line + "\n")
            except (ValueError, KeyError, TypeError):  # a line cut short by a kill
                continue
        write_atomically(self._path, "".join(kept))


def _finite(value: float) -> float | None:
    """JSON has no NaN; a loss that is one ends the run anyway."""
    return value if value == value and abs(value) != float("inf") else None
