"""Invented summaries of stays with the specialities concerned, generated for this project (TSV).

From frequent labels to rare ones; some documents have none, and sentences about what was normal carry none.
"""

from __future__ import annotations

from pathlib import Path

from tabib.data.corpora.shipped import shipped_card
from tabib.data.corpora.tsv_text import read_multilabel
from tabib.data.corpus import SPLITS, Corpus

CARDS = {
    "mini_topics_fr": shipped_card(
        "mini_topics_fr",
        "multilabel",
        "fr",
        (
            "cardiologie",
            "dermatologie",
            "gastroenterologie",
            "geriatrie",
            "infectiologie",
            "nephrologie",
            "neurologie",
            "pediatrie",
            "pneumologie",
            "psychiatrie",
            "toxicologie",
        ),
        documents=(400, 100, 150),
        annotations=(826, 200, 330),
        summary="invented summaries of stays, eleven specialities with a long tail",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read it."""
    card = CARDS[name]
    columns = ("id", "text", "labels")
    train, dev, test = (read_multilabel(folder / f"{split}.tsv", columns, card.labels) for split in SPLITS)
    return Corpus(card, train, dev, test)
