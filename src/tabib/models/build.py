"""Making a model from its row in the registry, and keeping it in a folder. Torch only for those that need it."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabib.config.preprocessing import WHOLE, Preprocessing
from tabib.config.schema import Schema
from tabib.core.errors import ConfigError, DataError, ModelError, TabibError
from tabib.models.base import Model
from tabib.registry import ModelEntry, find, models, nearest, resolve, tasks

MANIFEST = "model.json"


def build_model(
    entry: ModelEntry,
    task: str,
    labels: Sequence[str],
    options: Schema,
    *,
    weights: Path | None,
    seed: int,
    preprocessing: Preprocessing = WHOLE,
) -> Model:
    """An untrained model. The seed is set first, so that the initial weights of a head follow from it.

    Args:
        entry: the model's row in the registry.
        task: canonical name of the task.
        labels: the label set of train and dev.
        options: an instance of the schema that ``entry.options`` names.
        weights: the folder of the pretrained files (``find_weights``); for pretrained models only, unless they are
            on a server.
        seed: sets Python's, NumPy's and torch's generators.
        preprocessing: how documents are cut before the model sees them; kept with it.

    Raises:
        ConfigError: the model cannot do the task, or lacks weights.
        DataError: there is nothing to learn: no labels.
        ModelError: the weights do not fit.
    """
    kind: type[Model] = _class_of(entry, task)
    expected = resolve(entry.options)
    if not isinstance(options, expected):
        raise ConfigError(
            f"backend_args of model {entry.name!r} are {expected.__name__}, got {type(options).__name__}"
        )
    if not labels and find(tasks(), task, "task").has_labels:
        raise DataError(f"train and dev hold no label, so {entry.name!r} has nothing to learn for task {task!r}")
    if entry.pretrained and weights is None and not getattr(options, "remote", False):
        raise ConfigError(f"model {entry.name!r} starts from pretrained weights: set model_name_or_path")
    set_seed(seed, with_torch=entry.pretrained)
    model = kind.build(task, sorted(set(labels)), options, weights=weights, seed=seed)
    model.preprocessing = preprocessing
    return model


def set_seed(seed: int, *, with_torch: bool = True) -> None:
    """Seed Python's, NumPy's and torch's generators; torch only if it is asked for or already in use."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)
    if with_torch or "torch" in sys.modules:
        import torch

        torch.manual_seed(seed)


def save_model(model: Model, entry_name: str, folder: Path) -> None:
    """Write a model into ``folder`` (made if absent; it must be empty) so that ``load_model`` finds its class."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ModelError(f"{folder} is not empty; a model is saved into an empty folder")
    model.save(folder)
    manifest = {
        "model": entry_name,
        "task": model.task,
        "class": type(model).__name__,
        "preprocessing": model.preprocessing.model_dump(mode="json"),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def load_model(folder: Path, options: Schema | None = None) -> Model:
    """What ``save_model`` wrote; ``options`` are those of the run that it is loaded for, where there is one.

    Raises:
        ModelError: the folder holds no model, one of a class that this version does not know, or files of it are
            absent or damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelError(f"no model in {folder}: {MANIFEST} is absent")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        name, task, class_name = (str(manifest[key]) for key in ("model", "task", "class"))
        preprocessing = Preprocessing.model_validate(manifest.get("preprocessing", {}))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(_unreadable(path, error)) from error
    entry = find(models(), name, "model")
    kind = _class_of(entry, task)
    if kind.__name__ != class_name:
        raise ModelError(f"{folder} holds a {class_name}, but {entry.name!r} is a {kind.__name__} in this version")
    try:
        model: Model = kind.load(folder) if options is None else kind.load_for(folder, options)
    except (TabibError, MemoryError):
        raise
    except Exception as error:  # each library has its own errors for a file that is cut short
        raise ModelError(_unreadable(folder, error)) from error
    model.preprocessing = preprocessing
    return model


def _unreadable(path: Path, error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"the saved model cannot be loaded from {path}: {type(error).__name__}: {first}"


def _class_of(entry: ModelEntry, task: str) -> Any:
    if task not in entry.targets:
        raise ConfigError(
            f"model {entry.name!r} cannot do task {task!r}; it can do {', '.join(sorted(entry.targets))}."
            f" Models for {task!r}: {_models_for(task)}"
        )
    return resolve(entry.targets[task])


def _models_for(task: str) -> str:
    names = sorted(row.name for row in models().values() if task in row.targets)
    if names:
        return ", ".join(names)
    known = {name for row in models().values() for name in row.targets}
    return f"none{nearest(task, known)}"
