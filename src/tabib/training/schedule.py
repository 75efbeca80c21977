"""How long a run is, when dev is scored, and the learning rate of each step. Pure functions of the step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from tabib.config.training import TrainingConfig
from tabib.training.batching import epoch_batches
from tabib.training.events import Plan

MOST_EVALUATIONS = 10
"""Looks at dev in a run for which ``eval_steps`` is not given."""
LONGEST_WARMUP = 0.1
"""Share of the steps that ``warmup_steps`` is cut to, so that a short run does not end while warming up."""


def make_plan(lengths: Sequence[int], config: TrainingConfig, seed: int, *, has_dev: bool) -> Plan:
    """The plan for rows of these lengths."""
    steps_per_epoch = _epoch_steps(lengths, config, seed, 0)
    total = config.max_steps or _steps_of_epochs(lengths, config, seed)
    eval_every = config.eval_steps or max(steps_per_epoch, math.ceil(total / MOST_EVALUATIONS))
    return Plan(total, steps_per_epoch, warmup(total, config), eval_every if has_dev else 0, config.save_steps)


def warmup(total_steps: int, config: TrainingConfig) -> int:
    """Steps of warm-up: the share, or ``warmup_steps`` but never more than 10% of the run."""
    if config.warmup_steps is None:
        return int(config.warmup_ratio * total_steps)
    return min(config.warmup_steps, int(LONGEST_WARMUP * total_steps))


def rate_factor(
    step: int, total_steps: int, warmup_steps: int, kind: Literal["linear", "cosine", "constant"]
) -> float:
    """What the learning rate of a step (1 for the first) is multiplied with, in [0, 1].

    Rises linearly to 1, reached at step ``warmup_steps + 1``; then falls towards 0, which the step after the
    last would have, along a line or half a cosine; or stays at 1.
    """
    done = step - 1
    if done < warmup_steps:
        return (done + 1) / (warmup_steps + 1)
    if kind == "constant":
        return 1.0
    progress = (done - warmup_steps) / max(1, total_steps - warmup_steps)
    return 1.0 - progress if kind == "linear" else 0.5 * (1.0 + math.cos(math.pi * progress))


def _epoch_steps(lengths: Sequence[int], config: TrainingConfig, seed: int, epoch: int) -> int:
    if config.max_tokens_per_batch is None:
        batches = math.ceil(len(lengths) / config.per_device_train_batch_size)
    else:  # how well rows fill the budget differs between epochs
        batches = len(epoch_batches(lengths, config, seed, epoch))
    return math.ceil(batches / config.gradient_accumulation_steps)


def _steps_of_epochs(lengths: Sequence[int], config: TrainingConfig, seed: int) -> int:
    whole = int(config.num_train_epochs)
    part = config.num_train_epochs - whole
    steps = sum(_epoch_steps(lengths, config, seed, epoch) for epoch in range(whole))
    if part > 0:
        steps += math.ceil(part * _epoch_steps(lengths, config, seed, whole))
    return steps
