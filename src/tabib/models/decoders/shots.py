"""Examples for the prompt: from train only, by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tabib.core.examples import Example


def draw_shots(train: Sequence[Example[Any]], n: int, seed: int) -> tuple[Example[Any], ...]:
    """``n`` examples (fewer where there are not so many), the same ones for the same seed.

    In a random order, those with an answer that none before them has come first: labels are covered as far as
    ``n`` allows, and texts without any entity do not fill the prompt.
    """
    order = random.Random(seed).sample(range(len(train)), len(train))
    seen: set[str] = set()
    new: list[Example[Any]] = []
    known: list[Example[Any]] = []
    for index in order:
        labels = _labels(train[index].gold)
        (new if labels - seen else known).append(train[index])
        seen |= labels
    return tuple((new + known)[:n])


def _labels(gold: Any) -> set[str]:
    """The labels of a gold value; none where it is a number."""
    if isinstance(gold, str):
        return {gold}
    if isinstance(gold, tuple):
        return {item if isinstance(item, str) else item.label for item in gold}
    return set()
