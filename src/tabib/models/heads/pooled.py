"""What classification and multilabel share: a text becomes one vector, and a linear layer scores the labels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tabib.config.options import TextOptions
from tabib.core.examples import Document, Lost
from tabib.core.predictions import Status
from tabib.models.backbone import Backbone
from tabib.models.heads.base import Head
from tabib.models.trainable import Batch, Encoded, Features, Output
from tabib.models.windows import special_tokens


@dataclass(slots=True)
class TextRow(Features):
    """One document.

    Args:
        target: index of the label, or for multilabel 0.0 or 1.0 for each label; None without gold.
        read: sub-tokens that fit; ``whole`` says how many there were.
    """

    target: Any = None
    read: int = 0
    whole: int = 0

    @property
    def status(self) -> Status:
        return Status.TRUNCATED if self.read < self.whole else Status.OK

    @property
    def detail(self) -> str:
        return f"{self.read} of {self.whole} sub-tokens were read" if self.read < self.whole else ""


class PooledHead(Head):
    """Encoder, pooling, dropout, linear layer over labels. A text beyond the window is truncated, and says so."""

    options: TextOptions

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: TextOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.dropout = nn.Dropout(options.dropout)
        self.classifier = nn.Linear(backbone.hidden_size, len(self.labels))

    @classmethod
    def options_type(cls) -> type[TextOptions]:
        return TextOptions

    @abstractmethod
    def target(self, document: Document, gold: Any) -> tuple[Any, list[Lost]]:
        """The target of a row, None if nothing can be learnt from it, and what is lost of its gold."""

    @abstractmethod
    def loss(self, logits_BL: Tensor, targets: Tensor) -> Tensor:
        """Mean over the documents of the batch."""

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        encoded = Encoded([])
        if not documents:
            return encoded
        tokenizer = self.backbone.tokenizer
        before, after = special_tokens(tokenizer)
        capacity = self.backbone.max_length - len(before) - len(after)
        texts = [document.text for document in documents]
        ids_by_text = tokenizer(texts, add_special_tokens=False, padding=False, truncation=False, verbose=False)[
            "input_ids"
        ]
        for index, (document, ids) in enumerate(zip(documents, ids_by_text, strict=True)):
            target = None
            if gold is not None:
                target, lost = self.target(document, gold[index])
                encoded.lost.extend(lost)
                if target is None:
                    continue
            # An empty text is still a row; without special tokens it needs something to be read.
            input_ids = [*before, *ids[:capacity], *after] or [tokenizer.pad_token_id or 0]
            encoded.features.append(TextRow(index, input_ids, target, min(len(ids), capacity), len(ids)))
        return encoded

    def collate(self, features: Sequence[TextRow]) -> Batch:
        ids_BT, mask_BT = self.backbone.pad([row.input_ids for row in features])
        batch: Batch = {"input_ids": ids_BT, "attention_mask": mask_BT}
        if all(row.target is not None for row in features):
            batch["targets"] = torch.tensor([row.target for row in features])
        return batch

    def forward(self, batch: Batch) -> Output:
        """``logits`` (B, L)."""
        (hidden_BTH,) = self.backbone(batch["input_ids"], batch["attention_mask"])
        pooled_BH = pool(hidden_BTH, batch["attention_mask"], self.options.pooling)
        logits_BL = self.classifier(self.dropout(pooled_BH)).float()
        return Output(self.loss(logits_BL, batch["targets"]) if "targets" in batch else None, logits_BL)


def pool(hidden_BTH: Tensor, mask_BT: Tensor, how: str) -> Tensor:
    """One vector (B, H) per text: the first sub-token's, or the mean or maximum over all but the padding."""
    if how == "cls":
        return hidden_BTH[:, 0]
    mask_BT1 = mask_BT[..., None].bool()
    if how == "max":
        return hidden_BTH.masked_fill(~mask_BT1, torch.finfo(hidden_BTH.dtype).min).amax(1)
    return (hidden_BTH * mask_BT1).sum(1) / mask_BT1.sum(1)
