"""Hands the minute head of ``tiny.py`` to the tests of this folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    path = Path(__file__).with_name("tiny.py")
    spec = importlib.util.spec_from_file_location("tabib_tests_tiny", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


class Recorder:
    """An observer that keeps all that it is told."""

    def __init__(self) -> None:
        self.plan: Any = None
        self.first_step = -1
        self.steps: list[Any] = []
        self.scores: list[Any] = []
        self.notes: list[str] = []
        self.stopped = 0

    def start(self, plan: Any, first_step: int) -> None:
        self.plan, self.first_step = plan, first_step

    def step(self, step: Any) -> None:
        self.steps.append(step)

    def dev(self, score: Any) -> None:
        self.scores.append(score)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def stop(self) -> None:
        self.stopped += 1

    @property
    def losses(self) -> list[float]:
        return [step.loss for step in self.steps]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def make_recorder() -> type[Recorder]:
    return Recorder
