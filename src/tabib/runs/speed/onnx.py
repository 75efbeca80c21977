"""An encoder computed by ONNX Runtime: exporting it, and standing in its place in a head."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.models.heads.base import Head

LAST = "last_hidden_state"
_MASKED = 3
"""Sub-tokens of padding in the example that is traced, so that the mask is no constant."""


@dataclass(frozen=True, slots=True)
class _Call:
    """How a head calls its encoder: the tensors by name, and whether it wants the states of all layers."""

    tensors: dict[str, Tensor]
    all_layers: bool


def export_encoder(model: Head, document: Document, file: Path, *, in_8_bits: Path | None) -> None:
    """Write the encoder of a head as ONNX, for any number of rows of any length.

    Args:
        document: one that the head is given, to see how it calls its encoder.
        file: where to; weights may stand in a file beside it.
        in_8_bits: where the same with weights of 8 bits is written to; None: not.

    Raises:
        ModelError: this encoder cannot be exported.
    """
    encoder = model.backbone.encoder
    call = _call_of(model, document)
    names = list(call.tensors)
    outputs = [LAST]
    if call.all_layers:
        outputs += [_layer(index) for index in range(int(encoder.config.num_hidden_layers) + 1)]
    both: Any = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    try:
        with _quiet():
            program: Any = torch.onnx.export(
                _Positional(encoder, names, call.all_layers).eval(),
                tuple(call.tensors.values()),
                dynamo=True,
                dynamic_shapes=(tuple(both for _ in names),),
                input_names=names,
                output_names=outputs,
                verbose=False,
            )
            program.save(str(file))
            if in_8_bits is not None:
                from onnxruntime.quantization import QuantType, quantize_dynamic

                quantize_dynamic(file, in_8_bits, weight_type=QuantType.QInt8)
    except Exception as error:  # exporters raise whatever their parts raise
        raise ModelError(f"{type(encoder).__name__} cannot be exported to ONNX: {_line(error)}") from error


class OnnxEncoder(nn.Module):
    """Stands where a head has its encoder: the same call, the same hidden states, computed by ONNX Runtime.

    Args:
        file: what ``export_encoder`` wrote.
        encoder: the encoder that it stands for; only its configuration is kept.
        threads: that ONNX Runtime uses.

    Raises:
        ModelError: ONNX Runtime cannot open the file.
    """

    def __init__(self, file: str, encoder: Any, threads: int) -> None:
        import onnxruntime

        super().__init__()
        self.config = encoder.config
        self.dtype, self.device = torch.float32, torch.device("cpu")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors
        try:
            self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no class of their own
            raise ModelError(f"ONNX Runtime cannot open {file}: {_line(error)}") from error
        # A head asks its first parameter for the device, and some have none of their own.
        self.anchor = nn.Parameter(torch.zeros(0), requires_grad=False)
        self.names = {value.name for value in self.session.get_inputs()}

    def set_attn_implementation(self, _: str) -> None:
        """Attention is what it was when the encoder was exported."""

    def forward(self, output_hidden_states: bool = False, **tensors: Tensor) -> Any:
        given = {name: tensor.numpy() for name, tensor in tensors.items() if name in self.names}
        n_layers = int(self.config.num_hidden_layers)
        wanted = [_layer(index) for index in range(n_layers + 1)] if output_hidden_states else [LAST]
        found = [torch.from_numpy(array) for array in self.session.run(wanted, given)]
        return SimpleNamespace(last_hidden_state=found[-1], hidden_states=tuple(found))


class _Positional(nn.Module):
    """An encoder that takes tensors in order and returns a tuple, as exporters want it."""

    def __init__(self, encoder: nn.Module, names: list[str], all_layers: bool) -> None:
        super().__init__()
        self.encoder, self.names, self.all_layers = encoder, names, all_layers

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        given: dict[str, Any] = dict(zip(self.names, tensors, strict=True))
        output = self.encoder(**given, output_hidden_states=self.all_layers)
        return (output.last_hidden_state, *(output.hidden_states if self.all_layers else ()))


def _call_of(model: Head, document: Document) -> _Call:
    """The head's own call, brought to two rows of different length."""
    calls: list[dict[str, Any]] = []

    def keep(_: nn.Module, __: Any, given: dict[str, Any]) -> None:
        calls.append(given)

    handle = model.backbone.encoder.register_forward_pre_hook(keep, with_kwargs=True)
    try:
        model.annotate([document])
    finally:
        handle.remove()
    if not calls:
        raise ModelError("the head did not call its encoder for the first document, so there is nothing to export")
    given = calls[0]
    tensors = {}
    for name, value in given.items():
        if isinstance(value, Tensor):
            row_T = value[0].clone()
            padded_T = row_T.repeat(-(-2 * (_MASKED + 1) // len(row_T)))  # long enough to have padding
            tensors[name] = torch.stack([padded_T, padded_T])
    tensors["attention_mask"][1, -_MASKED:] = 0
    return _Call(tensors, bool(given.get("output_hidden_states")))


def _layer(index: int) -> str:
    return f"hidden_state_{index}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporters log and warn of what no user can change."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
