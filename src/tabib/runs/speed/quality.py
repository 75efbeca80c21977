"""What a variant's predictions are worth, beside those that the run itself has saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tabib.analysis.model_scores import f1_of
from tabib.analysis.models import primary_counts, stacked
from tabib.analysis.runs import RunData
from tabib.core.predictions import NerPrediction
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats
from tabib.metrics.counts import NEITHER
from tabib.metrics.paired import paired_differences
from tabib.records.record import RunRecord
from tabib.records.scoring import resampling_of_record
from tabib.records.speed import VariantSpeed
from tabib.runs.speed.documents import SpeedData
from tabib.tasks.base import align
from tabib.tasks.load import get_task
from tabib.tasks.ner import entities_of

_OWN = "these are the run's own predictions"
_NO_ENTITIES = "the task has no entities"


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores predictions of one split as the run is scored.

    Args:
        record: the run's. data: its documents, gold and saved predictions.
    """

    record: RunRecord
    data: SpeedData

    def run_score(self) -> Score:
        """The primary score of the saved predictions."""
        return self._score(self.data.saved)

    def judge_own(self, row: VariantSpeed) -> VariantSpeed:
        """Of the variant whose predictions are the saved ones, so that nothing has to be predicted again."""
        alike = Score(None, _OWN)
        return replace(row, score=self.run_score(), difference=alike, identical=alike, agreement=alike)

    def judge(self, row: VariantSpeed, predictions: Sequence[Any]) -> VariantSpeed:
        """Score a variant's predictions and hold them against the saved ones."""
        ordered = align(self.data.references, predictions)
        return replace(
            row,
            score=self._score(ordered),
            difference=self._difference(ordered),
            identical=Score(_identical(self.record.task, self.data.saved, ordered)),
            agreement=_agreement(self.data.saved, ordered),
        )

    def _difference(self, predictions: Sequence[Any]) -> Score:
        """From the run's own score; of entities with a paired bootstrap interval over documents."""
        score, own = self._score(predictions), self.run_score()
        if score.value is None or own.value is None:
            return Score(None, score.reason or own.reason)
        if not all(isinstance(prediction, NerPrediction) for prediction in predictions):
            return Score(score.value - own.value)
        resampling = resampling_of_record(self.record)
        (found,) = paired_differences(
            self._counts(predictions),
            self._counts(self.data.saved),
            f1_of,
            [NEITHER],
            resampling.n,
            resampling.seed,
            permutations=1,  # the interval is all that is asked for
        )
        return found.difference

    def _counts(self, predictions: Sequence[Any]) -> Floats:
        """What the primary score is made of: one seed, documents, counts of all labels together."""
        data = RunData.of(self.record, self.data.split, self.data.references, tuple(predictions))
        counts = primary_counts(data, data.labels)
        return stacked(counts, [[len(data.labels)]]).astype(float)[None]

    def _score(self, predictions: Sequence[Any]) -> Score:
        task = get_task(self.record.task)
        resampling = resampling_of_record(self.record)
        return task.score(self.data.references, predictions, self.record.labels, resampling).primary_score


def _identical(task: str, saved: Sequence[Any], found: Sequence[Any]) -> float:
    """Share of documents of which both say the same, whatever their confidences."""
    answer = get_task(task)._answer
    return sum(answer(one) == answer(other) for one, other in zip(saved, found, strict=True)) / len(saved)


def _agreement(saved: Sequence[Any], found: Sequence[Any]) -> Score:
    """|A ∩ B| / |A ∪ B| over the entities of all documents: same document, type and characters."""
    if not all(isinstance(prediction, NerPrediction) for prediction in saved):
        return Score(None, _NO_ENTITIES)
    both = either = 0
    for one, other in zip(saved, found, strict=True):
        mine, theirs = entities_of(one), entities_of(other)
        both += len(mine & theirs)
        either += len(mine | theirs)
    return Score(both / either) if either else Score(None, "neither predicts an entity")
