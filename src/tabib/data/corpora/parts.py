"""How corpora without published splits, or without a published dev, are parted; and what their parts share."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from tabib.core.examples import Example
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.soundness import shared_texts
from tabib.data.splits import same_text, split, units

Parting = Literal["grouped", "drbenchmark"]
"""``grouped``: seeded, and what belongs together (a document, equal texts) stays together. ``drbenchmark``: the
documents that DrBenchmark (Labrak et al. 2024) drew, to compare with what was published on them."""

SHARES = {"train": 0.7, "dev": 0.1, "test": 0.2}
"""As in DrBenchmark."""

Parts = Mapping[str, tuple[Example[Any], ...]]


def part(examples: Sequence[Example[Any]], how: Parting, *, seed: int) -> Parts:
    """Train, dev and test (70, 10 and 20%), each in the order of ``examples``."""
    if how == "drbenchmark":
        return _select(examples, drbenchmark_ids([example.id for example in examples], SHARES))
    grouped = units(examples, None, same_text(example.document for example in examples))
    return _select(examples, split(grouped, SHARES, seed=seed))


def split_off_dev(
    train: Sequence[Example[Any]], fraction: float, *, seed: int, groups: Mapping[str, str] | None = None
) -> Parts:
    """Train without dev, and dev: ``fraction`` of train, with equal texts and what is of one group together.

    Args:
        groups: document id → group, besides the documents' own.
    """
    grouped = units(train, None, same_text(example.document for example in train), groups or {})
    return _select(train, split(grouped, {"train": 1 - fraction, "dev": fraction}, seed=seed))


def drbenchmark_ids(ids: Sequence[str], shares: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    """Ids shuffled three times with the seed 4 and cut, as DrBenchmark's loaders do it.

    Args:
        ids: unique, in the order of the files.
        shares: part → share, in order; the last gets what remains.
    """
    shuffled = list(ids)
    rng = random.Random(4)
    for _ in range(3):
        rng.shuffle(shuffled)
    parts: dict[str, tuple[str, ...]] = {}
    begin, reached = 0, 0.0
    for index, (name, share) in enumerate(shares.items(), 1):
        reached = round(reached + share, 6)
        end = len(ids) if index == len(shares) else int(len(ids) * reached)
        parts[name] = tuple(shuffled[begin:end])
        begin = end
    return parts


def knowing_overlap(corpus: Corpus) -> Corpus:
    """The corpus with a card that knows what its published splits share, and a note of it.

    For corpora whose files were not at hand when their cards were written.
    """
    found = shared_texts(corpus)
    if not found:
        return corpus
    pairs = "; ".join(f"{one} and {other} share {count} texts" for (one, other), count in found.items())
    return replace(
        corpus, card=replace(corpus.card, shared_texts=found), notes=(*corpus.notes, f"as it is split, {pairs}")
    )


def _select(examples: Sequence[Example[Any]], ids: Mapping[str, Collection[str]]) -> Parts:
    chosen = {name: set(ids.get(name, ())) for name in SPLITS}
    return {name: tuple(example for example in examples if example.id in chosen[name]) for name in SPLITS}
