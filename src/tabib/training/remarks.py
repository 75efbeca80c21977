"""Settings that have no effect, or another than they say: never without a word."""

from __future__ import annotations

from tabib.config.training import TrainingConfig
from tabib.training.events import Plan


def remarks(config: TrainingConfig, plan: Plan, *, has_dev: bool) -> list[str]:
    """One line for each setting that was given and does not count as given."""
    given = config.model_fields_set
    found = []
    if config.max_steps is not None and "num_train_epochs" in given:
        found.append(f"num_train_epochs has no effect: max_steps is {config.max_steps}")
    if config.max_tokens_per_batch is not None and "per_device_train_batch_size" in given:
        found.append(
            f"per_device_train_batch_size has no effect: max_tokens_per_batch is {config.max_tokens_per_batch}"
        )
    if config.warmup_steps is not None and config.warmup_steps > plan.warmup_steps:
        found.append(f"warmup_steps is cut from {config.warmup_steps} to {plan.warmup_steps}, 10% of the steps")
    if not has_dev:
        for name in ("eval_steps", "metric_for_best_model", "early_stopping_patience"):
            if getattr(config, name) is not None:
                found.append(f"{name} has no effect: there is no dev split")
    return found


def partly_trained(trained: int, parameters: int) -> list[str]:
    """How many parameters are trained, and their share, where it is not all of them."""
    if trained == parameters:
        return []
    return [f"trains {trained:,} of {parameters:,} parameters ({trained / parameters:.2%})"]
