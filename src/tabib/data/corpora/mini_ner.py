"""Short invented clinical notes with nested and discontinuous entities, generated for this project (BRAT).

The same disorder is DISORDER, EXCLUDED (denied, ruled out) or FAMILY (a relative's) by its context; some nouns
are entities in one sentence and plain words in another; dev and test hold names that train does not. The
sentences are grammatical, the medicine in them is naive.
"""

from __future__ import annotations

from pathlib import Path

from tabib.data.corpora.brat_ner import load_split
from tabib.data.corpora.shipped import shipped_card
from tabib.data.corpus import SPLITS, Corpus

_LABELS = ("ANATOMY", "DEVICE", "DISORDER", "DRUG", "EXCLUDED", "FAMILY", "PROCEDURE")

CARDS = {
    "mini_ner_fr": shipped_card(
        "mini_ner_fr",
        "ner_span",
        "fr",
        _LABELS,
        documents=(240, 60, 80),
        annotations=(2054, 503, 676),
        summary="invented clinical notes, nested and discontinuous entities",
    ),
    "mini_ner_en": shipped_card(
        "mini_ner_en",
        "ner_span",
        "en",
        _LABELS,
        documents=(160, 40, 60),
        annotations=(1395, 330, 512),
        summary="invented clinical notes, nested and discontinuous entities",
    ),
}


def load(name: str, folder: Path, *, coarsest: bool = False) -> Corpus:
    """Read one of the two.

    Args:
        coarsest: keep only entities that are not inside another one.
    """
    card = CARDS[name]
    splits = {split: load_split(folder / split, card.labels, coarsest=coarsest) for split in SPLITS}
    train, dev, test = (splits[split][0] for split in SPLITS)
    return Corpus(card, train, dev, test, lost={split: lost for split, (_, lost) in splits.items()})
