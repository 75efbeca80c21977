"""An encoder in fewer bits, computed by torch."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import nn

from tabib.core.errors import ModelError


def in_8_bits(encoder: nn.Module) -> nn.Module:
    """Its linear layers with weights of 8 bits, and activations that are quantised as they come (dynamic).

    Scales are per tensor, as torch's dynamic quantisation has them by default. Embeddings, norms and attention
    stay in fp32.

    Raises:
        ModelError: this torch, or this encoder, has no such layers.
    """
    try:
        with warnings.catch_warnings():
            # torch means to give it up for torchao, which has nothing as fast on processors yet.
            warnings.simplefilter("ignore")
            from torch.ao.quantization import quantize_dynamic

            changed: nn.Module = quantize_dynamic(encoder, {nn.Linear}, dtype=torch.qint8)
    except (ImportError, AttributeError, RuntimeError, NotImplementedError) as error:
        raise ModelError(f"dynamic quantisation by torch {torch.__version__} failed: {_line(error)}") from error
    if not any("quantized" in type(module).__module__ for module in changed.modules()):
        raise ModelError(f"{type(encoder).__name__} has no linear layers that torch can quantise")
    return changed


def in_bfloat16(encoder: nn.Module) -> nn.Module:
    """All of it in bfloat16; its hidden states are handed to the head in fp32."""
    encoder.to(torch.bfloat16)
    encoder.register_forward_hook(_to_fp32)
    return encoder


def _to_fp32(_: nn.Module, __: Any, output: Any) -> Any:
    for name, value in output.items():
        if isinstance(value, torch.Tensor):
            output[name] = value.float()
        elif isinstance(value, tuple):
            output[name] = tuple(part.float() if isinstance(part, torch.Tensor) else part for part in value)
    return output


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
