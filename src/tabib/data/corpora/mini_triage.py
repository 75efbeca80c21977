"""Invented messages of patients to a surgery, by what they need, generated for this project (TSV).

Every class meets the words of the others: denied, past, settled, or said of somebody else.
"""

from __future__ import annotations

from pathlib import Path

from tabib.data.corpora.shipped import shipped_card
from tabib.data.corpora.tsv_text import read_labelled
from tabib.data.corpus import SPLITS, Corpus

CARDS = {
    "mini_triage_fr": shipped_card(
        "mini_triage_fr",
        "classification",
        "fr",
        ("administratif", "consultation", "renouvellement", "urgence"),
        documents=(400, 100, 150),
        summary="invented messages to a surgery, four kinds of request",
    ),
    "mini_triage_pl": shipped_card(
        "mini_triage_pl",
        "classification",
        "pl",
        ("administracja", "pilne", "recepta", "wizyta"),
        documents=(300, 80, 120),
        summary="invented messages to a surgery, four kinds of request",
    ),
}


def load(name: str, folder: Path) -> Corpus:
    """Read one of the two."""
    card = CARDS[name]
    columns = ("id", "text", "label")
    train, dev, test = (read_labelled(folder / f"{split}.tsv", columns, card.labels) for split in SPLITS)
    return Corpus(card, train, dev, test)
