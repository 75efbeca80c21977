"""Fitting any model: baselines in one call, heads by the loop, with dev scores, checkpoints and resuming."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import Example
from tabib.models.base import Learner, Model
from tabib.models.pieces import cut_examples
from tabib.tasks.base import Task
from tabib.training.events import Observer, Silent
from tabib.training.report import FitReport

CHECKPOINTS = "checkpoints"
"""The folder, within that of the run, that ``fit`` may write in and resumes from."""


def fit(
    model: Model,
    train: Sequence[Example[Any]],
    dev: Sequence[Example[Any]],
    config: TrainingConfig | None,
    *,
    task: Task[Any, Any],
    seed: int,
    folder: Path,
    observer: Observer | None = None,
) -> FitReport:
    """Train ``model`` in place; it ends with the best weights on dev and what was tuned for them.

    It learns from the pieces that its ``preprocessing`` cuts; dev is scored as whole documents.

    Where ``folder/checkpoints`` holds a checkpoint of this training, it goes on from there; on the CPU the
    result is then the same, bit by bit, as without the interruption.

    Args:
        model: a ``Learner``, or a ``Trainable`` built from the same seed.
        train: at least one example; a learner that needs none (``ModelEntry.needs_train``) may get none.
        dev: empty where there is none: the last weights are then kept.
        config: needed by heads; learners have no use for it.
        task: scores dev.
        seed: of the order of the data and of dropout.
        folder: the run's.
        observer: told of steps and dev scores; nobody by default.

    Raises:
        ConfigError: no settings for a model that needs them, an unknown metric, fp16 without a GPU, or a
            checkpoint made with other settings.
        DataError: nothing to learn from.
        TrainingError: the loss is not finite.
        Interrupted: SIGTERM or Ctrl-C; a checkpoint has been written.
    """
    pieces, in_none = cut_examples(train, model.preprocessing)
    lost = Counter(str(item.reason) for item in in_none)
    if isinstance(model, Learner):
        began = time.perf_counter()
        model.fit(pieces, cut_examples(dev, model.preprocessing)[0])
        notes = () if train else ("there is no train split, so nothing was learnt",)
        return FitReport(seconds=time.perf_counter() - began, lost=dict(lost), notes=notes)

    from tabib.models.trainable import Trainable
    from tabib.training.sitting import Sitting

    if not isinstance(model, Trainable):
        raise TypeError(f"fit trains a Learner or a Trainable, not {type(model).__name__}")
    if not train:
        raise DataError("the training split is empty; there is nothing to learn from")
    if config is None:
        raise ConfigError("training: is absent, and this model is trained by steps; expected a section training:")
    model.prepare(pieces)
    encoded = model.encode([piece.document for piece in pieces], [piece.gold for piece in pieces])
    if not encoded.features:
        raise DataError(f"none of the {len(train)} training documents gives the model anything to learn from")
    lost.update(str(item.reason) for item in encoded.lost)
    sitting = Sitting(model, encoded.features, dev, config, task, seed, folder / CHECKPOINTS, observer or Silent())
    return sitting.run(dict(sorted(lost.items())))
