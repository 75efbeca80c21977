"""One run, from a configuration to a record: a straight line that starts wherever an earlier try has stopped."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tabib.config.run import RunConfig
from tabib.config.writable import require_folder
from tabib.core.errors import Interrupted, RecordError
from tabib.core.scores import Scores
from tabib.models.base import Model
from tabib.records.files import write_atomically, write_json
from tabib.records.folder import RunFolder, folder_name, read_scores
from tabib.records.record import RunError, RunRecord, read_record, write_record
from tabib.runs.environment import default_threads, limited_threads, now, reset_peak_memory
from tabib.runs.lock import BusyError, locked
from tabib.runs.prepare import Prepared, default_name, prepare, runs_folder
from tabib.runs.stages import (
    Clock,
    begin,
    build,
    clear,
    evaluate_stage,
    fit_stage,
    new_record,
    remove_folder,
)
from tabib.runs.state import ADVICE, Progressed, State, inspect_run, no_model

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
        retrain: train again if the split is not predicted and the trained model is gone (``fit`` always does).
        owner: the benchmark that the run belongs to (None: to no benchmark), noted in a new folder unless empty;
            with a benchmark, a model that cannot be built is recorded as a failure too.
        prepared: what ``prepare(config)`` gave, to save the work.
        observer: looks on while the model is trained and predicts.

    Raises:
        TabibError: a mistake of the user's, found before anything was written.
        RecordError: ``evaluate`` of a run that was not trained, or another process is working on it.
        Exception: whatever went wrong in a stage; the folder's record says so.
    """
    clock = Clock()
    if prepared is None:
        with clock.measure("prepare"):
            prepared = prepare(config)
    key = "training.output_dir" if runs is None else "output.runs"
    runs = runs_folder(config) if runs is None else runs
    name = name or default_name(config)
    threads = threads or config.threads or default_threads()
    found = _inspect(prepared, runs)
    if not force and _complete(found, stages):
        return _finished(found, did=False)
    require_folder(runs, key)
    if stages == "evaluate":
        _require_trained(found, config, runs)
    elif observer is not None and not force and (said := _why_anew(found, stages)):
        observer.note(said)
    folder = found.folder or RunFolder(
        runs / folder_name(config.dataset, name, config.seed, prepared.identity.hash)
    )
    job = _Job(prepared, folder, name, threads, clock)
    reset_peak_memory()
    with limited_threads(threads, with_torch=config.entry.pretrained):
        model = None
        if force or _must_train(found, stages, retrain):
            model = job.build(record_failure=owner is not None)
        with locked(folder.lock):
            if force:
                clear(folder, keep_checkpoints=False)
            else:
                # Another process may have finished it since, or cleared it.
                found = _inspect(prepared, runs)
                if _complete(found, stages):
                    return _finished(found, did=False)
                if stages == "evaluate":
                    _require_trained(found, config, runs)
            train = force or _must_train(found, stages, retrain)
            if train and not owner:
                # Whoever trains it now did not ask for its model to be cleaned up.
                folder.owner.unlink(missing_ok=True)
            elif train and not folder.identity.is_file():
                write_json(folder.owner, {"benchmark": owner})
            job.work(model, train, found.record, stages, observer)
            # The model is saved and the record written: there is nothing to go on from.
            remove_folder(folder.checkpoints)
    return _finished(_inspect(prepared, runs), did=True)


def record_death(
    prepared: Prepared, folder: RunFolder, name: str, threads: int, clock: Clock, error: RunError
) -> None:
    """Write the record of a run whose process ended without one (killed, out of memory).

    What it left is kept, so that the next try goes on from there.

    Raises:
        OSError: it cannot be written.
        BusyError: another process is working on the run by now.
    """
    with locked(folder.lock):
        write_json(folder.identity, prepared.identity.to_json())
        record = None
        if folder.record.is_file():
            with suppress(RecordError):  # damaged: then there is nothing of it to keep
                record = read_record(folder.path)
        _Job(prepared, folder, name, threads, clock).write_failure(error, record)


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
        except Interrupted:
            raise
        except Exception as error:
            if record_failure:
                with locked(self.folder.lock):
                    self.fail(error, None)
            raise

    def work(
        self,
        model: Model | None,
        train: bool,
        fitted: RunRecord | None,
        stages: Stages,
        observer: Observer | None,
    ) -> None:
        """Train if that is to be done (else ``fitted`` is the record of an earlier training), and evaluate.

        Args:
            model: untrained, where it has been built already.
        """
        record = None if train else fitted
        try:
            if not train:
                model = None
            elif model is None:
                with self.clock.measure("build"):
                    model = build(self.prepared)
            if model is not None:
                record = fit_stage(
                    self.prepared, model, self.folder, self.name, self.threads, self.clock, observer
                )
            assert record is not None, "a fitted run has a record"
            if stages != "fit":
                evaluate_stage(self.prepared, model, self.folder, record, self.clock, observer)
        except (Interrupted, KeyboardInterrupt):
            raise
        except Exception as error:
            self.fail(error, record)
            raise
        finally:
            if model is not None:
                model.close()  # the next run may need the GPU's memory

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
    """To have been trained is to have a model: where one was cleaned up, training is not complete."""
    if stages == "fit":
        return found.fitted and found.folder is not None and found.folder.has_model()
    return found.state is State.DONE


def _must_train(found: Progressed, stages: Stages, retrain: bool) -> bool:
    if not found.fitted:
        return True
    assert found.folder is not None
    if found.folder.has_model():
        return False
    return stages == "fit" or (retrain and not found.predicted)


def _why_anew(found: Progressed, stages: Stages) -> str:
    """What a person who expects to find the run there should be told; empty for one that is new or goes on."""
    if found.unreadable:
        return f"{found.detail}; this run is made anew"
    if found.fitted and found.folder is not None and not found.folder.has_model() and stages == "fit":
        return f"{no_model(found.folder, found.record)}; it is trained anew"
    return ""


def _require_trained(found: Progressed, config: RunConfig, runs: Path) -> None:
    split = config.evaluation.split
    if found.state is State.FAILED and not found.fitted:  # what failed after training may be tried again
        raise RecordError(
            f"{found.folder and found.folder.path}: the run failed ({found.detail}); 'tabib train' tries it again"
        )
    if not found.fitted:
        raise RecordError(
            f"not trained: {runs} holds no finished run with this configuration, corpus, weights and code"
            + (f" ({found.detail})" if found.detail else "")
            + ". Run 'tabib train' with the same configuration and overrides first"
        )
    assert found.folder is not None
    if not found.predicted and not found.folder.has_model():
        raise RecordError(f"{no_model(found.folder, found.record)}, so {split} cannot be predicted. {ADVICE}")


def _finished(found: Progressed, *, did: bool) -> Finished:
    assert found.folder is not None
    assert found.record is not None, f"{found.folder.path}: {found.detail}"
    scores = {split: saved.scores for split, saved in read_scores(found.folder).items()}
    return Finished(found.folder, found.record, scores, did)


__all__ = ["BusyError", "Finished", "Stages", "record_death", "run"]
