"""A pretrained encoder with its tokeniser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer

from tabib.core.errors import ModelError


class Backbone(nn.Module):
    """The encoder of a head: sub-tokens in, hidden states out.

    Args:
        encoder: a Hugging Face model that returns ``last_hidden_state``.
        tokenizer: its fast tokeniser (offsets are needed).
        max_length: sub-tokens of one window, special ones included; lowered to what the encoder can read.
    """

    def __init__(self, encoder: Any, tokenizer: Any, max_length: int) -> None:
        super().__init__()
        if not tokenizer.is_fast:
            raise ModelError(f"{type(tokenizer).__name__} gives no character offsets; a fast tokeniser is needed")
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.max_length = min(max_length, readable_length(encoder.config))

    @classmethod
    def from_folder(
        cls,
        folder: Path,
        *,
        max_length: int = 512,
        attn_implementation: str | None = None,
        gradient_checkpointing: bool = False,
    ) -> Self:
        """Pretrained weights from a folder that ``find_weights`` found; fp32, whatever they were saved as."""
        arguments = {} if attn_implementation is None else {"attn_implementation": attn_implementation}
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True)
        encoder = AutoModel.from_pretrained(folder, dtype=torch.float32, **arguments)
        if gradient_checkpointing:
            encoder.gradient_checkpointing_enable()
        return cls(encoder, tokenizer, max_length)

    @classmethod
    def from_saved(cls, folder: Path) -> Self:
        """An encoder of the architecture that ``save`` wrote; its weights are the head's to load."""
        settings = json.loads((folder / "backbone.json").read_text(encoding="utf-8"))
        encoder = AutoModel.from_config(AutoConfig.from_pretrained(folder))
        return cls(encoder, AutoTokenizer.from_pretrained(folder, use_fast=True), settings["max_length"])

    def save(self, folder: Path) -> None:
        """The encoder's configuration and the tokeniser, without weights."""
        folder.mkdir(parents=True, exist_ok=True)
        self.encoder.config.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        (folder / "backbone.json").write_text(json.dumps({"max_length": self.max_length}), encoding="utf-8")

    @property
    def hidden_size(self) -> int:
        return int(self.encoder.config.hidden_size)

    def forward(
        self, input_ids_BT: Tensor, attention_mask_BT: Tensor, *, all_layers: bool = False
    ) -> tuple[Tensor, ...]:
        """Hidden states (B, T, H) of the last layer; with ``all_layers``, of the embeddings and every layer."""
        output = self.encoder(
            input_ids=input_ids_BT, attention_mask=attention_mask_BT, output_hidden_states=all_layers
        )
        return tuple(output.hidden_states) if all_layers else (output.last_hidden_state,)

    def pad(self, rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        """``input_ids`` and ``attention_mask``, both (B, T), padded on the right to the longest row."""
        longest = max(map(len, rows))
        padding = self.tokenizer.pad_token_id or 0
        ids_BT = torch.full((len(rows), longest), padding, dtype=torch.long)
        mask_BT = torch.zeros((len(rows), longest), dtype=torch.long)
        for index, row in enumerate(rows):
            ids_BT[index, : len(row)] = torch.tensor(row, dtype=torch.long)
            mask_BT[index, : len(row)] = 1
        return ids_BT, mask_BT


def readable_length(config: Any) -> int:
    """Sub-tokens that an encoder can read, special ones included.

    RoBERTa and its kin count positions from ``pad_token_id + 1``, so that 514 positions read 512 sub-tokens.
    """
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None or positions <= 0:
        return 1_000_000
    if config.model_type in ("roberta", "camembert", "xlm-roberta", "longformer", "xlm-roberta-xl"):
        return int(positions) - config.pad_token_id - 1
    return int(positions)
