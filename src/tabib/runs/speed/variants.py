"""The ways to compute with a trained model, and which of them a model has on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tabib.core.errors import MissingExtraError
from tabib.records.record import RunRecord
from tabib.registry import find, models, resolve

if TYPE_CHECKING:
    from torch import nn

VARIANTS = ("own", "fp32", "int8", "onnx", "onnx-int8", "gpu-fp32", "gpu-bf16")
"""``own``: as it is, the only one of models without an encoder of ours (baselines, language models). The others
compute the encoder of a head: ``fp32`` as it was trained; ``int8`` with its linear layers in 8 bits; ``onnx`` and
``onnx-int8`` by ONNX Runtime; all these on the processor; ``gpu-fp32`` and ``gpu-bf16`` on a GPU. Head, tokeniser
and decoding are the same in all."""

REFERENCES = ("own", "fp32")
"""What the other variants of a model are compared with: the way it predicts everywhere."""

ONNX_PACKAGES = ("onnx", "onnxscript", "onnxruntime")


def variants_of(record: RunRecord) -> tuple[str, ...]:
    """The variants of a run's model, the one to compare with first."""
    return VARIANTS[1:] if has_encoder(record) else VARIANTS[:1]


def has_encoder(record: RunRecord) -> bool:
    """Whether the run's model is a head over an encoder. Loads torch for those that need it."""
    entry = find(models(), record.model, "model")
    if not entry.pretrained:
        return False
    from tabib.models.heads.base import Head

    target: Any = resolve(entry.targets[record.task])
    return issubclass(target, Head)


def device_of(variant: str, record: RunRecord) -> str:
    """``cpu`` or ``gpu``; language models of their own accord use a GPU where there is one."""
    if variant == "own":
        return "gpu" if find(models(), record.model, "model").pretrained and _has_gpu() else "cpu"
    return "gpu" if variant.startswith("gpu-") else "cpu"


def obstacle(variant: str, record: RunRecord) -> str:
    """Why a variant cannot be measured here; empty where it can."""
    if variant == "own" and _on_server(record):
        return "the model is on a server: its speed is the server's and the network's, and answers may cost money"
    if variant.startswith("gpu-") and not _has_gpu():
        return "there is no GPU on this machine"
    if variant.startswith("onnx"):
        absent = [package for package in ONNX_PACKAGES if find_spec(package) is None]
        return str(MissingExtraError(", ".join(absent), "onnx")) if absent else ""
    return ""


def change_encoder(variant: str, encoder: nn.Module, threads: int, onnx_file: str | None) -> nn.Module:
    """What takes the place of a head's encoder, with the same call and the same kind of result.

    Raises:
        ModelError: this encoder, or this version of torch, cannot be changed so.
    """
    if variant in ("fp32", "gpu-fp32"):
        return encoder
    if variant == "int8":
        from tabib.runs.speed.quantised import in_8_bits

        return in_8_bits(encoder)
    if variant == "gpu-bf16":
        from tabib.runs.speed.quantised import in_bfloat16

        return in_bfloat16(encoder)
    from tabib.runs.speed.onnx import OnnxEncoder

    assert onnx_file is not None, "made before the variant is opened"
    return OnnxEncoder(onnx_file, encoder, threads)


def _on_server(record: RunRecord) -> bool:
    entry = find(models(), record.model, "model")
    options: Any = resolve(entry.options).model_validate(record.config.get("backend_args") or {})
    return bool(getattr(options, "remote", False))


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()
