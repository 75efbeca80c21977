"""What the models that read the two texts of a pair apart share: one vector for each, and their cosine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from tabib.core.examples import Document
from tabib.models.heads.base import Head
from tabib.models.heads.pooled import TextRow, pool
from tabib.models.trainable import Batch, Encoded
from tabib.models.windows import special_tokens


@dataclass(slots=True)
class TextsRow(TextRow):
    """One pair; ``input_ids`` are the first text's, ``second_ids`` the other's, ``target`` is the gold."""

    second_ids: list[int] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Both texts count: both are read."""
        return len(self.input_ids) + len(self.second_ids)


class _Options(Protocol):
    @property
    def pooling(self) -> Any: ...


class CosineHead(Head):
    """Encoder, pooling, cosine. A text beyond the window is truncated, and its pair says so."""

    options: _Options

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        if not documents:
            return Encoded([])
        tokenizer = self.backbone.tokenizer
        before, after = special_tokens(tokenizer)
        capacity = self.backbone.max_length - len(before) - len(after)
        texts = [text for document in documents for text in (document.text, document.second)]
        ids_by_text = tokenizer(texts, add_special_tokens=False, padding=False, truncation=False, verbose=False)[
            "input_ids"
        ]
        rows = [[*before, *ids[:capacity], *after] or [tokenizer.pad_token_id or 0] for ids in ids_by_text]
        return Encoded(
            [
                TextsRow(
                    index,
                    rows[2 * index],
                    None if gold is None else gold[index],
                    sum(min(len(ids), capacity) for ids in ids_by_text[2 * index : 2 * index + 2]),
                    sum(len(ids) for ids in ids_by_text[2 * index : 2 * index + 2]),
                    rows[2 * index + 1],
                )
                for index in range(len(documents))
            ]
        )

    def collate(self, features: Sequence[TextsRow]) -> Batch:
        """The first texts of all pairs, then the second ones: (2 B, T)."""
        ids_BT, mask_BT = self.backbone.pad(
            [row.input_ids for row in features] + [row.second_ids for row in features]
        )
        batch: Batch = {"input_ids": ids_BT, "attention_mask": mask_BT}
        if all(row.target is not None for row in features):
            batch["targets"] = torch.tensor([row.target for row in features], dtype=torch.float32)
        return batch

    def vectors(self, batch: Batch) -> Tensor:
        """(2 B, H)"""
        (hidden_BTH,) = self.backbone(batch["input_ids"], batch["attention_mask"])
        return pool(hidden_BTH, batch["attention_mask"], self.options.pooling).float()


def cosine(vectors_BH: Tensor) -> Tensor:
    """(B) of the first half of the vectors with the second; 0 where one is all zeros."""
    first_BH, second_BH = vectors_BH.chunk(2)
    return cosine_similarity(first_BH, second_BH, dim=-1)
