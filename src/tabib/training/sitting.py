"""One sitting of a training run: from the start or the newest checkpoint, until the end or a request to stop."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tabib.config.training import TrainingConfig
from tabib.core.errors import Interrupted
from tabib.core.examples import Example
from tabib.models.build import set_seed
from tabib.models.trainable import Features, Trainable
from tabib.tasks.base import Task
from tabib.training.checkpoints import Best, Checkpoint, CheckpointFolder, copy_weights
from tabib.training.dev import Dev
from tabib.training.engine import Engine
from tabib.training.events import DevScore, Observer
from tabib.training.identity import refuse_changes, training_identity
from tabib.training.loop import Loop, Position
from tabib.training.randomness import random_state, set_random_state
from tabib.training.remarks import partly_trained, remarks
from tabib.training.report import FitReport
from tabib.training.schedule import make_plan
from tabib.training.signals import StopRequest

SECONDS_BETWEEN_CHECKPOINTS = 60.0
"""Where ``save_steps`` is not given. When checkpoints are written has no influence on the result."""


class Sitting:
    """Consumes the loop's steps: scores dev, keeps the best weights, writes checkpoints, tells the observer.

    Args:
        model: built from the seed; moved to the device that is there.
        features: the training rows.
        dev: may be empty.
        folder: of the checkpoints.

    Raises:
        ConfigError: an unknown metric, fp16 without a GPU, or a checkpoint made with other settings.
    """

    def __init__(
        self,
        model: Trainable,
        features: Sequence[Features],
        dev: Sequence[Example[Any]],
        config: TrainingConfig,
        task: Task[Any, Any],
        seed: int,
        folder: Path,
        observer: Observer,
    ) -> None:
        self._model = model
        self._config = config
        self._observer = observer
        self._engine = Engine(config.mixed_precision)
        model.to(self._engine.device)
        self._plan = make_plan([row.length for row in features], config, seed, has_dev=bool(dev))
        self._dev = Dev(model, dev, task, config) if dev else None
        self._identity = training_identity(model, features, [example.id for example in dev], config, seed)
        self._checkpoints = CheckpointFolder(folder)
        self._loop = Loop(model, features, config, self._plan, self._engine, seed)
        self._best: Best | None = None
        self._trained, self._parameters = model.parameter_counts()
        self._notes = [
            *remarks(config, self._plan, has_dev=bool(dev)),
            *partly_trained(self._trained, self._parameters),
            *model.remarks(),
        ]
        self._resumed = False
        self._last_save = time.monotonic()
        set_seed(seed)
        self._resume()

    def run(self, lost: Mapping[str, int]) -> FitReport:
        """Train to the end.

        Raises:
            Interrupted: a signal came; a checkpoint has been written.
            TrainingError: the loss is not finite.
        """
        position = self._loop.position
        self._observer.start(self._plan, position.step)
        for note in self._notes:
            self._observer.note(note)
        if self._resumed:
            self._observer.note(f"goes on after step {position.step} of {self._plan.total_steps}")
        try:
            with StopRequest() as stop:
                self._score_if_due(stop)  # a kill may have come between a step and its dev score
                if not position.stopped_early:
                    for step in self._loop.steps():
                        self._observer.step(step)
                        self._between_steps(stop)
                        if position.stopped_early:
                            break
            self._finish()
        finally:
            self._observer.stop()
            self._engine.close()
        return self._report(lost)

    def _between_steps(self, stop: StopRequest) -> None:
        scored = self._score_if_due(stop)
        if stop.requested:
            self._save()
            raise Interrupted(
                f"stopped by {stop.requested} after step {self._loop.position.step}"
                f" of {self._plan.total_steps}; the same command goes on from there"
            )
        if self._save_due(scored):
            self._save()

    def _score_if_due(self, stop: StopRequest) -> bool:
        """Whether dev was scored. A request to stop comes first: the score is then made up for on resuming."""
        position = self._loop.position
        due = self._plan.eval_due(position.step) and position.evaluated != position.step
        if due and not stop.requested:
            self._score_dev()
            return True
        return False

    def _score_dev(self) -> None:
        assert self._dev is not None
        position = self._loop.position
        score, seconds = self._dev.score()
        best = position.best
        is_best = self._dev.better(score, None if best is None else best.score)
        dev_score = DevScore(
            step=position.step,
            epoch=position.passed,
            metric=self._dev.metric,
            score=score.value,
            loss=position.loss_sum / max(1, position.loss_steps),
            best=is_best,
            seconds=seconds,
            reason=score.reason,
        )
        position.history.append(dev_score)
        position.evaluated = position.step
        position.loss_sum, position.loss_steps = 0.0, 0
        position.dev_seconds += seconds
        position.stale = 0 if is_best else position.stale + 1
        patience = self._config.early_stopping_patience
        position.stopped_early = (
            patience is not None and position.stale >= patience and position.step < self._plan.total_steps
        )
        if is_best:
            self._best = Best(position.step, copy_weights(self._model.learnt()), self._model.state())
        self._observer.dev(dev_score)

    def _save_due(self, scored: bool) -> bool:
        step = self._loop.position.step
        if self._plan.save_every is not None:
            return step > 0 and step % self._plan.save_every == 0
        # Without a dev split there is no natural moment: then after any step.
        waited = time.monotonic() - self._last_save >= SECONDS_BETWEEN_CHECKPOINTS
        return waited and (scored or self._dev is None)

    def _save(self) -> None:
        tensors, rest = random_state()
        position = asdict(self._loop.position)
        checkpoint = Checkpoint(
            identity=self._identity,
            position=position,
            weights=self._model.learnt(),
            optimiser=self._loop.optimiser.state_dict(),
            random_tensors=tensors,
            random_rest=rest,
            engine=self._engine.state(),
            best=self._best,
        )
        self._checkpoints.write(checkpoint)
        self._last_save = time.monotonic()

    def _resume(self) -> None:
        path = self._checkpoints.newest()
        if path is None:
            return
        checkpoint = self._checkpoints.read(path)
        refuse_changes(checkpoint.identity, self._identity, str(self._checkpoints.folder))
        self._model.load_learnt(checkpoint.weights)
        self._loop.optimiser.load_state_dict(checkpoint.optimiser)
        self._engine.restore(checkpoint.engine)
        history = [DevScore(**score) for score in checkpoint.position["history"]]
        self._loop.position = Position(**{**checkpoint.position, "history": history})
        self._best = checkpoint.best
        set_random_state(checkpoint.random_tensors, checkpoint.random_rest)
        self._resumed = True

    def _finish(self) -> None:
        """Give the model the weights that were chosen."""
        if self._best is not None:
            self._model.load_learnt(self._best.weights)
            self._model.restore(self._best.head_state)
        elif self._dev is None:
            self._note("no dev split: the last weights are kept")
        else:
            self._note(f"{self._dev.metric} was undefined on dev each time: the last weights are kept")
        self._model.eval()

    def _note(self, text: str) -> None:
        self._notes.append(text)
        self._observer.note(text)

    def _report(self, lost: Mapping[str, int]) -> FitReport:
        position = self._loop.position
        best = position.best
        return FitReport(
            steps=position.step,
            epochs=position.passed,
            train_tokens=position.tokens,
            padded_tokens=position.padded_tokens,
            seconds=position.seconds,
            dev_seconds=position.dev_seconds,
            metric="" if self._dev is None else self._dev.metric,
            best_step=None if best is None else best.step,
            best_score=None if best is None else best.score,
            history=tuple(position.history),
            lost=dict(lost),
            stopped_early=position.stopped_early,
            parameters=self._parameters,
            trained_parameters=self._trained,
            notes=tuple(self._notes),
        )
