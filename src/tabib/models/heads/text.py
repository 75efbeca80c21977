"""One label per document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from tabib.config.options import TextOptions
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import ClassificationPrediction
from tabib.models.backbone import Backbone
from tabib.models.heads.pooled import PooledHead, TextRow


class TextClassifier(PooledHead):
    """Softmax over labels; loss: cross entropy.

    With ``class_weights: balanced`` a label with n_l of n training documents weighs n / (L · n_l), as in
    scikit-learn, L counting the labels that occur; the loss is then the weighted mean.
    """

    class_weights: Tensor

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: TextOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.register_buffer("class_weights", torch.ones(len(self.labels)))

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        if self.options.class_weights == "none":
            return
        counts = Counter(example.gold for example in train if example.gold in self.labels)
        for index, label in enumerate(self.labels):
            # A label that only dev has cannot be learnt, and its weight never counts.
            weight = counts.total() / (len(counts) * counts[label]) if counts[label] else 1.0
            self.class_weights[index] = weight

    def target(self, document: Document, gold: Any) -> tuple[Any, list[Lost]]:
        if gold in self.labels:
            return self.labels.index(gold), []
        return None, [Lost(document.id, gold, LossReason.UNKNOWN_LABEL)]

    def loss(self, logits_BL: Tensor, targets: Tensor) -> Tensor:
        weighted = self.options.class_weights != "none"
        return cross_entropy(logits_BL, targets, weight=self.class_weights if weighted else None)

    def loss_weight(self, features: Sequence[TextRow]) -> float:
        """Documents, each with the weight of its label."""
        if self.options.class_weights == "none":
            return float(len(features))
        return float(self.class_weights[[row.target for row in features]].sum())

    def decode(self, logits: Tensor, features: Sequence[TextRow]) -> list[list[float]]:  # noqa: ARG002
        """For each document the probability of each label."""
        probabilities: list[list[float]] = logits.float().softmax(-1).clamp(0, 1).tolist()
        return probabilities

    def assemble(
        self, document: Document, features: Sequence[TextRow], pieces: Sequence[list[float]]
    ) -> ClassificationPrediction:
        (row,), (probabilities,) = features, pieces
        scores = dict(zip(self.labels, probabilities, strict=True))
        label = max(scores, key=lambda name: scores[name])
        return ClassificationPrediction(document.id, label, scores[label], scores, row.status, row.detail)
