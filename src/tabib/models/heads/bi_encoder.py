"""Similarity of two texts that are read apart, trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from tabib.config.options import BiEncoderOptions
from tabib.core.examples import Document, Example
from tabib.core.predictions import SimilarityPrediction
from tabib.models.backbone import Backbone
from tabib.models.heads.cosine import CosineHead, TextsRow, cosine
from tabib.models.trainable import Batch, Output


class BiEncoder(CosineHead):
    """Cosine of the pooled vectors; a text is read once, whatever it is compared with.

    Loss: mean squared error between the cosine and the gold scaled to [0, 1] by the lowest and highest gold of
    train (Reimers and Gurevych 2019). Predictions are the cosine on the corpus's scale: low + cos · (high − low),
    below the lowest gold where the cosine is negative.
    """

    options: BiEncoderOptions
    low: Tensor
    width: Tensor

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: BiEncoderOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.dropout = nn.Dropout(options.dropout)
        self.register_buffer("low", torch.tensor(0.0))
        self.register_buffer("width", torch.tensor(1.0))

    @classmethod
    def options_type(cls) -> type[BiEncoderOptions]:
        return BiEncoderOptions

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        gold = [example.gold for example in train]
        self.low.fill_(min(gold))
        self.width.fill_((max(gold) - min(gold)) or 1.0)

    def forward(self, batch: Batch) -> Output:
        """``logits`` (B): cosines."""
        cosine_B = cosine(self.dropout(self.vectors(batch)))
        loss = None
        if "targets" in batch:
            loss = mse_loss(cosine_B, (batch["targets"] - self.low) / self.width)
        return Output(loss, cosine_B)

    def decode(self, logits: Tensor, features: Sequence[TextsRow]) -> list[float]:  # noqa: ARG002
        """A value on the corpus's scale for each pair."""
        low, width = self.low.item(), self.width.item()
        return [low + width * value for value in logits.tolist()]

    def assemble(
        self, document: Document, features: Sequence[TextsRow], pieces: Sequence[float]
    ) -> SimilarityPrediction:
        (row,), (value,) = features, pieces
        return SimilarityPrediction(document.id, value, row.status, row.detail)
