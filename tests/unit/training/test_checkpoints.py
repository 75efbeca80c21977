"""A checkpoint is complete or not there, and gives back every bit."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tabib.core.errors import RecordError
from tabib.training.checkpoints import Best, Checkpoint, CheckpointFolder
from tabib.training.randomness import random_state, set_random_state


def checkpoint(step: int, best_step: int | None = None, value: float = 1.0) -> Checkpoint:
    tensors, rest = random_state()
    parameter = torch.nn.Parameter(torch.full((2, 3), value))
    optimiser = torch.optim.AdamW([parameter], lr=0.1)
    parameter.grad = torch.rand(2, 3)
    optimiser.step()
    best = None if best_step is None else Best(best_step, {"w": torch.full((2,), value)}, {"threshold": 0.1})
    return Checkpoint(
        {"seed": 1}, {"step": step}, {"w": parameter}, optimiser.state_dict(), tensors, rest, {"scale": 2.0}, best
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_written_is_read_back_to_the_bit(tmp_path: Path) -> None:
    written = checkpoint(3, best_step=2, value=0.1)
    read = CheckpointFolder(tmp_path).read(CheckpointFolder(tmp_path).write(written))
    assert (read.identity, read.position, read.engine) == (written.identity, written.position, written.engine)
    assert torch.equal(read.weights["w"], written.weights["w"])
    for name, tensor in written.optimiser["state"][0].items():
        assert torch.equal(read.optimiser["state"][0][name], tensor)
    assert read.optimiser["param_groups"][0]["lr"] == 0.1
    assert read.best is not None
    assert (read.best.step, read.best.head_state) == (2, {"threshold": 0.1})
    assert torch.equal(read.best.weights["w"], torch.full((2,), 0.1))


def test_no_pickles_are_written(tmp_path: Path) -> None:
    CheckpointFolder(tmp_path).write(checkpoint(1, best_step=1))
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".json", ".safetensors"}


def test_only_the_newest_and_the_best_are_kept(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    folder.write(checkpoint(5, best_step=4))
    folder.write(checkpoint(9, best_step=4))
    assert names(tmp_path) == ["000002-step-9", "best-step-4"]
    folder.write(checkpoint(12, best_step=10))
    assert names(tmp_path) == ["000003-step-12", "best-step-10"]


def test_the_same_step_can_be_saved_again(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    folder.write(checkpoint(5))
    folder.write(checkpoint(5, best_step=5))
    assert names(tmp_path) == ["000002-step-5", "best-step-5"]


def test_what_an_interrupted_write_left_is_ignored_and_removed(tmp_path: Path) -> None:
    CheckpointFolder(tmp_path).write(checkpoint(5, best_step=4))
    unfinished = tmp_path / "tmp-000002-step-9"
    unfinished.mkdir()
    (unfinished / "model.safetensors").write_bytes(b"half")
    (tmp_path / "best-step-9").mkdir()  # complete, but no checkpoint names it yet
    folder = CheckpointFolder(tmp_path)
    newest = folder.newest()
    assert newest is not None
    assert folder.read(newest).position == {"step": 5}
    assert names(tmp_path) == ["000001-step-5", "best-step-4"]


def test_best_weights_without_any_checkpoint_are_removed(tmp_path: Path) -> None:
    (tmp_path / "best-step-9").mkdir()
    assert CheckpointFolder(tmp_path).newest() is None
    assert names(tmp_path) == []


@pytest.mark.parametrize("file", ["model.safetensors", "optimiser.safetensors", "state.json"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_checkpoint_is_a_clear_error_not_a_fresh_start(tmp_path: Path, file: str, harm: str) -> None:
    path = CheckpointFolder(tmp_path).write(checkpoint(5))
    if harm == "cut":
        (path / file).write_bytes((path / file).read_bytes()[:20])
    else:
        (path / file).unlink()
    with pytest.raises(RecordError, match=r"000001-step-5 is damaged .* delete .* to train from the start"):
        CheckpointFolder(tmp_path).read(path)


def test_a_folder_is_not_made_before_it_is_needed(tmp_path: Path) -> None:
    CheckpointFolder(tmp_path / "checkpoints")
    assert names(tmp_path) == []


def test_random_states_go_on_where_they_were(tmp_path: Path) -> None:
    def draw() -> list[float]:
        normal = float(np.random.normal())  # leaves a second value behind, which is part of the state
        return [random.random(), random.gauss(0, 1), normal, *torch.rand(3).tolist()]

    draw()
    path = CheckpointFolder(tmp_path).write(checkpoint(1))
    expected: Any = None
    for _ in range(2):
        read = CheckpointFolder(tmp_path).read(path)
        set_random_state(read.random_tensors, read.random_rest)
        drawn = draw()
        assert expected is None or drawn == expected
        expected = drawn
