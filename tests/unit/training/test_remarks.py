"""A setting that does not count as given is named; one that does is not."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.config.training import TrainingConfig
from tabib.training.remarks import remarks
from tabib.training.schedule import make_plan


def found(has_dev: bool = True, **settings: Any) -> list[str]:
    config = TrainingConfig(**settings)
    return remarks(config, make_plan([5] * 320, config, 0, has_dev=has_dev), has_dev=has_dev)


@pytest.mark.parametrize(
    ("settings", "remark"),
    [
        ({"max_steps": 7, "num_train_epochs": 3}, "num_train_epochs has no effect: max_steps is 7"),
        (
            {"max_tokens_per_batch": 64, "per_device_train_batch_size": 8},
            "per_device_train_batch_size has no effect: max_tokens_per_batch is 64",
        ),
        ({"warmup_steps": 50}, "warmup_steps is cut from 50 to 6, 10% of the steps"),
        ({"has_dev": False, "eval_steps": 5}, "eval_steps has no effect: there is no dev split"),
    ],
)
def test_no_effect_is_said(settings: dict[str, Any], remark: str) -> None:
    assert found(**settings) == [remark]


def test_nothing_is_said_of_defaults_and_of_settings_that_count() -> None:
    assert found() == found(has_dev=False) == []
    assert found(max_steps=50, warmup_steps=5, eval_steps=5, early_stopping_patience=2) == []
    assert found(max_tokens_per_batch=64) == []
