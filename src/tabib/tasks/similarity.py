"""How alike the two texts of a pair are, as one number."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar

from tabib.core.examples import Reference
from tabib.core.predictions import Scale, SimilarityPrediction
from tabib.core.scores import Scores
from tabib.metrics.similarity import similarity_scores
from tabib.tasks.base import Resampling, Task, answered, count_items


class Similarity(Task[float, SimilarityPrediction]):
    """Primary: ``spearman``. ``mse`` needs predictions on the corpus's scale.

    A document without an answer is scored as the mean of the answers there are, which says nothing about it.
    """

    name = "similarity"
    primary = "spearman"
    aliases: ClassVar[Mapping[str, str]] = {
        "spearmanr": "spearman",
        "cosine_spearman": "spearman",
        "pearsonr": "pearson",
        "mean_squared_error": "mse",
    }
    lower_is_better = frozenset({"mse"})
    prediction_type = SimilarityPrediction

    def _score(
        self,
        references: Sequence[Reference[float]],
        predictions: Sequence[SimilarityPrediction],
        labels: Sequence[str],  # noqa: ARG002 - numbers have none
        resampling: Resampling,
    ) -> Scores:
        metrics = similarity_scores(
            [reference.gold for reference in references],
            [prediction.value if answered(prediction) else None for prediction in predictions],
            on_scale=all(row.scale is Scale.CORPUS for row in predictions if answered(row)),
            resamples=resampling.n,
            seed=resampling.seed,
        )
        return Scores(self.name, self.primary, metrics, {}, count_items(predictions), resampling.n)

    def gold_to_json(self, gold: float) -> float:
        return gold

    def gold_from_json(self, row: float) -> float:
        return float(row)

    def gold_labels(self, gold: float) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def _gold_answer(self, gold: float) -> Hashable:
        return gold

    def _answer(self, prediction: SimilarityPrediction) -> Hashable:
        return prediction.value


TASK = Similarity()
