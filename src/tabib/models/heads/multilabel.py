"""Any number of labels per document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from tabib.config.options import TextOptions
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import MultilabelPrediction
from tabib.models.backbone import Backbone
from tabib.models.heads.pooled import PooledHead, TextRow
from tabib.models.thresholds import DEFAULT_THRESHOLD, best_threshold, decide, score_matrix


class MultilabelClassifier(PooledHead):
    """A sigmoid for each label; one threshold for all, tuned on dev for micro F1.

    Loss: binary cross entropy, mean over documents and labels. With ``positive_weight_cap`` c the term of a
    positive is multiplied by min(negatives / positives, c) of its label in train. With ``focal_gamma`` γ
    each term is multiplied by (1 − p_t)^γ, p_t the probability of what is true (Lin et al. 2017).
    """

    positive_weights: Tensor

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: TextOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.register_buffer("positive_weights", torch.ones(len(self.labels)))
        self.threshold = DEFAULT_THRESHOLD

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        cap = self.options.positive_weight_cap
        if cap is None:
            return
        counts = Counter(label for example in train for label in set(example.gold))
        for index, label in enumerate(self.labels):
            positives = counts[label]
            # A label without positives in train has no positive term that could be weighted.
            weight = min((len(train) - positives) / positives, cap) if positives else 1.0
            self.positive_weights[index] = weight

    def target(self, document: Document, gold: Any) -> tuple[Any, list[Lost]]:
        unknown = [label for label in gold if label not in self.labels]
        lost = [Lost(document.id, label, LossReason.UNKNOWN_LABEL) for label in unknown]
        return [float(label in gold) for label in self.labels], lost

    def loss(self, logits_BL: Tensor, targets: Tensor) -> Tensor:
        weights_L = None if self.options.positive_weight_cap is None else self.positive_weights
        terms_BL = binary_cross_entropy_with_logits(logits_BL, targets, pos_weight=weights_L, reduction="none")
        if self.options.focal_gamma > 0:
            truth_BL = torch.where(targets > 0, logits_BL, -logits_BL).sigmoid()
            # Kept off 0, where the power has no finite slope for γ < 1.
            terms_BL = terms_BL * (1 - truth_BL).clamp(min=1e-7) ** self.options.focal_gamma
        return terms_BL.mean()

    def decode(self, logits: Tensor, features: Sequence[TextRow]) -> list[list[float]]:  # noqa: ARG002
        """For each document the probability of each label."""
        probabilities: list[list[float]] = logits.float().sigmoid().tolist()
        return probabilities

    def assemble(
        self, document: Document, features: Sequence[TextRow], pieces: Sequence[list[float]]
    ) -> MultilabelPrediction:
        (row,), (probabilities,) = features, pieces
        return decide(
            document.id,
            dict(zip(self.labels, probabilities, strict=True)),
            self.threshold,
            at_least_one=self.options.at_least_one_label,
            status=row.status,
            detail=row.detail,
        )

    def tune(self, gold: Sequence[Any], predictions: Sequence[Any]) -> None:
        if not self.options.tune_threshold or not predictions:
            return
        scores, truth = score_matrix(predictions, gold, self.labels)
        self.threshold = best_threshold(scores, truth, at_least_one=self.options.at_least_one_label)

    def decide(self, predictions: Sequence[Any]) -> list[Any]:
        return [
            decide(
                prediction.id,
                prediction.scores,
                self.threshold,
                at_least_one=self.options.at_least_one_label,
                status=prediction.status,
                detail=prediction.detail,
            )
            for prediction in predictions
        ]

    def state(self) -> dict[str, Any]:
        return {"threshold": self.threshold}

    def restore(self, state: dict[str, Any]) -> None:
        self.threshold = float(state["threshold"])
