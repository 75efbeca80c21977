"""Similarity of two texts that are read together: a cross-encoder with one number on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from tabib.config.options import PairOptions
from tabib.core.examples import Document, Example
from tabib.core.predictions import SimilarityPrediction
from tabib.models.backbone import Backbone
from tabib.models.heads.base import Head
from tabib.models.heads.pooled import TextRow, pool
from tabib.models.pairs import PairIds, encode_pairs, pad_pairs
from tabib.models.trainable import Batch, Encoded, Output


@dataclass(slots=True)
class PairRow(TextRow):
    """One pair; ``target`` is the gold, on the corpus's scale."""

    pair: PairIds = field(default_factory=lambda: PairIds([], [], 0))


class PairRegressor(Head):
    """Encoder over both texts, pooling, dropout, linear layer to one number.

    Loss: mean squared error of the gold, standardised with the mean and deviation of train; predictions are put
    back on the corpus's scale. They are not clipped to it.
    """

    options: PairOptions
    mean: Tensor
    deviation: Tensor

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: PairOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.dropout = nn.Dropout(options.dropout)
        self.regressor = nn.Linear(backbone.hidden_size, 1)
        self.register_buffer("mean", torch.tensor(0.0))
        self.register_buffer("deviation", torch.tensor(1.0))

    @classmethod
    def options_type(cls) -> type[PairOptions]:
        return PairOptions

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        gold = [example.gold for example in train]
        self.mean.fill_(fmean(gold))
        self.deviation.fill_(pstdev(gold) or 1.0)

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        pairs = encode_pairs(
            self.backbone, [document.text for document in documents], [document.second for document in documents]
        )
        return Encoded(
            [
                PairRow(index, pair.ids, None if gold is None else gold[index], len(pair.ids), pair.whole, pair)
                for index, pair in enumerate(pairs)
            ]
        )

    def collate(self, features: Sequence[PairRow]) -> Batch:
        ids_BT, mask_BT, types_BT = pad_pairs(self.backbone, [row.pair for row in features])
        batch: Batch = {"input_ids": ids_BT, "attention_mask": mask_BT, "token_types": types_BT}
        if all(row.target is not None for row in features):
            batch["targets"] = torch.tensor([row.target for row in features], dtype=torch.float32)
        return batch

    def forward(self, batch: Batch) -> Output:
        """``logits`` (B): standardised values."""
        (hidden_BTH,) = self.backbone(batch["input_ids"], batch["attention_mask"], batch["token_types"])
        pooled_BH = pool(hidden_BTH, batch["attention_mask"], self.options.pooling)
        logits_B = self.regressor(self.dropout(pooled_BH)).squeeze(-1).float()
        loss = None
        if "targets" in batch:
            loss = mse_loss(logits_B, (batch["targets"] - self.mean) / self.deviation)
        return Output(loss, logits_B)

    def decode(self, logits: Tensor, features: Sequence[PairRow]) -> list[float]:  # noqa: ARG002
        """A value on the corpus's scale for each pair."""
        mean, deviation = self.mean.item(), self.deviation.item()
        return [mean + deviation * value for value in logits.tolist()]

    def assemble(
        self, document: Document, features: Sequence[PairRow], pieces: Sequence[float]
    ) -> SimilarityPrediction:
        (row,), (value,) = features, pieces
        return SimilarityPrediction(document.id, value, row.status, row.detail)
