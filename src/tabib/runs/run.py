"""One run, from a configuration to a record: a straight line that starts wherever an earlier try has stopped."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tabib.config.run import RunConfig
from tabib.core.errors import Interrupted, RecordError
from tabib.core.scores import Scores
from tabib.models.base import Model
from tabib.records.files import write_atomically, write_json
from tabib.records.folder import RunFolder, folder_name, read_scores
from tabib.records.record import RunError, RunRecord, read_record, write_record
from tabib.runs.environment import default_threads, limited_threads, now, reset_peak_memory
from tabib.runs.lock import BusyError, locked
from tabib.runs.prepare import Prepared, default_name, prepare, runs_folder
from tabib.runs.stages import Clock, begin, build, clear, evaluate_stage, fit_stage, new_record
from tabib.runs.state import Progressed, State, inspect_run

if TYPE_CHECKING:
    from tabib.training.events import Observer

Stages = Literal["fit", "evaluate", "both"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has come as far as was asked.

    Args:
        did: whether anything was done; False where all of it was there already.
        scores: split → scores.
    """

    folder: RunFolder
    record: RunRecord
    scores: dict[str, Scores]
    did: bool


def run(
    config: RunConfig,
    *,
    stages: Stages = "both",
    runs: Path | None = None,
    name: str = "",
    threads: int | None = None,
    force: bool = False,
    retrain: bool = True,
    owner: str | None = None,
    prepared: Prepared | None = None,
    observer: Observer | None = None,
) -> Finished:
    """Fit and evaluate, whichever of the two is asked for and not done yet.

    Nothing is written before the corpus has been read, the weights found and the model built.

    Args:
        stages: ``fit``: train, score dev; ``evaluate``: only what was trained before; ``both``.
        runs: where run folders are; default: as the configuration says.
        name: the model's name in tables and in the folder's name.
        threads: of linear algebra; default: the configuration's, else ``OMP_NUM_THREADS``, else all cores.
        force: remove what earlier runs of the same identity left, and start anew.
        retrain: train again if the split is not predicted and the trained model has been cleaned up.
        owner: the benchmark that the run belongs to (None: to no benchmark), noted in a new folder unless empty;
            with a benchmark, a model that cannot be built is recorded as a failure too.
        prepared: what ``prepare(config)`` gave, to save the work.
        observer: looks on while the model is trained.

    Raises:
        TabibError: a mistake of the user's, found before anything was written.
        RecordError: ``evaluate`` of a run that was not trained, or another process is working on it.
        Exception: whatever went wrong in a stage; the folder's record says so.
    """
    clock = Clock()
    if prepared is None:
        with clock.measure("prepare"):
            prepared = prepare(config)
    runs = runs_folder(config) if runs is None else runs
    name = name or default_name(config)
    threads = threads or config.threads or default_threads()
    found = _inspect(prepared, runs)
    if not force and _complete(found, stages):
        return _finished(found, did=False)
    if stages == "evaluate":
        _require_trained(found, config, runs)
    folder = found.folder or RunFolder(
        runs / folder_name(config.dataset, name, config.seed, prepared.identity.hash)
    )
    job = _Job(prepared, folder, name, threads, clock)
    reset_peak_memory()
    with limited_threads(threads, with_torch=config.entry.pretrained):
        model = None
        if force or not found.fitted or _model_is_gone(found, stages, retrain):
            model = job.build(record_failure=owner is not None)
        with locked(folder.lock):
            if force:
                clear(folder, keep_checkpoints=False)
            if owner and not folder.identity.is_file():
                write_json(folder.owner, {"benchmark": owner})
            job.work(model, found.record, stages, observer)
    return _finished(_inspect(prepared, runs), did=True)


def record_death(
    prepared: Prepared, folder: RunFolder, name: str, threads: int, clock: Clock, message: str
) -> None:
    """Write the record of a run whose process ended without a word (killed, out of memory).

    What it left is kept, so that the next try goes on from there.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    write_json(folder.identity, prepared.identity.to_json())
    record = None
    if folder.record.is_file():
        record = read_record(folder.path)
    _Job(prepared, folder, name, threads, clock).write_failure(RunError("Killed", message), record)


@dataclass(frozen=True, slots=True)
class _Job:
    """The work on one run, and the record of its failure."""

    prepared: Prepared
    folder: RunFolder
    name: str
    threads: int
    clock: Clock

    def build(self, *, record_failure: bool) -> Model:
        """The untrained model. If it cannot be built, nothing is written, unless the failure is to be recorded."""
        try:
            with self.clock.measure("build"):
                return build(self.prepared)
        except Exception as error:
            if record_failure:
                with locked(self.folder.lock):
                    self.fail(error, None)
            raise

    def work(
        self, model: Model | None, fitted: RunRecord | None, stages: Stages, observer: Observer | None
    ) -> None:
        """Train ``model`` if there is one (else ``fitted`` is the record of an earlier training), and evaluate."""
        record = fitted if model is None else None
        try:
            if model is not None:
                record = fit_stage(
                    self.prepared, model, self.folder, self.name, self.threads, self.clock, observer
                )
            assert record is not None, "a fitted run has a record"
            if stages != "fit":
                evaluate_stage(self.prepared, model, self.folder, record, self.clock)
        except (Interrupted, KeyboardInterrupt):
            raise
        except Exception as error:
            self.fail(error, record)
            raise

    def fail(self, error: Exception, fitted: RunRecord | None) -> None:
        """Record an error; the checkpoints, and a model that was fitted before it, stay for the next try."""
        if fitted is None:
            begin(self.prepared, self.folder)
        write_atomically(self.folder.error, "".join(traceback.format_exception(error)))
        kind = type(error).__name__
        message = (str(error).strip().splitlines() or [kind])[0]
        self.write_failure(RunError(kind, message, self.folder.error.name), fitted)

    def write_failure(self, error: RunError, fitted: RunRecord | None) -> None:
        """Write the record last, as always."""
        record = fitted or new_record(self.prepared, self.name, self.threads, self.clock)
        write_record(self.folder.path, replace(record, status="failed", error=error, finished=now()))


def _inspect(prepared: Prepared, runs: Path) -> Progressed:
    config = prepared.config
    return inspect_run(runs, config.seed, prepared.identity.hash, config.task, config.evaluation)


def _complete(found: Progressed, stages: Stages) -> bool:
    return found.fitted if stages == "fit" else found.state is State.DONE


def _model_is_gone(found: Progressed, stages: Stages, retrain: bool) -> bool:
    if stages == "fit" or found.predicted:
        return False
    assert found.folder is not None
    return retrain and not found.folder.has_model()


def _require_trained(found: Progressed, config: RunConfig, runs: Path) -> None:
    split = config.evaluation.split
    if found.state is State.FAILED:
        raise RecordError(f"{found.folder and found.folder.path}: the run failed ({found.detail}); train it again")
    if not found.fitted:
        raise RecordError(
            f"not trained: {runs} holds no finished run with this configuration, corpus, weights and code."
            " Run 'tabib train' with the same configuration and overrides first"
        )
    assert found.folder is not None
    if not found.predicted and not found.folder.has_model():
        raise RecordError(
            f"{found.folder.path} has no model to predict {split} with: a benchmark has cleaned it up."
            " Set 'cleanup_checkpoints: false' in the benchmark, or train it again with 'tabib train --force'"
        )


def _finished(found: Progressed, *, did: bool) -> Finished:
    assert found.folder is not None
    assert found.record is not None, f"{found.folder.path}: {found.detail}"
    scores = {split: saved.scores for split, saved in read_scores(found.folder).items()}
    return Finished(found.folder, found.record, scores, did)


__all__ = ["BusyError", "Finished", "Stages", "record_death", "run"]
