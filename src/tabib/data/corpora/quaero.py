"""QUAERO French Medical Corpus (Névéol et al. 2014): drug leaflets (EMEA) and titles (MEDLINE), 10 UMLS groups.

``emea`` and ``medline`` keep nested and discontinuous entities; the ``_token`` versions are flat IOB2 over
words, after filtering to the coarsest granularity.
"""

from __future__ import annotations

from pathlib import Path

from tabib.data.corpora.brat_ner import load_split, word_tagged
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.remote import Remote, RemoteFile

_LABELS = ("ANAT", "CHEM", "DEVI", "DISO", "GEOG", "LIVB", "OBJC", "PHEN", "PHYS", "PROC")
_STATISTICS = {
    "EMEA": {
        "train": {"documents": 11, "annotations": 2695},
        "dev": {"documents": 12, "annotations": 2260},
        "test": {"documents": 15, "annotations": 2204},
    },
    "MEDLINE": {
        "train": {"documents": 833, "annotations": 2994},
        "dev": {"documents": 832, "annotations": 2977},
        "test": {"documents": 833, "annotations": 3103},
    },
}
_SUMMARIES = {
    "EMEA": "drug leaflets, ten types of entities",
    "MEDLINE": "titles of articles, ten types of entities",
}

_REMOTE = Remote(
    place="QUAERO_FrenchMed/corpus",
    licence_page="https://quaerofrenchmed.limsi.fr",
    files=(
        RemoteFile(
            "https://quaerofrenchmed.limsi.fr/QUAERO_FrenchMed_brat.zip",
            unpack={"corpus": ""},
            checksum="sha256:2cf8b5715d938fdc1cd02be75c4eaccb5b8ee14f4148216b8f9b9e80b2445c10",
        ),
    ),
)


def _card(name: str, part: str, task: str) -> Card:
    return Card(
        name=name,
        task=task,
        languages=("fr",),
        licence="GFDL",
        citation="Névéol A., Grouin C., Leixa J., Rosset S., Zweigenbaum P. The QUAERO French Medical Corpus:"
        " a Ressource for Medical Entity Recognition and Normalization. BioTextM 2014.",
        access="Download QUAERO_FrenchMed_brat.zip from https://quaerofrenchmed.limsi.fr and unpack it into"
        " the data directory.",
        folders=("quaero/corpus", "QUAERO_FrenchMed/corpus"),
        remote=_REMOTE,
        labels=_LABELS,
        statistics=_STATISTICS[part],
        shared_texts={("dev", "test"): 1} if part == "MEDLINE" else {},
        summary=_SUMMARIES[part] + (", flat IOB2" if task == "ner_token" else ", nested"),
    )


_PARTS = {
    "emea": ("EMEA", "ner_span"),
    "medline": ("MEDLINE", "ner_span"),
    "quaero_emea_token": ("EMEA", "ner_token"),
    "quaero_medline_token": ("MEDLINE", "ner_token"),
}
CARDS = {name: _card(name, part, task) for name, (part, task) in _PARTS.items()}


def load(name: str, folder: Path, *, coarsest: bool | None = None) -> Corpus:
    """Read one of the four.

    Args:
        coarsest: keep only entities that are not inside another one; by default for the token versions only.
            The token versions then leave out discontinuous entities too, which flat tags cannot hold; an entity
            inside one of these is gone with it (52 of EMEA, 53 of MEDLINE). All are listed in ``lost``.
    """
    card = CARDS[name]
    part, task = _PARTS[name]
    if coarsest is None:
        coarsest = task == "ner_token"
    # Leaflets were published in parts: 345_1, 345_2 and 345_3 are one leaflet.
    splits = {
        split: load_split(
            folder / split / part, card.labels, coarsest=coarsest, group=lambda stem: stem.split("_")[0]
        )
        for split in SPLITS
    }
    if task == "ner_token":
        splits = {split: word_tagged(*read) for split, read in splits.items()}
    notes = ("one text of dev is also a text of test, with another identifier",) if card.shared_texts else ()
    return Corpus(
        card=card,
        train=splits["train"][0],
        dev=splits["dev"][0],
        test=splits["test"][0],
        lost={split: lost for split, (_, lost) in splits.items()},
        notes=notes,
    )
