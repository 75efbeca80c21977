"""Invented French prescriptions with flat entities, generated for this project (CoNLL, IOB2)."""

from __future__ import annotations

import re
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Example
from tabib.core.spans import Entity
from tabib.data.corpora.shipped import shipped_card
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.formats.conll import read_conll, to_example
from tabib.data.formats.tables import read_text

CARDS = {
    "mini_ner_token_fr": shipped_card(
        "mini_ner_token_fr",
        "ner_token",
        "fr",
        ("DOSE", "DRUG", "DURATION", "FREQUENCY", "REASON", "ROUTE"),
        documents=(240, 60, 80),
        annotations=(1736, 451, 573),
        summary="invented prescriptions, flat entities",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read it; one document per ``-DOCSTART-``, its text the words joined by spaces."""
    card = CARDS[name]
    train, dev, test = (_read(folder / f"{split}.conll", split, card.labels) for split in SPLITS)
    return Corpus(card, train, dev, test)


def _read(path: Path, split: str, labels: tuple[str, ...]) -> tuple[Example[tuple[Entity, ...]], ...]:
    documents = read_conll(path)
    examples = tuple(to_example(one, f"{split}-{number:03d}") for number, one in enumerate(documents, 1))
    if not any(example.document.words for example in examples):
        raise DataError("there are no documents: the split is empty", path=path)
    for example in examples:
        for entity in example.gold:
            if entity.label not in labels:
                raise DataError(
                    f"unknown label {entity.label!r}; expected one of {', '.join(labels)}",
                    path=path,
                    line=_line_of(path, f"B-{entity.label}"),
                )
    return examples


def _line_of(path: Path, tag: str) -> int | None:
    lines = enumerate(re.split(r"\r\n|\n|\r", read_text(path)), 1)
    return next((number for number, line in lines if line.split()[-1:] == [tag]), None)
