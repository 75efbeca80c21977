"""A causal language model read from a folder: one way of doing it, for asking and for training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from tabib.config.options import PromptOptions
from tabib.core.errors import ModelError
from tabib.models.attention import Attention, load_pretrained
from tabib.models.weights import fingerprint_tokenizer, fingerprint_weights


@dataclass(frozen=True, slots=True)
class Causal:
    """A model in evaluation mode, on the GPU where there is one, with its tokeniser.

    ``identity``: of the weights, the tokeniser and the numbers that the model computes with.
    """

    model: Any
    tokenizer: Any
    identity: Mapping[str, Any]
    attention: Attention


def load_causal(weights: Path | None, options: PromptOptions, **arguments: Any) -> Causal:
    """The model in a folder; ``arguments`` go to ``from_pretrained``.

    Raises:
        ModelError: it is not a causal language model, or incomplete.
    """
    if weights is None:
        raise ModelError("the backend transformers reads weights from a folder: set model_name_or_path")
    tokens = fingerprint_tokenizer(weights)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = options.dtype if options.dtype != "auto" else "auto" if device == "cuda" else "float32"
    disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(weights)
        model, report, attention = load_pretrained(
            AutoModelForCausalLM, weights, options.attn_implementation, dtype=dtype, **arguments
        )
    except (ImportError, OSError, ValueError, RuntimeError, SafetensorError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"no causal language model can be read from {weights}: {first}") from error
    if absent := sorted(report["missing_keys"]):
        raise ModelError(
            f"the weights in {weights} lack {len(absent)} tensors of a {type(model).__name__}, such as"
            f" {absent[0]!r}; an encoder cannot be asked in words"
        )
    model = model.to(device).eval()
    attention.choose(model, training=False)
    identity = {
        "weights": fingerprint_weights(weights),
        "tokenizer": tokens,
        "dtype": str(model.dtype),
        "device": device,
        "attention": model.config._attn_implementation,
    }
    return Causal(model, tokenizer, identity, attention)
