"""Scores from saved files, and from nothing else: the same numbers whenever and wherever they are computed."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.records.code import fingerprint_code
from tabib.records.folder import (
    RunFolder,
    SavedScores,
    read_gold,
    read_predictions,
    read_scores,
    write_scores,
)
from tabib.records.record import RunRecord
from tabib.registry import find, tasks
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task


def scoring_code(task: str) -> str:
    """Hash of the sources that scores of a task come from; other scores than these are stale."""
    return fingerprint_code([find(tasks(), task, "task").target.partition(":")[0]])


def resampling_of_record(record: RunRecord) -> Resampling:
    """The bootstrap that a run's configuration asks for; the default where it says nothing."""
    evaluation = record.config.get("evaluation")
    evaluation = evaluation if isinstance(evaluation, dict) else {}
    default = Resampling()
    return Resampling(evaluation.get("resamples", default.n), evaluation.get("seed", default.seed))


def up_to_date(saved: SavedScores | None, task: str, resampling: Resampling) -> bool:
    """Whether computing saved scores again would give the same."""
    return saved is not None and saved.resampling == resampling and saved.code == scoring_code(task)


def score_split(
    folder: RunFolder, split: str, task: str, labels: Sequence[str], resampling: Resampling
) -> SavedScores:
    """Read gold, predictions and anchor of one split and score them; writes nothing.

    Raises:
        RecordError: a file is absent or damaged.
        PredictionError: the predictions are not for exactly the documents of the gold.
    """
    loaded = get_task(task)
    gold = read_gold(folder.gold(split), loaded)
    predictions = read_predictions(folder.predictions(split), loaded)
    path = folder.anchor(split)
    anchor = read_predictions(path, loaded) if path.is_file() else None
    scores = loaded.score(gold, predictions, labels, resampling, anchor=anchor)
    return SavedScores(scores, resampling, scoring_code(task))


def rescore(
    folder: RunFolder, splits: Sequence[str], task: str, labels: Sequence[str], resampling: Resampling
) -> dict[str, SavedScores]:
    """Score ``splits`` anew and write them into ``scores.json``, other splits' scores kept. Returns all."""
    scores = read_scores(folder)
    for split in splits:
        scores[split] = score_split(folder, split, task, labels, resampling)
    write_scores(folder, scores)
    return scores
