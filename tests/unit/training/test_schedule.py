"""How many steps, when to look at dev, and the learning rate along the way."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.config.training import TrainingConfig
from tabib.training.schedule import make_plan, rate_factor, warmup


def plan(rows: int = 100, *, has_dev: bool = True, **settings: Any) -> Any:
    return make_plan([5] * rows, TrainingConfig(per_device_train_batch_size=10, **settings), 0, has_dev=has_dev)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({"num_train_epochs": 3}, 30),
        ({"num_train_epochs": 0.25}, 3),
        ({"num_train_epochs": 2.5}, 25),
        ({"num_train_epochs": 3, "max_steps": 7}, 7),
        ({"num_train_epochs": 2, "gradient_accumulation_steps": 4}, 6),
        ({"num_train_epochs": 2, "max_tokens_per_batch": 25}, 40),
    ],
)
def test_length_of_a_run(settings: dict[str, Any], steps: int) -> None:
    assert plan(**settings).total_steps == steps


def test_dev_is_scored_each_epoch_but_at_most_ten_times_and_always_at_the_end() -> None:
    short, long = plan(num_train_epochs=3), plan(num_train_epochs=35)
    assert [step for step in range(31) if short.eval_due(step)] == [10, 20, 30]
    assert [step for step in range(351) if long.eval_due(step)] == list(range(35, 351, 35))
    assert [step for step in range(8) if plan(max_steps=7).eval_due(step)] == [7]
    assert [step for step in range(31) if plan(eval_steps=12).eval_due(step)] == [12, 24, 30]


def test_without_dev_it_is_never_scored() -> None:
    assert not any(plan(has_dev=False, eval_steps=1).eval_due(step) for step in range(31))


def test_warmup_is_a_share_or_a_number_that_short_runs_cut() -> None:
    assert warmup(200, TrainingConfig()) == 20
    assert warmup(200, TrainingConfig(warmup_ratio=0.5)) == 100
    assert warmup(200, TrainingConfig(warmup_steps=5)) == 5
    assert warmup(200, TrainingConfig(warmup_steps=500)) == 20
    assert warmup(200, TrainingConfig(warmup_steps=0)) == 0


def test_linear_rates_rise_to_one_and_fall_in_equal_parts() -> None:
    rates = [rate_factor(step, 10, 2, "linear") for step in range(1, 11)]
    assert rates == pytest.approx([1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])


def test_cosine_rates_are_half_way_down_in_the_middle() -> None:
    rates = [rate_factor(step, 8, 0, "cosine") for step in range(1, 9)]
    assert rates[0] == 1
    assert rates[4] == pytest.approx(0.5)
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 0.1


def test_constant_rates_stay_after_the_warmup() -> None:
    assert [rate_factor(step, 5, 1, "constant") for step in range(1, 6)] == [0.5, 1, 1, 1, 1]
