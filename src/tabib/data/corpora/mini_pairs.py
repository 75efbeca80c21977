"""Invented pairs of sentences of clinical notes with how alike they are, generated for this project (TSV).

The score is that of what is stated, not of the words: the same in other words is 5, a denial of it 2.
"""

from __future__ import annotations

from pathlib import Path

from tabib.core.errors import DataError
from tabib.data.corpora.pairs import Pairs, make_pair
from tabib.data.corpora.shipped import shipped_card
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.formats.tables import read_tsv

_SCALE = (0.0, 5.0)

CARDS = {
    "mini_pairs_fr": shipped_card(
        "mini_pairs_fr",
        "similarity",
        "fr",
        (),
        documents=(360, 80, 120),
        annotations=(0, 0, 0),
        summary="invented pairs of clinical sentences, alike from 0 to 5",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read it."""
    train, dev, test = (_read(folder / f"{split}.tsv") for split in SPLITS)
    return Corpus(CARDS[name], train, dev, test)


def _read(path: Path) -> Pairs:
    rows = read_tsv(path, ("id", "first", "second", "score"))
    if not rows:
        raise DataError("there are no rows: the split is empty", path=path)
    return tuple(
        make_pair(row["id"], row["first"], row["second"], row["score"], _SCALE, path=path, line=row.line)
        for row in rows
    )
