"""MORFITT (Labrak et al. 2023): French biomedical abstracts with one or more of 12 specialities."""

from __future__ import annotations

from pathlib import Path

from tabib.data.corpora.tsv_text import read_multilabel
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.remote import Remote, RemoteFile

_SHA256 = {
    "train": "504bca4e1cd42a6fe04b6d51a07f74c9141029ec4073d53db43b4d0007b49fce",
    "dev": "7763615d50e1d68b6a5b95d261ef72a915003a6ae83830f35e561ac11a8cd8a7",
    "test": "adae3dbc21df205a7d759bb77a77cf4614d9e7172a92f5005a0dce641fc499d8",
}
_REMOTE = Remote(
    place="morfitt",
    licence_page="https://github.com/qanastek/MORFITT",
    files=tuple(
        RemoteFile(
            f"https://raw.githubusercontent.com/qanastek/MORFITT/d47a6282e8f173926f51597572966dd1ccc63c9a/{split}.tsv",
            f"{split}.tsv",
            checksum=f"sha256:{sha256}",
        )
        for split, sha256 in _SHA256.items()
    ),
)

CARDS = {
    "morfitt": Card(
        name="morfitt",
        task="multilabel",
        languages=("fr",),
        licence="CC BY-SA 4.0 (its README; its LICENSE file is MIT)",
        citation="Labrak Y., Rouvier M., Dufour R. MORFITT : Un corpus multi-labels d'articles scientifiques"
        " français dans le domaine biomédical. TALN 2023.",
        access="Download train.tsv, dev.tsv and test.tsv from https://github.com/qanastek/MORFITT into a folder"
        " named morfitt.",
        folders=("morfitt", "MORFITT"),
        remote=_REMOTE,
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
