"""Any number of labels per document."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar

from tabib.core.examples import Reference
from tabib.core.predictions import MultilabelPrediction
from tabib.core.scores import Scores
from tabib.metrics.counts import label_set
from tabib.metrics.multilabel import multilabel_scores, ranking_scores
from tabib.tasks.base import Resampling, Task, answered, count_items


class Multilabel(Task[tuple[str, ...], MultilabelPrediction]):
    """Primary: ``f1_micro``. PR-AUC and precision@k need the model's scores of the labels."""

    name = "multilabel"
    primary = "f1_micro"
    aliases: ClassVar[Mapping[str, str]] = {
        "f1": "f1_micro",
        "precision": "precision_micro",
        "recall": "recall_micro",
        "pr_auc": "pr_auc_macro",
    }
    prediction_type = MultilabelPrediction

    def _score(
        self,
        references: Sequence[Reference[tuple[str, ...]]],
        predictions: Sequence[MultilabelPrediction],
        labels: Sequence[str],
        resampling: Resampling,
    ) -> Scores:
        gold = [frozenset(reference.gold) for reference in references]
        predicted = [_labels_of(prediction) for prediction in predictions]
        scores: list[Mapping[str, float] | None] = [
            prediction.scores if answered(prediction) else None for prediction in predictions
        ]
        names = label_set(labels, *gold, *predicted)
        metrics, per_label = multilabel_scores(gold, predicted, names, resampling.n, resampling.seed)
        ranked, ranked_by_label = ranking_scores(gold, scores, names, resampling.n, resampling.seed)
        return Scores(
            self.name,
            self.primary,
            metrics | ranked,
            {label: row | ranked_by_label[label] for label, row in per_label.items()},
            count_items(predictions),
            resampling.n,
        )

    def gold_to_json(self, gold: tuple[str, ...]) -> list[str]:
        return list(gold)

    def gold_from_json(self, row: Sequence[str]) -> tuple[str, ...]:
        return tuple(row)

    def gold_labels(self, gold: tuple[str, ...]) -> tuple[str, ...]:
        return gold

    def _gold_answer(self, gold: tuple[str, ...]) -> Hashable:
        return frozenset(gold)

    def _answer(self, prediction: MultilabelPrediction) -> Hashable:
        return _labels_of(prediction)

    def _empty_answer(self) -> Hashable:
        return frozenset()


def _labels_of(prediction: MultilabelPrediction) -> frozenset[str]:
    """What is scored of a prediction; nothing where there was no answer."""
    return frozenset(prediction.labels) if answered(prediction) else frozenset()


TASK = Multilabel()
