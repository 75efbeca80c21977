"""Adapters of models that are not like the others: tied embeddings, GPT-2's layers, images beside the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

from tabib.config.options import LoraOptions
from tabib.models.build import set_seed
from tabib.models.decoders.lora.adapters import add_adapters, merge, save_adapters

SIZES: dict[str, Any] = {
    "vocab_size": 300,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "intermediate_size": 32,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
IDS = torch.arange(3, 40)[None]


def adapted(model: Any, **options: Any) -> Any:
    """Adapters that change what the model computes."""
    found = add_adapters(model, LoraOptions(r=4, lora_dropout=0.0, **options)).eval()
    generator = torch.Generator().manual_seed(0)
    for _, parameter in found.named_parameters():
        if parameter.requires_grad:
            parameter.data.normal_(0, 0.3, generator=generator)
    return found


def differences(
    model: Any, weights: Path, tokenizer: Any, options: LoraOptions, folder: Path
) -> tuple[float, Any]:
    """Between the logits with adapters and those of the merged weights; and the latter."""
    save_adapters(model, tokenizer, weights, folder / "adapter")
    merge(weights, folder / "adapter", options, folder / "merged")
    merged = AutoModelForCausalLM.from_pretrained(folder / "merged").eval()
    with torch.no_grad():
        return float((merged(IDS).logits - model(IDS).logits).abs().max()), merged


@pytest.mark.parametrize(
    ("options", "tied"),
    [
        ({}, True),
        ({"target_modules": ("q_proj", "embed_tokens")}, False),
        ({"target_modules": ("q_proj", "lm_head")}, False),
        ({"modules_to_save": ("embed_tokens",)}, False),
        ({"modules_to_save": ("lm_head",)}, False),
    ],
)
def test_embeddings_that_are_tied_are_merged_each_by_itself(
    options: dict[str, Any], tied: bool, tiny_llm: Path, tmp_path: Path
) -> None:
    set_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_llm)
    LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=True)).save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    base = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    before = base(IDS).logits.detach()
    model = adapted(base, **options)
    assert not torch.allclose(model(IDS).logits, before, atol=0.1)
    difference, merged = differences(model, tmp_path / "base", tokenizer, LoraOptions(**options), tmp_path)
    assert difference < 1e-4
    assert merged.config.tie_word_embeddings is tied
    size = (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_size
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    assert size < 4 * trained + 8192  # no copy of the base's embeddings


def test_layers_of_gpt2_without_a_word(tiny_llm: Path, tmp_path: Path) -> None:
    set_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_llm)
    config = GPT2Config(
        vocab_size=300, n_embd=16, n_layer=1, n_head=2, n_positions=64, bos_token_id=1, eos_token_id=2
    )
    GPT2LMHeadModel(config).save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    model = adapted(AutoModelForCausalLM.from_pretrained(tmp_path / "base"))
    assert differences(model, tmp_path / "base", tokenizer, LoraOptions(), tmp_path)[0] < 1e-4


def test_layers_that_read_images_get_no_adapters() -> None:
    set_seed(0)
    images = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = Gemma3Config(
        text_config={**SIZES, "head_dim": 8},
        vision_config={**images, "image_size": 28, "patch_size": 14},
        mm_tokens_per_image=4,
    )
    names = [
        name for name, _ in adapted(Gemma3ForConditionalGeneration(config)).named_parameters() if "lora" in name
    ]
    assert len(names) == 14  # A and B of the 7 layers of the one block
    assert all("language_model" in name for name in names)
