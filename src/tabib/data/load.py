"""Corpora by name: found on disk, loaded, fingerprinted."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from tabib.config.explain import message_of
from tabib.core.errors import ConfigError, DataError
from tabib.data.corpus import SPLITS, Card, Corpus, SplitName
from tabib.data.sample import as_sample, is_sample
from tabib.data.soundness import count_problems, refuse_unsound
from tabib.registry import corpora, find, nearest, resolve
from tabib.tasks.load import get_task

SHIPPED = Path(__file__).parent / "shipped"
"""The corpora that the package carries."""


def load_corpus(
    name: str,
    *,
    data_dir: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    offline_dir: str | Path | None = None,
    refuse: bool = True,
) -> Corpus:
    """A corpus by its name or alias.

    Args:
        data_dir, offline_dir: where to look; see ``data_directories``.
        options: the corpus's own switches (``dataset_args``), for example ``{"coarsest": True}``.
        refuse: hold it to what must be true before anything is learnt (``soundness``); to look into it, don't.

    Raises:
        ConfigError: no such corpus or option, or an option's value is of the wrong kind.
        DataError: the corpus is absent, a file of it is wrong (says where), or its splits are not sound. Counts
            other than the published ones are no error, but a note that the results carry.
    """
    entry = find(corpora(), name, "corpus")
    checked = check_options(name, options or {})
    module = _module(entry.target)
    card: Card = module.CARDS[entry.name]
    folder = locate(card, data_dir, offline_dir)
    corpus: Corpus = module.load(entry.name, folder, **checked)
    if is_sample(folder):
        corpus = as_sample(corpus)
    for split in SPLITS:
        if not corpus.split(split) and not (corpus.card.test_only and split != "test"):
            raise DataError(f"the {split} split of {entry.name} is empty")
    if not refuse:
        return corpus
    refuse_unsound(corpus)
    differing = tuple(count_problems(corpus))
    return replace(corpus, notes=(*corpus.notes, *differing)) if differing else corpus


def card_of(name: str) -> Card:
    """The card of a corpus by its name or alias; reads no data.

    Raises:
        ConfigError: no such corpus.
    """
    entry = find(corpora(), name, "corpus")
    card: Card = _module(entry.target).CARDS[entry.name]
    return card


def check_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """``options`` as the corpus's ``load`` takes them; reads no data.

    Raises:
        ConfigError: an option that the corpus does not have, or a value of the wrong kind.
    """
    entry = find(corpora(), name, "corpus")
    load = _module(entry.target).load
    hints = get_type_hints(load, include_extras=True)
    known = [
        parameter.name
        for parameter in inspect.signature(load).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    checked: dict[str, Any] = {}
    for option, value in options.items():
        if option not in known:
            hint = nearest(option, known) if known else "; it has no options"
            raise ConfigError(f"dataset_args.{option}: the corpus {entry.name!r} has no such option{hint}")
        try:
            checked[option] = TypeAdapter(hints[option]).validate_python(value, strict=True)
        except ValidationError as error:
            raise ConfigError(f"dataset_args.{option}: {message_of(error)}") from None
    return checked


def data_directories(data_dir: str | Path | None = None, offline_dir: str | Path | None = None) -> list[Path]:
    """Where corpora are looked for, in this order: ``data_dir``, ``$TABIB_DATA``, ``<offline_dir>/data``,
    ``$SCRATCH/tabib/data``, ``./data``, and what the package ships.

    Raises:
        DataError: ``data_dir`` or ``$TABIB_DATA`` is set but is no directory.
    """
    directories = []
    for origin, value in (("data_dir", data_dir), ("$TABIB_DATA", os.environ.get("TABIB_DATA"))):
        if value:
            directory = Path(value).expanduser()
            if not directory.is_dir():
                raise DataError(f"{origin} is set to {str(value)!r}, which is not a directory")
            directories.append(directory)
    if offline_dir is not None:
        directories.append(Path(offline_dir).expanduser() / "data")
    if scratch := os.environ.get("SCRATCH"):
        directories.append(Path(scratch) / "tabib" / "data")
    return [*directories, Path("data"), SHIPPED]


def locate(
    card: Card,
    data_dir: str | Path | None = None,
    offline_dir: str | Path | None = None,
    *,
    besides: Collection[Path] = (),
    by_hand: bool = False,
) -> Path:
    """The folder (or archive) of a corpus: the first of its names that exists in the first directory that has one.

    Args:
        besides: folders and archives that are passed over.
        by_hand: say nothing of ``tabib download`` where the corpus is absent.

    Raises:
        DataError: it is nowhere; says where it was looked for and how to get it.
    """
    directories = data_directories(data_dir, offline_dir)
    passed_over = {path.resolve() for path in besides}
    for directory in directories:
        folders = [path for name in card.folders if (path := directory / name).is_dir()]
        archives = [path for name in card.archives if (path := directory / name).is_file()]
        for path in (*folders, *archives):
            if path.resolve() not in passed_over:
                return path
    names = (*card.folders, *card.archives)
    looked = "\n".join(f"  {directory / name}" for directory in directories[:-1] for name in names)
    too_deep = next(
        (one.parent for one in directories[:-1] for name in names if (one.parent / name).exists()), None
    )
    found = f" It is in {too_deep}: name that directory, not one inside it." if too_deep is not None else ""
    served = card.remote is not None and not by_hand
    download = "Where there is internet, 'tabib download CONFIG -o DIR' gets it. By hand: " if served else ""
    raise DataError(
        f"the corpus {card.name!r} was not found. Looked for:\n{looked}\n{download}{card.access}\n"
        f"Then set data_dir, or the environment variable TABIB_DATA, to the directory that holds"
        f" {' or '.join(map(repr, (card.folders[0], *card.archives)))}.{found}"
    )


def fingerprint_corpus(corpus: Corpus) -> str:
    """SHA-256 of all that a result can depend on: task, labels, and by split the documents with their groups,
    words and gold, in their order, and what was lost. Where the files lie does not matter, nor do the
    identifiers of annotations."""
    digest = hashlib.sha256()

    def add(value: Any) -> None:
        digest.update(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        digest.update(b"\n")

    add([corpus.card.name, corpus.task, corpus.card.labels])
    for split in SPLITS:
        add(split)
        for example in corpus.split(split):
            document = example.document
            add([document.id, document.text, document.group, document.words, _content(example.gold)])
            if document.second or document.options:
                add([document.second, document.options, document.single])
        for lost in corpus.lost.get(split, ()):
            entity = None if lost.entity is None else _content((lost.entity,))
            add([lost.document_id, lost.label, lost.reason.value, entity])
    return digest.hexdigest()


def training_labels(corpus: Corpus) -> tuple[str, ...]:
    """The labels of the gold of train and dev, sorted: all that a model may know of the label set.

    Where there is neither, nothing can be learnt, and a model that is used as it is gets the published labels.
    """
    if not corpus.train and not corpus.dev:
        return corpus.card.labels
    return gold_labels(corpus, ("train", "dev"))


def gold_labels(corpus: Corpus, splits: Iterable[SplitName]) -> tuple[str, ...]:
    """The labels of the gold of some splits, sorted."""
    return tuple(sorted(label_counts(corpus, splits)))


def label_counts(corpus: Corpus, splits: Iterable[SplitName]) -> Counter[str]:
    """How often each label is in the gold of some splits."""
    task = get_task(corpus.task)
    return Counter(
        label for split in splits for example in corpus.split(split) for label in task.gold_labels(example.gold)
    )


def _content(gold: Any) -> Any:
    if isinstance(gold, (str, float)):
        return gold
    return [item if isinstance(item, str) else [item.label, item.spans] for item in gold]


def _module(target: str) -> ModuleType:
    module: ModuleType = resolve(target)
    return module
