"""CAS (Grabar et al. 2018), as annotated for DEFT 2020, task 3: French clinical cases with entities (BRAT).

``cas1`` has the types of the first subtask (pathologies, signs and symptoms), ``cas2`` those of the second. Two
layouts are read: a folder for each with ``train`` and ``test`` in it, or the distribution of DEFT 2021, which has
all cases in one folder and says in a table which of them were DEFT 2020's. Annotations of types of other subtasks
are passed over.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tabib.core.errors import DataError
from tabib.core.examples import Example, Lost
from tabib.core.tags import coarsest as keep_coarsest
from tabib.data.corpora.brat_ner import Examples, load_split
from tabib.data.corpora.parts import knowing_overlap, split_off_dev
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.tables import read_text

_TYPES = {
    "cas1": ("pathologie", "sosy"),
    "cas2": ("anatomie", "dose", "examen", "mode", "moment", "substance", "traitement", "valeur"),
}
_OTHER_TYPES = ("age", "date", "duree", "frequence", "genre", "issue", "origine")
_ALL_TYPES = (*_TYPES["cas1"], *_TYPES["cas2"], *_OTHER_TYPES)
_TABLE, _CASES = "distribution-corpus.txt", "DEFT-cas-cliniques"
_SUMMARIES = {
    "cas1": "clinical cases, pathologies and signs or symptoms",
    "cas2": "clinical cases, eight types of entities",
}


def _card(name: str) -> Card:
    return Card(
        name=name,
        task="ner_span",
        languages=("fr",),
        licence="data use agreement",
        citation="Cardon R., Grabar N., Grouin C., Hamon T. Présentation de la campagne d'évaluation DEFT 2020."
        " DEFT 2020. Grabar N., Claveau V., Dalloux C. CAS: French Corpus with Clinical Cases. LOUHI 2018.",
        access="Sign the data use agreement of DEFT (https://deft.lisn.upsaclay.fr/2020) or of the CAS corpus"
        " (http://natalia.grabar.free.fr/resources.php) and put the BRAT files into"
        f" {name.upper()}/train and {name.upper()}/test, or unpack DEFT2021-cas-cliniques into the data"
        " directory.",
        folders=(name.upper(), name, "DEFT2021-cas-cliniques"),
        labels=_TYPES[name],
        statistics={"train": {"documents": 100}, "test": {"documents": 67}},
        summary=_SUMMARIES[name],
    )


CARDS = {name: _card(name) for name in _TYPES}


def load(
    name: str,
    folder: Path,
    *,
    coarsest: bool = False,
    dev_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.1,
    split_seed: int = 42,
) -> Corpus:
    """Read one of the two.

    Args:
        coarsest: keep only entities that are not inside another one.
        dev_fraction: the share of train that becomes dev where there is no folder ``dev``, in (0, 1).
        split_seed: of that split; not the seed of the run.
    """
    read = _from_table(folder) if (folder / _TABLE).is_file() else _from_folders(folder)
    notes = []
    parts = {split: _of_types(found, _TYPES[name], coarsest) for split, found in read.items()}
    if "dev" not in parts:
        parts["train"], parts["dev"] = _without_dev(parts["train"], dev_fraction, split_seed)
        notes.append(
            f"no dev split is published: {len(parts['dev'][0])} cases were split off train, seed {split_seed}"
        )
    return knowing_overlap(
        Corpus(
            CARDS[name],
            parts["train"][0],
            parts["dev"][0],
            parts["test"][0],
            lost={split: parts[split][1] for split in SPLITS},
            notes=tuple(notes),
        )
    )


_Split = tuple[Examples, tuple[Lost, ...]]
"""Cases, and the annotations left out of them."""


def _of_types(found: _Split, types: Collection[str], coarsest: bool) -> _Split:
    """The same cases with the entities of these types alone, and what is lost of these."""
    examples, lost = [], [one for one in found[1] if one.label in types]
    for example in found[0]:
        gold = tuple(entity for entity in example.gold if entity.label in types)
        if coarsest:
            gold, nested = keep_coarsest(gold, example.id, example.document.text)
            lost += nested
        examples.append(Example(example.document, gold))
    return tuple(examples), tuple(lost)


def _without_dev(train: _Split, fraction: float, seed: int) -> tuple[_Split, _Split]:
    """Train and dev, each with what its cases lost."""
    parts = split_off_dev(train[0], fraction, seed=seed)
    train_ids, dev_ids = ({example.id for example in parts[split]} for split in ("train", "dev"))
    return _of_ids(train, train_ids), _of_ids(train, dev_ids)


def _of_ids(found: _Split, ids: Collection[str]) -> _Split:
    examples, lost = found
    return (
        tuple(example for example in examples if example.id in ids),
        tuple(one for one in lost if one.document_id in ids),
    )


def _from_folders(folder: Path) -> dict[str, _Split]:
    present = [split for split in SPLITS if split != "dev" or (folder / split).is_dir()]
    return {split: load_split(folder / split, _ALL_TYPES) for split in present}


def _from_table(folder: Path) -> dict[str, _Split]:
    """The cases of DEFT 2020, by what the table says of each (``train 2020``, ``test 2020``)."""
    examples, lost = load_split(folder / _CASES, _ALL_TYPES)
    ids: dict[str, set[str]] = {"train": set(), "test": set()}
    for line in read_text(folder / _TABLE).splitlines():
        values = [value.strip() for value in line.split("\t")]
        for split, found in ids.items():
            if f"{split} 2020" in values:
                found.add(Path(values[0]).stem)
    if not all(ids.values()):
        raise DataError("no cases are marked 'train 2020' or none 'test 2020'", path=folder / _TABLE)
    known = {example.id for example in examples}
    if absent := sorted(set().union(*ids.values()) - known):
        raise DataError(f"{len(absent)} cases are absent, for example {absent[0]}.txt", path=folder / _CASES)
    return {split: _of_ids((examples, lost), found) for split, found in ids.items()}
