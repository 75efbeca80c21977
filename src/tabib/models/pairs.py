"""Pairs of texts as one row, joined as the tokeniser joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tabib.models.backbone import Backbone


@dataclass(frozen=True, slots=True)
class PairIds:
    """One pair.

    Args:
        ids: sub-tokens, special ones included; at most the encoder's ``max_length``.
        types: 0 for the first text and 1 for the second, as far as the encoder tells them apart; else empty.
        whole: how many sub-tokens there would be without the limit.
    """

    ids: list[int]
    types: list[int]
    whole: int


def encode_pairs(
    backbone: Backbone, firsts: Sequence[str], seconds: Sequence[str], *, keep_end: bool = False
) -> list[PairIds]:
    """The pairs, aligned. Of a pair that is too long, the longer text is cut at its end until both fit.

    Args:
        keep_end: cut at the beginning instead: of a clinical case with a question, what is asked stands last.
    """
    if not firsts:
        return []
    tokenizer, limit = backbone.tokenizer, backbone.max_length
    encoded = tokenizer(
        list(firsts), list(seconds), return_token_type_ids=True, return_attention_mask=False, verbose=False
    )
    ids, types = encoded["input_ids"], encoded["token_type_ids"]
    whole = [len(row) for row in ids]
    long = [index for index, length in enumerate(whole) if length > limit]
    if long:
        side = tokenizer.truncation_side
        tokenizer.truncation_side = "left" if keep_end else "right"
        cut = tokenizer(
            [firsts[index] for index in long],
            [seconds[index] for index in long],
            truncation="longest_first",
            max_length=limit,
            return_token_type_ids=True,
            return_attention_mask=False,
        )
        tokenizer.truncation_side = side
        for index, row, kinds in zip(long, cut["input_ids"], cut["token_type_ids"], strict=True):
            ids[index], types[index] = row, kinds
        tokenizer.backend_tokenizer.no_truncation()  # lest the limit is saved with the tokeniser
    known = getattr(backbone.encoder.config, "type_vocab_size", 0) or 0
    padding = tokenizer.pad_token_id or 0  # two empty texts, without special tokens: something must be read
    return [
        PairIds(row or [padding], kinds if known > 1 and row else [], length)
        for row, kinds, length in zip(ids, types, whole, strict=True)
    ]


def pad_pairs(backbone: Backbone, pairs: Sequence[PairIds]) -> tuple[Tensor, Tensor, Tensor | None]:
    """``input_ids``, ``attention_mask`` and, where the encoder has them, token types: all (B, T)."""
    ids_BT, mask_BT = backbone.pad([pair.ids for pair in pairs])
    if not any(pair.types for pair in pairs):
        return ids_BT, mask_BT, None
    types_BT = torch.zeros_like(ids_BT)
    for index, pair in enumerate(pairs):
        types_BT[index, : len(pair.types)] = torch.tensor(pair.types, dtype=torch.long)
    return ids_BT, mask_BT, types_BT
