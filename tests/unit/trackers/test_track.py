"""Trackers are checked before anything runs, and one that fails takes no other with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tabib.config.output import Mlflow, OutputConfig, RunOutput, Wandb
from tabib.core.errors import MissingExtraError, TrackerError
from tabib.trackers.base import Story
from tabib.trackers.track import tell_all, trackers_of


class Fake:
    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name = name
        self.error = error

    def require(self, *, touch: bool = True) -> None:
        pass

    def tell(self, story: Story) -> str:
        if self.error is not None:
            raise self.error
        return f"{self.name}: {len(story.runs)} runs"


def test_none_is_asked_for_by_default(tmp_path: Path) -> None:
    assert trackers_of(OutputConfig(), tmp_path) == []
    assert trackers_of(None, tmp_path) == []


def test_both_can_be_asked_for(tmp_path: Path) -> None:
    output = OutputConfig(wandb=Wandb(project="p"), mlflow=Mlflow(experiment="e"))
    assert [tracker.name for tracker in trackers_of(output, tmp_path)] == ["W&B", "MLflow"]


def test_checking_imports_neither_of_them(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys; from pathlib import Path; from tabib.config.output import *;"
        "from tabib.trackers.track import trackers_of;"
        "output = OutputConfig(wandb=Wandb(project='p'), mlflow=Mlflow(experiment='e'));"
        f"trackers_of(output, Path({str(tmp_path)!r}));"
        "print(sorted({'wandb', 'mlflow', 'torch', 'sqlalchemy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("package", "output", "extra"),
    [
        ("wandb", RunOutput(wandb=Wandb(project="p")), "wandb"),
        ("mlflow", RunOutput(mlflow=Mlflow(experiment="e")), "mlflow"),
        ("sqlalchemy", RunOutput(mlflow=Mlflow(experiment="e")), "mlflow"),
    ],
)
def test_a_missing_extra_is_named(
    package: str, output: RunOutput, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tabib.trackers.packages.find_spec", lambda name: None if name == package else sys.__spec__
    )
    with pytest.raises(MissingExtraError, match=rf"{package} is not installed.*tabib\[{extra}\]"):
        trackers_of(output, tmp_path)


def test_a_folder_called_wandb_is_not_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wandb").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    with pytest.raises(MissingExtraError, match="wandb is not installed"):
        trackers_of(RunOutput(wandb=Wandb(project="p")), tmp_path)


def test_every_tracker_is_told_though_one_fails_and_the_failure_is_raised_at_the_end() -> None:
    said: list[str] = []
    trackers = [Fake("one", OSError("no space left\non this disk")), Fake("two")]
    with pytest.raises(
        TrackerError, match=r"are written, but not tracked \(one: OSError: no space left\)"
    ) as error:
        tell_all(trackers, lambda: Story(()), said.append)
    assert said == ["two: 0 runs"]
    assert error.value.exit_code == 1


def test_without_trackers_nothing_is_read() -> None:
    tell_all([], lambda: pytest.fail("nobody asked"), print)
