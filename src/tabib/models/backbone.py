"""A pretrained encoder with its tokeniser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.initialization import no_init_weights
from transformers.utils.logging import disable_progress_bar

from tabib.core.errors import ModelError
from tabib.models.attention import Attention, load_attending, load_pretrained
from tabib.models.weights import fingerprint_tokenizer

_POSITIONS_AFTER_PADDING = {
    *("roberta", "camembert", "xlm-roberta", "xlm-roberta-xl", "roberta-prelayernorm", "xmod"),
    *("longformer", "data2vec-text", "mpnet", "luke", "ibert"),
}


class Backbone(nn.Module):
    """The encoder of a head: sub-tokens in, hidden states out.

    Args:
        encoder: a Hugging Face model that returns ``last_hidden_state``.
        tokenizer: its fast tokeniser (offsets are needed).
        max_length: sub-tokens of one window, special ones included; lowered to what the encoder can read.
        attention: how the encoder attends; default: as it does, and nothing else was asked for.
    """

    def __init__(self, encoder: Any, tokenizer: Any, max_length: int, attention: Attention | None = None) -> None:
        super().__init__()
        if not tokenizer.is_fast:
            raise ModelError(f"{type(tokenizer).__name__} gives no character offsets; a fast tokeniser is needed")
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.max_length = min(max_length, readable_length(encoder.config))
        self.attention = attention or Attention(None, encoder.config._attn_implementation)

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
        if (folder / "config.json").is_file():
            fingerprint_tokenizer(folder)  # refuses a folder without one: transformers would make up an empty one
        disable_progress_bar()  # of the loading of tensors, a matter of seconds
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            encoder, report, attention = load_pretrained(
                AutoModel, folder, attn_implementation, dtype=torch.float32
            )
        except (ImportError, OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise ModelError(_why(error, folder)) from error
        # A pooler that was not pretrained is not used by any head; anything else absent would be random weights.
        absent = sorted(key for key in report["missing_keys"] if "pooler" not in key)
        if absent:
            raise ModelError(
                f"the weights in {folder} lack {len(absent)} tensors of a {type(encoder).__name__}, such as"
                f" {absent[0]!r}; they are not those of its configuration"
            )
        if gradient_checkpointing:
            checkpoint_activations(encoder)
        return cls(encoder, tokenizer, max_length, attention)

    @classmethod
    def from_saved(cls, folder: Path) -> Self:
        """An encoder of the architecture that ``save`` wrote; its weights are the head's to load.

        It attends as was asked for, where nothing was, as it did; or as this machine can, whose numbers differ by
        rounding only.
        """
        settings = json.loads((folder / "backbone.json").read_text(encoding="utf-8"))
        asked = settings["attn_implementation"]
        config = AutoConfig.from_pretrained(folder)

        def load(implementation: str | None) -> Any:
            with no_init_weights():  # all of them are overwritten
                return AutoModel.from_config(config, dtype=torch.float32, attn_implementation=implementation)

        encoder, attention = load_attending(load, asked or settings["attention"])
        attention.asked = asked
        return cls(encoder, AutoTokenizer.from_pretrained(folder), settings["max_length"], attention)

    def save(self, folder: Path) -> None:
        """The encoder's configuration and the tokeniser, without weights."""
        folder.mkdir(parents=True, exist_ok=True)
        self.encoder.config.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        settings = {
            "max_length": self.max_length,
            "attn_implementation": self.attention.asked,
            "attention": self.attention.resting,
        }
        (folder / "backbone.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")

    @property
    def hidden_size(self) -> int:
        return int(self.encoder.config.get_text_config().hidden_size)

    def forward(
        self,
        input_ids_BT: Tensor,
        attention_mask_BT: Tensor,
        token_types_BT: Tensor | None = None,
        *,
        all_layers: bool = False,
    ) -> tuple[Tensor, ...]:
        """Hidden states (B, T, H) of the last layer; with ``all_layers``, of the embeddings and every layer.

        ``token_types_BT`` says which text of a pair a sub-token is of, for encoders that were trained with it.
        """
        self.attention.choose(self.encoder, training=self.training)
        types = {} if token_types_BT is None else {"token_type_ids": token_types_BT}
        output = self.encoder(
            input_ids=input_ids_BT, attention_mask=attention_mask_BT, output_hidden_states=all_layers, **types
        )
        return tuple(output.hidden_states) if all_layers else (output.last_hidden_state,)

    def pad(self, rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        """``input_ids`` and ``attention_mask``, both (B, T), padded on the right to the longest row."""
        longest = max(map(len, rows))
        assert longest > 0, "a row without sub-tokens cannot be read"
        padding = self.tokenizer.pad_token_id or 0  # masked, so any id serves
        ids_BT = torch.full((len(rows), longest), padding, dtype=torch.long)
        mask_BT = torch.zeros((len(rows), longest), dtype=torch.long)
        for index, row in enumerate(rows):
            ids_BT[index, : len(row)] = torch.tensor(row, dtype=torch.long)
            mask_BT[index, : len(row)] = 1
        return ids_BT, mask_BT


def readable_length(config: Any) -> int:
    """Sub-tokens that an encoder can read, special ones included; a million where it sets no limit.

    RoBERTa and its kin count positions from ``pad_token_id + 1``, so that 514 positions read 512 sub-tokens.
    """
    config = config.get_text_config()
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None or positions <= 0:
        return 1_000_000
    if config.model_type in _POSITIONS_AFTER_PADDING:
        padding = 1 if config.pad_token_id is None else config.pad_token_id
        return int(positions) - padding - 1
    return int(positions)


def checkpoint_activations(encoder: Any) -> None:
    # transformers renamed the method and warns of the old name.
    enable = getattr(encoder, "activation_checkpointing_enable", None) or encoder.gradient_checkpointing_enable
    try:
        enable({"use_reentrant": False})
    except ValueError as error:
        raise ModelError(f"gradient_checkpointing: {type(encoder).__name__} does not support it") from error


def _why(error: Exception, folder: Path) -> str:
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    pointers = [path.name for path in sorted(folder.glob("*.safetensors")) if path.stat().st_size < 1024]
    if pointers and b"git-lfs" in (folder / pointers[0]).read_bytes():
        first = f"{pointers[0]} is a Git LFS pointer, not the weights; fetch them with 'git lfs pull'"
    return f"the model in {folder} cannot be loaded: {first}"
