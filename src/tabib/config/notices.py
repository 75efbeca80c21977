"""Settings that were given and have no effect. Each is said once, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tabib.config.options import WordOptions
from tabib.config.schema import Schema

if TYPE_CHECKING:
    from tabib.config.run import RunConfig

_PROMPTS = {"continuation": "mcqa", "scale": "similarity"}

_ONLY_FOR: Mapping[str, Mapping[str, str]] = {
    "text": {
        "class_weights": "classification",
        "positive_weight_cap": "multilabel",
        "focal_gamma": "multilabel",
        "tune_threshold": "multilabel",
        "at_least_one_label": "multilabel",
    },
    "llm": _PROMPTS,
    "lora_sft": _PROMPTS,
}
"""Model → setting → the one task in which it has an effect."""

_REPLACED_BY = {
    "num_train_epochs": "max_steps",
    "per_device_train_batch_size": "max_tokens_per_batch",
    "warmup_ratio": "warmup_steps",
}
"""``training`` key → the key that wins where both are given."""


def _changed(schema: Schema) -> set[str]:
    """Fields that are not at their default: a default spelled out (as in a resolved file) is no wish."""
    return {name for name, field in type(schema).model_fields.items() if getattr(schema, name) != field.default}


def run_notices(config: RunConfig) -> tuple[str, ...]:
    """One sentence per setting without effect."""
    notices = []
    if not config.entry.pretrained:
        for key in ("model_name_or_path", "offline_dir"):
            if getattr(config, key) is not None:
                notices.append(f"{key} has no effect: {config.model!r} does not start from weights")
    if config.training is not None and not config.entry.by_steps:
        if _changed(config.training) - {"output_dir"}:
            notices.append(f"training has no effect: {config.model!r} is not trained by steps")
    elif config.training is not None:
        given = _changed(config.training)
        notices += [
            f"training.{key} has no effect: training.{winner} is given"
            for key, winner in _REPLACED_BY.items()
            if key in given and winner in given
        ]
    idle = idle_options(config)
    notices += [
        f"backend_args.{key} has no effect {idle[key]}"
        for key in sorted(_changed(config.options()))
        if key in idle
    ]
    return tuple(notices)


def idle_options(config: RunConfig) -> dict[str, str]:
    """Settings of the model that have no effect, whether they were given or not → in which case."""
    only_for = _ONLY_FOR.get(config.model, {})
    idle = {key: f"on the task {config.task}" for key, task in only_for.items() if task != config.task}
    if config.preprocessing.unit == "sentence" and isinstance(config.options(), WordOptions):
        idle |= dict.fromkeys(("unit", "row_words"), "where preprocessing cuts at sentences")
    return idle
