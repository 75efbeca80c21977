"""Checkpoints on disk: complete or not there at all, safetensors and JSON only.

A checkpoint is a folder ``<serial>-step-<step>`` with ``model.safetensors``, ``optimiser.safetensors``,
``random.safetensors`` and ``state.json``; the best weights lie beside it in ``best-step-<step>``. A folder is
written under a temporary name, flushed to the disk, and renamed; so a process killed at any moment leaves the
newest complete checkpoint, and perhaps a temporary folder that the next sitting removes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from tabib.core.errors import RecordError

_TEMPORARY = "tmp-"
Weights = dict[str, Tensor]


@dataclass(slots=True)
class Best:
    """The best weights so far, on the CPU, with what the model tuned for them."""

    step: int
    weights: Weights
    head_state: dict[str, Any]


@dataclass(slots=True)
class Checkpoint:
    """All that a run needs to go on as if nothing had happened.

    Args:
        identity: what must be the same for going on to be right; compared by whoever resumes.
        position: JSON types.
        weights: what training has changed of the model's.
        optimiser: its ``state_dict``.
        random_tensors, random_rest: the states of the random generators.
        engine: the gradient scaler's state.
        best: the best weights so far, if there are any.
    """

    identity: dict[str, Any]
    position: dict[str, Any]
    weights: Weights
    optimiser: dict[str, Any]
    random_tensors: Weights
    random_rest: dict[str, Any]
    engine: dict[str, Any]
    best: Best | None


class CheckpointFolder:
    """Keeps the newest checkpoint of one run, and the best weights that it names.

    Args:
        folder: made when the first checkpoint is written; what an interrupted write left in it is removed now.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in folder.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(path)
        if self.newest() is None:
            self._remove_all_but(None, None)

    def newest(self) -> Path | None:
        """The newest complete checkpoint."""
        return max(self.folder.glob("[0-9]*-step-*"), default=None)

    def write(self, checkpoint: Checkpoint) -> Path:
        """Write atomically, then remove what is older."""
        self.folder.mkdir(parents=True, exist_ok=True)
        best = checkpoint.best
        best_step = None if best is None else best.step
        if best is not None and not self._best(best.step).is_dir():
            self._atomically(self._best(best.step), lambda folder: _write_best(folder, best))
        newest = self.newest()
        serial = 1 if newest is None else int(newest.name.split("-")[0]) + 1
        path = self.folder / f"{serial:06d}-step-{checkpoint.position['step']}"
        self._atomically(path, lambda folder: _write_checkpoint(folder, checkpoint, best_step))
        self._remove_all_but(path, best_step)
        return path

    def read(self, path: Path) -> Checkpoint:
        """What ``write`` wrote. Best weights of a later step, left by a kill before their checkpoint, are removed.

        Raises:
            RecordError: a file is absent or damaged.
        """
        try:
            state = _read_json(path)
            self._remove_all_but(path, state["best_step"])
            best = None if state["best_step"] is None else _read_best(self._best(state["best_step"]))
            tensors = load_file(path / "optimiser.safetensors")
            return Checkpoint(
                identity=state["identity"],
                position=state["position"],
                weights=load_file(path / "model.safetensors"),
                optimiser={"state": _nest(tensors), "param_groups": state["param_groups"]},
                random_tensors=load_file(path / "random.safetensors"),
                random_rest=state["random"],
                engine=state["engine"],
                best=best,
            )
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise RecordError(
                f"the checkpoint {path} is damaged ({error}); delete {self.folder} to train from the start"
            ) from error

    def _best(self, step: int) -> Path:
        return self.folder / f"best-step-{step}"

    def _atomically(self, path: Path, write: Callable[[Path], None]) -> None:
        temporary = self.folder / f"{_TEMPORARY}{path.name}"
        temporary.mkdir()
        write(temporary)
        for file in (*temporary.iterdir(), temporary):
            _flush(file)
        os.rename(temporary, path)
        _flush(self.folder)

    def _remove_all_but(self, checkpoint: Path | None, best_step: int | None) -> None:
        kept = {checkpoint, None if best_step is None else self._best(best_step)}
        for path in (*self.folder.glob("[0-9]*-step-*"), *self.folder.glob("best-step-*")):
            if path not in kept:
                shutil.rmtree(path)


def copy_weights(state: Mapping[str, Tensor]) -> Weights:
    """A state dictionary on the CPU, sharing memory with nothing (tied weights are written twice)."""
    return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in state.items()}


def _write_checkpoint(folder: Path, checkpoint: Checkpoint, best_step: int | None) -> None:
    save_file(copy_weights(checkpoint.weights), folder / "model.safetensors")
    save_file(copy_weights(_flatten(checkpoint.optimiser["state"])), folder / "optimiser.safetensors")
    save_file(checkpoint.random_tensors, folder / "random.safetensors")
    state = {
        "identity": checkpoint.identity,
        "position": checkpoint.position,
        "param_groups": checkpoint.optimiser["param_groups"],
        "random": checkpoint.random_rest,
        "engine": checkpoint.engine,
        "best_step": best_step,
    }
    _write_json(folder, state)


def _write_best(folder: Path, best: Best) -> None:
    save_file(best.weights, folder / "model.safetensors")
    _write_json(folder, {"step": best.step, "head_state": best.head_state})


def _read_best(folder: Path) -> Best:
    state = _read_json(folder)
    return Best(state["step"], load_file(folder / "model.safetensors"), state["head_state"])


def _write_json(folder: Path, state: dict[str, Any]) -> None:
    # Python writes the shortest digits that give the same float back, so nothing is lost.
    text = json.dumps(state, ensure_ascii=False, allow_nan=False)
    (folder / "state.json").write_text(text, encoding="utf-8")


def _read_json(folder: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    return state


def _flatten(state: Mapping[int, Mapping[str, Tensor]]) -> Weights:
    return {f"{index}.{name}": tensor for index, row in state.items() for name, tensor in row.items()}


def _nest(tensors: Weights) -> dict[int, Weights]:
    state: dict[int, Weights] = {}
    for key, tensor in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = tensor
    return state


def _flush(path: Path) -> None:
    """Make sure that a file's contents, or a folder's entries, are on the disk."""
    if os.name != "posix" and path.is_dir():
        return  # only POSIX opens folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
