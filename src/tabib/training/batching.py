"""Which rows share a batch: rows of like length, so that little is padding. A pure function of (seed, epoch)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError

BUCKET_BATCHES = 50
"""Rows are sorted by length within random buckets of at most this many batches…"""
FEWEST_BUCKETS = 4
"""…and in small data at least this many buckets, lest every epoch make the same batches."""


def epoch_batches(lengths: Sequence[int], config: TrainingConfig, seed: int, epoch: int) -> list[list[int]]:
    """The batches of one epoch, in order: indices of rows, each row exactly once.

    Rows are shuffled, cut into buckets, sorted by length within each, cut into batches, and the batches
    shuffled. The same arguments always give the same batches, so that (epoch, batch) says where a run is.

    Args:
        lengths: sub-tokens of each row.
        config: gives the batch size or the token budget, and whether to group by length.
        seed: the run's.
        epoch: 0 for the first.

    Raises:
        ConfigError: a row is longer than ``max_tokens_per_batch``.
    """
    draw = random.Random(f"batches {seed} {epoch}")
    order = list(range(len(lengths)))
    draw.shuffle(order)
    budget = config.max_tokens_per_batch
    if budget is None:
        rows_per_batch = config.per_device_train_batch_size
    else:
        _check_budget(lengths, budget)
        rows_per_batch = max(1, budget * len(lengths) // max(1, sum(lengths)))
    if config.group_by_length:
        order = _sorted_in_buckets(order, lengths, rows_per_batch)
    if budget is None:
        batches = [order[first : first + rows_per_batch] for first in range(0, len(order), rows_per_batch)]
    else:
        batches = _fill(order, lengths, budget)
    draw.shuffle(batches)
    return batches


def padded_tokens(lengths: Sequence[int], rows: Sequence[int]) -> int:
    """Sub-tokens of a batch with its padding."""
    return len(rows) * max(lengths[row] for row in rows)


def _check_budget(lengths: Sequence[int], budget: int) -> None:
    longest = max(lengths, default=0)
    if longest > budget:
        raise ConfigError(
            f"training.max_tokens_per_batch: {budget} is less than the longest row, of {longest} sub-tokens;"
            f" expected at least {longest}, or a smaller backend_args.max_length"
        )


def _sorted_in_buckets(order: list[int], lengths: Sequence[int], rows_per_batch: int) -> list[int]:
    batches_per_bucket = min(BUCKET_BATCHES, max(1, len(order) // (rows_per_batch * FEWEST_BUCKETS)))
    size = batches_per_bucket * rows_per_batch
    result: list[int] = []
    for first in range(0, len(order), size):
        result += sorted(order[first : first + size], key=lambda row: -lengths[row])  # stable: ties stay shuffled
    return result


def _fill(order: Sequence[int], lengths: Sequence[int], budget: int) -> list[list[int]]:
    batches: list[list[int]] = []
    widest = 0
    for row in order:
        wider = max(widest, lengths[row])
        if batches and (len(batches[-1]) + 1) * wider <= budget:
            batches[-1].append(row)
            widest = wider
        else:
            batches.append([row])
            widest = lengths[row]
    return batches
