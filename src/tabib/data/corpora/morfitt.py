"""MORFITT (Labrak et al. 2023): French biomedical abstracts with one or more of 12 specialities."""

from __future__ import annotations

from pathlib import Path

from tabib.data.corpora.tsv_text import read_multilabel
from tabib.data.corpus import SPLITS, Card, Corpus

CARDS = {
    "morfitt": Card(
        name="morfitt",
        task="multilabel",
        languages=("fr",),
        licence="MIT",
        citation="Labrak Y., Rouvier M., Dufour R. MORFITT : Un corpus multi-labels d'articles scientifiques"
        " français dans le domaine biomédical. TALN 2023.",
        access="Download train.tsv, dev.tsv and test.tsv from https://github.com/qanastek/MORFITT into a folder"
        " named morfitt.",
        folders=("morfitt", "MORFITT"),
        labels=(
            "chemistry",
            "etiology",
            "genetics",
            "immunology",
            "microbiology",
            "parasitology",
            "pharmacology",
            "physiology",
            "psychology",
            "surgery",
            "veterinary",
            "virology",
        ),
        statistics={
            "train": {"documents": 1514, "annotations": 2110},
            "dev": {"documents": 1022, "annotations": 1446},
            "test": {"documents": 1088, "annotations": 1560},
        },
        shared_texts={("dev", "test"): 1},
        summary="abstracts of articles, one or more of 12 specialities",
    )
}


def load(name: str, folder: Path) -> Corpus:
    """Read the three tables; abstracts are kept as they are, with the space that they begin with."""
    card = CARDS[name]
    train, dev, test = (
        read_multilabel(
            folder / f"{split}.tsv", ("identifier", "abstract", "specialities"), card.labels, quoting=True
        )
        for split in SPLITS
    )
    return Corpus(card, train, dev, test, notes=("one abstract of dev is also an abstract of test",))
