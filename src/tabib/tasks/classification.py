"""One label per document."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar

from tabib.core.examples import Reference
from tabib.core.predictions import ClassificationPrediction
from tabib.core.scores import Scores
from tabib.metrics.classification import classification_scores, confusion_matrix
from tabib.metrics.counts import label_set
from tabib.tasks.base import Resampling, Task, count_items


class Classification(Task[str, ClassificationPrediction]):
    """Primary: ``f1_macro``, over the labels that gold holds. A document without an answer is wrong."""

    name = "classification"
    primary = "f1_macro"
    aliases: ClassVar[Mapping[str, str]] = {
        "f1": "f1_macro",
        "precision": "precision_macro",
        "recall": "recall_macro",
    }
    prediction_type = ClassificationPrediction

    def _score(
        self,
        references: Sequence[Reference[str]],
        predictions: Sequence[ClassificationPrediction],
        labels: Sequence[str],
        resampling: Resampling,
    ) -> Scores:
        gold = [reference.gold for reference in references]
        predicted = [prediction.label for prediction in predictions]
        names = label_set(labels, gold, (label for label in predicted if label is not None))
        metrics, per_label = classification_scores(gold, predicted, names, resampling.n, resampling.seed)
        return Scores(
            self.name,
            self.primary,
            metrics,
            per_label,
            count_items(predictions),
            resampling.n,
            confusion_matrix(gold, predicted, names),
        )

    def gold_to_json(self, gold: str) -> str:
        return gold

    def gold_from_json(self, row: str) -> str:
        return row

    def gold_labels(self, gold: str) -> tuple[str, ...]:
        return (gold,)

    def _gold_answer(self, gold: str) -> Hashable:
        return gold

    def _answer(self, prediction: ClassificationPrediction) -> Hashable:
        return prediction.label


TASK = Classification()
