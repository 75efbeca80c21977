"""AdamW with two learning rates, and without weight decay where decay makes no sense."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tabib.config.training import TrainingConfig
from tabib.models.trainable import Trainable


def make_optimiser(model: Trainable, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019) over the parameters that need gradients.

    The encoder learns with ``encoder_learning_rate``, all else with ``learning_rate``. Biases, norms and other
    vectors and scalars do not decay. Each group keeps its rate in ``base_lr``, which the schedule multiplies.
    """
    encoder = {name for name, _ in model.pretrained_parameters()}
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name in encoder, decays(name, parameter)), []).append(parameter)
    rows: list[dict[str, Any]] = []
    for (in_encoder, decay), parameters in sorted(groups.items(), key=lambda item: item[0]):
        rate = config.encoder_learning_rate if in_encoder else config.learning_rate
        rows.append(
            {
                "params": parameters,
                "lr": rate,
                "base_lr": rate,
                "weight_decay": config.weight_decay if decay else 0.0,
            }
        )
    # One kernel for the whole step; with fp16 the scaler has to see whether a step was made, so not there.
    fused = model.device.type in ("cpu", "cuda") and config.mixed_precision != "fp16"
    return torch.optim.AdamW(rows, fused=fused)


def decays(name: str, parameter: nn.Parameter) -> bool:
    """Whether weight decay is for this parameter: matrices that are not biases."""
    return parameter.ndim >= 2 and "bias" not in name.rsplit(".", 1)[-1]


def set_rates(optimiser: torch.optim.Optimizer, factor: float) -> None:
    """Give every group its own rate times ``factor``."""
    for group in optimiser.param_groups:
        group["lr"] = group["base_lr"] * factor
