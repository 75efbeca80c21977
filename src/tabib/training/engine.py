"""Device, mixed precision and gradient clipping, by ``accelerate``."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Literal

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor

from tabib.core.errors import ConfigError

Precision = Literal["fp32", "bf16", "fp16"]
_NAMES: dict[Precision, str] = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}


class Engine:
    """One run's use of ``accelerate``, on one device.

    The model is not wrapped: training runs its forward pass under ``autocast()``, and prediction is in the
    weights' own precision, while training as after it, so that dev scores are those of the saved model.

    Raises:
        ConfigError: a precision that the device lacks (fp16 needs a GPU), or a launcher has started several
            processes for one run.
    """

    def __init__(self, precision: Precision) -> None:
        # Accelerate keeps one precision per process and refuses another; runs of one benchmark may differ.
        if AcceleratorState._shared_state and AcceleratorState().mixed_precision != _NAMES[precision]:
            AcceleratorState._reset_state()
        if precision == "fp16" and not torch.cuda.is_available():
            raise ConfigError(
                "training.precision: fp16 needs a CUDA device, and none is available; expected fp32 or bf16 here"
            )
        try:
            self._accelerator = Accelerator(mixed_precision=_NAMES[precision])
        except ValueError as error:  # the device lacks the precision
            raise ConfigError(f"training.precision: {precision} cannot be used on this device: {error}") from error
        if self._accelerator.num_processes != 1:
            raise ConfigError(
                f"a run trains in one process, but {self._accelerator.num_processes} were launched for it;"
                " start tabib without a launcher and use parallel_seeds to fill a machine"
            )
        # An environment variable of accelerate's would divide our losses; accumulation is weighted by the loop.
        self._accelerator.gradient_accumulation_steps = 1

    @property
    def device(self) -> torch.device:
        device: torch.device = self._accelerator.device
        return device

    def prepare(self, optimiser: torch.optim.Optimizer) -> Any:
        """The optimiser, with gradient scaling where the precision is fp16."""
        return self._accelerator.prepare_optimizer(optimiser, device_placement=False)

    def autocast(self) -> AbstractContextManager[None]:
        context: AbstractContextManager[None] = self._accelerator.autocast()
        return context

    def backward(self, loss: Tensor) -> None:
        self._accelerator.backward(loss)

    def clip(self, parameters: Iterable[Tensor], largest: float) -> float:
        """Scale gradients down to a norm of at most ``largest``; the norm before that."""
        return float(self._accelerator.clip_grad_norm_(list(parameters), largest))

    def state(self) -> dict[str, Any]:
        """The gradient scaler's state, as JSON types; empty without one."""
        return {} if self._accelerator.scaler is None else dict(self._accelerator.scaler.state_dict())

    def restore(self, state: dict[str, Any]) -> None:
        if self._accelerator.scaler is not None:
            self._accelerator.scaler.load_state_dict(state)

    def close(self) -> None:
        """Let go of the optimiser and its memory."""
        self._accelerator.free_memory()
