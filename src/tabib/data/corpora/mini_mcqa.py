"""Invented questions about invented medicines, with one or several right options, generated for this project.

The end of a medicine's name tells its family, and the family everything else: train states it, dev and test ask it
in other words and about other names. JSON lines: id, question, options, right (letters), single.
"""

from __future__ import annotations

from pathlib import Path

from tabib.core.examples import Example
from tabib.data.corpora.questions import Questions, make_question
from tabib.data.corpora.shipped import shipped_card
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.formats.json_items import Item, read_json_lines

_LABELS = ("A", "B", "C", "D", "E")

CARDS = {
    "mini_mcqa_fr": shipped_card(
        "mini_mcqa_fr",
        "mcqa",
        "fr",
        _LABELS,
        documents=(320, 80, 120),
        annotations=(458, 120, 177),
        summary="invented questions on invented medicines, one or several right options",
    ),
    "mini_mcqa_en": shipped_card(
        "mini_mcqa_en",
        "mcqa",
        "en",
        _LABELS,
        documents=(160, 40, 60),
        annotations=(218, 57, 82),
        summary="invented questions on invented medicines, one or several right options",
    ),
}


def load(name: str, folder: Path) -> Corpus:
    """Read one of the two."""
    train, dev, test = (_read(folder / f"{split}.jsonl") for split in SPLITS)
    return Corpus(CARDS[name], train, dev, test)


def _read(path: Path) -> Questions:
    return tuple(_question(item) for item in read_json_lines(path))


def _question(item: Item) -> Example[tuple[str, ...]]:
    return make_question(
        item.id(),
        item.text("question"),
        item.texts("options"),
        item.texts("right"),
        item.error,
        single=item.get("single") is True,
    )
