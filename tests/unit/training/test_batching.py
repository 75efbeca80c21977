"""Every row once an epoch, little padding, never above the budget, and always the same for the same seed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError
from tabib.training.batching import epoch_batches, padded_tokens

lengths_lists = st.lists(st.integers(1, 60), min_size=1, max_size=150)


def config(**settings: object) -> TrainingConfig:
    return TrainingConfig.model_validate(settings)


@given(lengths_lists, st.integers(60, 300), st.booleans(), st.integers(0, 3))
def test_a_token_budget_holds_with_padding_and_every_row_comes_once(
    lengths: list[int], budget: int, group: bool, epoch: int
) -> None:
    batches = epoch_batches(lengths, config(max_tokens_per_batch=budget, group_by_length=group), 1, epoch)
    assert all(padded_tokens(lengths, rows) <= budget for rows in batches)
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))


@given(lengths_lists, st.integers(1, 20), st.booleans())
def test_a_batch_size_leaves_at_most_one_short_batch(lengths: list[int], size: int, group: bool) -> None:
    batches = epoch_batches(lengths, config(per_device_train_batch_size=size, group_by_length=group), 1, 0)
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    assert [len(rows) for rows in batches if len(rows) != size] in ([], [len(lengths) % size])


def test_the_same_seed_and_epoch_give_the_same_batches_and_others_do_not() -> None:
    lengths = [random.Random(0).randint(1, 50) for _ in range(100)]
    one = epoch_batches(lengths, config(), 42, 0)
    assert epoch_batches(lengths, config(), 42, 0) == one
    assert epoch_batches(lengths, config(), 42, 1) != one
    assert epoch_batches(lengths, config(), 43, 0) != one


def test_grouping_by_length_saves_most_of_the_padding() -> None:
    draw = random.Random(0)
    lengths = [int(draw.lognormvariate(3.3, 0.8)) + 3 for _ in range(2000)]

    def waste(group: bool) -> float:
        batches = epoch_batches(lengths, config(group_by_length=group), 1, 0)
        return sum(padded_tokens(lengths, rows) for rows in batches) / sum(lengths) - 1

    assert waste(True) < 0.15
    assert waste(False) > 0.8


def test_batches_do_not_run_from_long_to_short() -> None:
    lengths = list(range(1, 1001))
    widths = [lengths[rows[0]] for rows in epoch_batches(lengths, config(), 1, 0)]
    assert widths != sorted(widths)
    assert widths != sorted(widths, reverse=True)


def test_small_data_makes_other_batches_in_each_epoch() -> None:
    lengths = list(range(1, 65))
    epochs = [{frozenset(rows) for rows in epoch_batches(lengths, config(), 1, epoch)} for epoch in range(2)]
    assert not epochs[0] & epochs[1]


def test_a_row_longer_than_the_budget_is_an_error_that_says_what_to_set() -> None:
    with pytest.raises(ConfigError, match=r"max_tokens_per_batch: 64 .* 65 sub-tokens; expected at least 65"):
        epoch_batches([10, 65], config(max_tokens_per_batch=64), 1, 0)
