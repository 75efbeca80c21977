"""What must be the same for a run to go on from a checkpoint."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from typing import Any

from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError
from tabib.models.trainable import Features, Trainable

OPERATIONAL = frozenset({"output_dir", "save_steps"})
"""Settings of ``training`` that change nothing in the result."""


def training_identity(
    model: Trainable, features: Sequence[Features], dev_ids: Sequence[str], config: TrainingConfig, seed: int
) -> dict[str, Any]:
    """Settings, seed, model and data, as JSON types."""
    settings = config.model_dump(mode="json", exclude=set(OPERATIONAL))
    return {
        **{f"training.{name}": value for name, value in settings.items()},
        **{f"backend_args.{name}": value for name, value in model.options.model_dump(mode="json").items()},
        "seed": seed,
        "class": type(model).__name__,
        "task": model.task,
        "labels": list(model.labels),
        "training rows": _digest_rows(features),
        "dev documents": _digest(dev_ids),
    }


def refuse_changes(found: dict[str, Any], wanted: dict[str, Any], place: str) -> None:
    """Going on with other settings than it began with would make a run that nobody can describe.

    Raises:
        ConfigError: the two identities differ; names what does, with both values.
    """
    changed = [
        f"{name} was {found.get(name)!r} and is now {wanted.get(name)!r}"
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    ]
    if changed:
        raise ConfigError(
            f"the checkpoint in {place} belongs to another training: {'; '.join(changed)}."
            " Restore what it was made with, or delete that folder to train from the start"
        )


def _digest_rows(features: Sequence[Features]) -> str:
    total = hashlib.sha256()
    for row in features:
        total.update(array("q", [row.document, row.length, *row.input_ids]).tobytes())
    return total.hexdigest()[:16]


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:16]
