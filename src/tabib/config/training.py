"""``training:`` of a run. Names follow ``transformers.TrainingArguments`` where it has the same setting."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from tabib.config.paths import PathText
from tabib.config.schema import Schema


class TrainingConfig(Schema):
    """How a model with gradient steps is trained.

    Either ``max_steps`` or ``num_train_epochs`` says how long (``max_steps`` wins where both are given).

    Dev is scored after every ``eval_steps`` steps and after the last one; by default about once an epoch, but at
    most 10 times in a run. The weights with the best ``metric_for_best_model`` are kept, the earliest among
    equals; without a dev split, the last ones. A loss is the mean over all rows of a step, however many batches
    it is accumulated from. ``output_dir`` and ``save_steps`` have no influence on the result; all else has.
    """

    output_dir: PathText | None = Field(default=None, description="where the run folder is made; default: runs")
    max_steps: int | None = Field(default=None, ge=1, description="optimiser steps")
    num_train_epochs: float = Field(default=3.0, gt=0)
    per_device_train_batch_size: int = Field(default=16, ge=1, description="rows of one forward pass")
    max_tokens_per_batch: int | None = Field(
        default=None, ge=8, description="sub-tokens with padding of one forward pass; replaces the batch size"
    )
    gradient_accumulation_steps: int = Field(default=1, ge=1)
    learning_rate: float = Field(
        default=5e-5, gt=0, description="of new layers, and of all where no other is given"
    )
    bert_learning_rate: float | None = Field(default=None, gt=0, description="of the pretrained encoder")
    weight_decay: float = Field(default=0.01, ge=0, description="not on biases and norms")
    gradient_clip: float = Field(default=1.0, gt=0, description="largest norm of all gradients together")
    lr_scheduler_type: Literal["linear", "cosine", "constant"] = "linear"
    warmup_ratio: float = Field(default=0.1, ge=0, lt=1, description="share of the steps")
    warmup_steps: int | None = Field(
        default=None, ge=0, description="instead of the share; never more than 10% of the steps"
    )
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    bf16: bool = Field(default=False, description="the same as precision: bf16")
    fp16: bool = Field(default=False, description="the same as precision: fp16")
    group_by_length: bool = Field(default=True, description="batches of rows of like length")
    eval_steps: int | None = Field(
        default=None,
        ge=1,
        description="dev is scored every so many steps and after the last; default: each epoch, at most 10 times",
    )
    metric_for_best_model: str | None = Field(
        default=None, description="a dev metric; default: the task's first one"
    )
    greater_is_better: bool | None = Field(
        default=None, description="of metric_for_best_model; default: as it is for that metric"
    )
    early_stopping_patience: int | None = Field(default=None, ge=1, description="dev scores without a better one")
    save_steps: int | None = Field(
        default=None,
        ge=1,
        description="a checkpoint every so many steps; default: with a dev score, at most once a minute",
    )

    @model_validator(mode="after")
    def _one_precision(self) -> Self:
        if self.bf16 and self.fp16:
            raise ValueError("bf16 and fp16 exclude each other")
        if (self.bf16 or self.fp16) and self.precision not in ("fp32", self.mixed_precision):
            raise ValueError(f"precision: {self.precision} contradicts the bf16 or fp16 switch")
        return self

    @property
    def mixed_precision(self) -> Literal["fp32", "bf16", "fp16"]:
        """The precision that is meant, whichever way it was said."""
        return "bf16" if self.bf16 else "fp16" if self.fp16 else self.precision

    @property
    def encoder_learning_rate(self) -> float:
        return self.learning_rate if self.bert_learning_rate is None else self.bert_learning_rate
