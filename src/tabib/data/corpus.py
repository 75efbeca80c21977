"""A corpus in memory, and the card that describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tabib.core.examples import Example, Lost
from tabib.data.remote import Remote

SplitName = Literal["train", "dev", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a corpus before it is read; the contract test holds ``load`` to it.

    Args:
        name: as in the registry.
        task: the name of its task.
        languages: ISO 639-1 codes.
        licence: as its publishers state it.
        citation: the paper or the archive's entry.
        access: where to get it and what to do with it, one or two sentences (shown when it is absent).
        folders: names under a data directory where its published layout is looked for, the first that exists.
        archives: names of ``.zip`` files under a data directory that hold that layout, looked for after folders.
        labels: the published label set, sorted; none where ``labels_from_train``.
        labels_from_train: the labels are what train's gold holds: ``load`` puts them on the card of its corpus,
            and gold of dev and test beyond them is lost.
        statistics: published split → {"documents": n, "annotations": n}, annotations as published: kept and lost
            together. Where no dev is published, that of train is train and dev together. Where test alone is
            published, train and dev are empty. Where no split is published: of the split that ``load`` makes.
        shared_texts: pairs of splits that are known to share a text, with how many; any other is an error.
        remote: where its files are served to everybody; None where it has to be asked for.
        texts_repeat: the texts are mentions, which come again by nature (``carcinome``): equal ones in several
            splits are no leak.
    """

    name: str
    task: str
    languages: tuple[str, ...]
    licence: str
    citation: str
    access: str
    folders: tuple[str, ...]
    labels: tuple[str, ...]
    statistics: Mapping[str, Mapping[str, int]]
    shared_texts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    archives: tuple[str, ...] = ()
    labels_from_train: bool = False
    texts_repeat: bool = False
    remote: Remote | None = None
    summary: str = ""

    @property
    def test_only(self) -> bool:
        """Nothing to learn from is published: models that need no training can be scored on it, no others."""
        return set(self.statistics) == {"test"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """The examples of a corpus by split.

    Args:
        card: its description.
        train, dev, test: the examples; an absent dev has been split off train, seeded, and ``notes`` says so.
        lost: gold annotations left out of the examples, by split, each with its reason.
        notes: what a reader of the results should know (dev split off train, shared texts…).
    """

    card: Card
    train: tuple[Example[Any], ...]
    dev: tuple[Example[Any], ...]
    test: tuple[Example[Any], ...]
    lost: Mapping[str, tuple[Lost, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def task(self) -> str:
        return self.card.task

    def split(self, name: SplitName) -> tuple[Example[Any], ...]:
        return {"train": self.train, "dev": self.dev, "test": self.test}[name]
