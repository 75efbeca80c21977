"""How far a run has come, read from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from tabib.config.run import EvaluationConfig
from tabib.core.errors import RecordError
from tabib.records.folder import RunFolder, SavedScores, damaged_runs, find_run, read_scores
from tabib.records.record import RunRecord, read_record
from tabib.records.scoring import up_to_date
from tabib.tasks.base import Resampling


class State(StrEnum):
    """``done``: scored as asked; ``failed``: ended with an error; ``missing``: never begun;
    ``partial``: begun, and what is there will be gone on from."""

    DONE = "done"
    FAILED = "failed"
    PARTIAL = "partial"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a run has come.

    Args:
        state: in a word.
        detail: in a sentence; empty where the word says all.
        folder: its folder; None where there is none.
        record: its record, where it has a sound one.
        scores: split → saved scores.
        fitted: training is over and its dev predictions are saved.
        predicted: the split that is asked for has been predicted.
        unreadable: there are files of it that are damaged or of another version, as ``detail`` says.
    """

    state: State
    detail: str = ""
    folder: RunFolder | None = None
    record: RunRecord | None = None
    scores: Mapping[str, SavedScores] | None = None
    fitted: bool = False
    predicted: bool = False
    unreadable: bool = False


def inspect_run(runs: Path, seed: int, identity: str, task: str, evaluation: EvaluationConfig) -> Progressed:
    """How far the run with an identity has come towards an evaluation; writes nothing."""
    folder = find_run(runs, seed, identity)
    if folder is None:
        damaged = "; ".join(damaged_runs(runs, seed, identity))
        return Progressed(State.MISSING, damaged, unreadable=bool(damaged))
    if not folder.record.is_file():
        return Progressed(State.PARTIAL, "stopped before its end", folder)
    try:
        record = read_record(folder.path)
        scores = read_scores(folder)
    except RecordError as error:
        return Progressed(State.PARTIAL, str(error), folder, unreadable=True)
    split = evaluation.split
    predicted = folder.predicted_splits()
    found = Progressed(
        State.PARTIAL,
        folder=folder,
        record=record,
        scores=scores,
        fitted=record.fit is not None and "dev" in predicted,
        predicted=split in predicted,
    )
    if record.error is not None:
        return replace(found, state=State.FAILED, detail=f"{record.error.type}: {record.error.message}")
    if not found.fitted:
        return replace(found, detail="its files are incomplete")
    if not found.predicted:
        return replace(found, detail=f"trained, not evaluated on {split}")
    if not up_to_date(scores.get(split), task, resampling_of(evaluation)):
        return replace(found, detail=f"predicted; {split} is to be scored anew")
    if record.status != "done":
        return replace(found, detail="scored; its record is to be finished")
    return replace(found, state=State.DONE)


ADVICE = "'tabib train' makes the model again; 'cleanup_checkpoints: false' in a benchmark keeps models"
"""What to do where a run has no model any more."""


def no_model(folder: RunFolder, record: RunRecord | None) -> str:
    """That a run folder holds no model, and why, as far as that is known."""
    if record is not None and record.fit is None and record.error is not None:
        why = f"the run failed: {record.error.message}"
    elif folder.model.exists():
        why = "its folder model/ is incomplete: model.json is absent"
    elif folder.owner.is_file():
        why = "a benchmark has cleaned it up"
    else:
        why = "its folder model/ is absent"
    return f"{folder.path} has no trained model ({why})"


def resampling_of(evaluation: EvaluationConfig) -> Resampling:
    """The bootstrap that a configuration asks for."""
    return Resampling(evaluation.resamples, evaluation.seed)
