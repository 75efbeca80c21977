"""E3C (Magnini et al. 2020), French, layer 1: clinical cases with entities, body parts, measures, actors, times.

Entities are given by one span. Those flagged as discontinuous have the span that covers them, so some of their
words are not theirs (``contracture permanente des muscles``); they are kept as they are, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.spans import Entity, split_words
from tabib.data.corpora.parts import split_off_dev
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.tables import read_text
from tabib.data.formats.xmi import XmiAnnotation, read_xmi

Type = Literal["ACTOR", "BODYPART", "CLINENTITY", "EVENT", "RML", "TIMEX3"]
_COUNTS: dict[Type, tuple[int, int]] = {
    "ACTOR": (201, 226),
    "BODYPART": (316, 343),
    "CLINENTITY": (596, 731),
    "EVENT": (1959, 2353),
    "RML": (192, 316),
    "TIMEX3": (156, 177),
}
"""Annotations of train and test, by type."""


def _card(types: Collection[Type]) -> Card:
    train, test = (sum(_COUNTS[type][part] for type in types) for part in (0, 1))
    return Card(
        name="e3c",
        task="ner_span",
        languages=("fr",),
        licence="CC BY-NC 4.0",
        citation="Magnini B., Altuna B., Lavelli A., Speranza M., Zanoli R. The E3C Project: Collection and"
        " Annotation of a Multilingual Corpus of Clinical Cases. CLiC-it 2020.",
        access="Download the repository https://github.com/hltfbk/E3C-Corpus and put, of its data_annotation"
        " folder, the XMI files into e3c/French/layer1 and train_test_split.txt into e3c.",
        folders=("e3c", "E3C-Corpus/data_annotation", "E3C"),
        labels=tuple(sorted(types)),
        statistics={
            "train": {"documents": 36, "annotations": train},
            "test": {"documents": 45, "annotations": test},
        },
        summary="clinical cases, clinical entities (or, asked for, other types)",
    )


_DEFAULT: tuple[Type, ...] = ("CLINENTITY",)
CARDS = {"e3c": _card(_DEFAULT)}


def load(
    name: str,
    folder: Path,
    *,
    types: list[Type] | None = None,
    discontinuous: Literal["covering", "lost"] = "covering",
    dev_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2,
    split_seed: int = 42,
) -> Corpus:
    """Read the French documents of layer 1, split as published.

    Args:
        types: the types of entities; by default clinical entities.
        discontinuous: what becomes of entities that are flagged as discontinuous: kept by their covering span, or
            counted as lost.
        dev_fraction: the share of train's documents that becomes dev, in (0, 1).
        split_seed: of that split; not the seed of the run.
    """
    chosen: Sequence[Type] = types if types is not None else _DEFAULT
    if not chosen or len(set(chosen)) != len(chosen):
        raise ConfigError(f"dataset_args.types: expected at least one type, none of them twice, found {chosen}")
    assert name in CARDS
    card = _card(chosen)
    in_train, paths = _train_ids(folder / "train_test_split.txt"), _documents(folder / "French" / "layer1")
    if absent := sorted(in_train - set(paths)):
        raise DataError(
            f"{len(absent)} documents of train_test_split.txt are absent, for example {absent[0]}.xml",
            path=folder / "French" / "layer1",
        )
    read = {stem: _read(path, card.labels, discontinuous == "lost") for stem, path in paths.items()}
    # Not stratified, so that dev is the same documents whatever the types.
    train = [read[stem][0] for stem in read if stem in in_train]
    dev = {example.id for example in split_off_dev(train, dev_fraction, seed=split_seed)["dev"]}
    ids = {"train": in_train - dev, "dev": dev, "test": set(read) - in_train}
    parts = {split: [read[stem] for stem in read if stem in ids[split]] for split in SPLITS}
    notes = [f"no dev split is published: {len(dev)} documents were split off train, seed {split_seed}"]
    flagged = sum(n for _, _, n in read.values())
    if flagged and discontinuous == "covering":
        notes.append(f"{flagged} entities are flagged as discontinuous and given by the span that covers them")
    return Corpus(
        card,
        tuple(example for example, _, _ in parts["train"]),
        tuple(example for example, _, _ in parts["dev"]),
        tuple(example for example, _, _ in parts["test"]),
        lost={split: tuple(one for _, lost, _ in parts[split] for one in lost) for split in SPLITS},
        notes=tuple(notes),
    )


_Read = tuple[Example[tuple[Entity, ...]], tuple[Lost, ...], int]
"""A document, what is left out of it, and how many entities are flagged as discontinuous."""


def _read(path: Path, labels: Collection[str], drop: bool) -> _Read:
    document = read_xmi(path, labels)
    kept: dict[Entity, Entity] = {}
    lost: list[Lost] = []
    flagged = 0
    for one in document.annotations:
        entity = Entity.of(one.type, one.start, one.end, id=one.id)
        flagged += _is_flagged(one)
        if drop and _is_flagged(one):
            lost.append(Lost(path.stem, one.type, LossReason.DISCONTINUOUS, entity))
        elif entity in kept:
            lost.append(Lost(path.stem, one.type, LossReason.DUPLICATE, entity))
        else:
            kept[entity] = entity
    text = document.text
    example = Example(Document(path.stem, text, split_words(text), path.stem), tuple(kept))
    return example, tuple(lost), flagged


def _is_flagged(one: XmiAnnotation) -> bool:
    return one.features.get("discontinuous") == "DISCONTINUOUS"


def _documents(folder: Path) -> dict[str, Path]:
    """The files by the documents' names, in order."""
    return {path.stem: path for path in sorted(folder.glob("*.xml"))}


def _train_ids(path: Path) -> set[str]:
    """The French documents among those of the training split; all others are test."""
    if not (ids := set(re.findall(r"'(FR\d+)'", read_text(path)))):
        raise DataError("no French documents ('FR100003', …) are listed for training", path=path)
    return ids
