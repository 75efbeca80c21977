"""Mantra GSC (Kors et al. 2015), French: drug leaflets, titles and patent claims with entities of UMLS groups.

No split is published. A span with several concepts of one group is one entity.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.spans import Entity, split_words
from tabib.data.corpora.parts import Parting, knowing_overlap, part
from tabib.data.corpus import SPLITS, Card, Corpus
from tabib.data.formats.xmi import parse_xml
from tabib.data.remote import Remote, RemoteFile, as_named

_FILES = {"emea": "EMEA_GSC_fr_man.xml", "medline": "Medline_GSC_fr_man.xml", "patents": "Patent_GSC_fr_man.xml"}

CARDS = {
    "mantra": Card(
        name="mantra",
        task="ner_span",
        languages=("fr",),
        licence="CC BY 4.0",
        citation="Kors J. A., Clematide S., Akhondi S. A., van Mulligen E. M., Rebholz-Schuhmann D. A multilingual"
        " gold-standard corpus for biomedical concept recognition: the Mantra GSC. JAMIA 22(5), 2015.",
        access="Download GSC-v1.1.zip from https://files.ifi.uzh.ch/cl/mantra/gsc/GSC-v1.1.zip and unpack it into"
        f" the data directory; {', '.join(_FILES.values())} are read.",
        folders=("GSC-v1.1", "mantra", "mantra/GSC-v1.1"),
        remote=Remote(
            place="GSC-v1.1",
            licence_page="https://biosemantics.erasmusmc.nl/index.php/resources/mantra-gsc",
            files=(
                RemoteFile(
                    "https://files.ifi.uzh.ch/cl/mantra/gsc/GSC-v1.1.zip", unpack=as_named(*_FILES.values())
                ),
            ),
        ),
        labels=("ANAT", "CHEM", "DEVI", "DISO", "GEOG", "LIVB", "OBJC", "PHEN", "PHYS", "PROC"),
        statistics={"train": {}, "test": {}},
        summary="leaflets, titles and patent claims, ten types of entities",
    )
}

_Read = tuple[list[Example[tuple[Entity, ...]]], list[Lost], int]
"""Examples, what is left out of them, and annotations that quote another text than theirs."""


def load(
    name: str,
    folder: Path,
    *,
    source: Literal["all", "emea", "medline", "patents"] = "all",
    split: Parting = "grouped",
    split_seed: int = 42,
) -> Corpus:
    """Read one source or all three.

    Args:
        source: which texts.
        split: how the units of each source are parted into train, dev and test, 70, 10 and 20%.
        split_seed: of ``grouped``; not the seed of the run.
    """
    parts: dict[str, list[Example[tuple[Entity, ...]]]] = {one: [] for one in SPLITS}
    lost: dict[str, list[Lost]] = {one: [] for one in SPLITS}
    misquoted = 0
    for part_name, file in _FILES.items():
        if source in ("all", part_name):
            examples, dropped, n = _read(folder / file, part_name, CARDS[name].labels)
            misquoted += n
            for one, chosen in part(examples, split, seed=split_seed).items():
                ids = {example.id for example in chosen}
                parts[one] += chosen
                lost[one] += [item for item in dropped if item.document_id in ids]
    how = "as DrBenchmark drew them" if split == "drbenchmark" else f"documents together, seed {split_seed}"
    notes = [f"no split is published: 70% of the units are train, 10% dev, 20% test, {how}"]
    if misquoted:
        notes.append(f"{misquoted} annotations quote another text than the one at their offsets")
    return knowing_overlap(
        Corpus(
            CARDS[name],
            tuple(parts["train"]),
            tuple(parts["dev"]),
            tuple(parts["test"]),
            lost={one: tuple(items) for one, items in lost.items()},
            notes=tuple(notes),
        )
    )


def _read(path: Path, source: str, labels: tuple[str, ...]) -> _Read:
    examples: list[Example[tuple[Entity, ...]]] = []
    lost: list[Lost] = []
    misquoted = 0
    for document in parse_xml(path).iter("document"):
        for unit in document.iter("unit"):
            id, text = f"{source}-{unit.get('id', '')}", unit.findtext("text")
            if not text or not unit.get("id"):
                raise DataError(f"the unit {unit.get('id')!r} has no text or no id", path=path)
            gold: dict[Entity, Entity] = {}
            for element in unit.iter("e"):
                entity = _entity(element, text, labels, path)
                misquoted += bool(element.text) and element.text != entity.text(text)
                if entity in gold:
                    lost.append(Lost(id, entity.label, LossReason.DUPLICATE, entity))
                gold.setdefault(entity, entity)
            group = f"{source}-{document.get('id', unit.get('id'))}"
            examples.append(Example(Document(id, text, split_words(text), group), tuple(gold)))
    if not examples:
        raise DataError("there are no units", path=path)
    return examples, lost, misquoted


def _entity(element: ElementTree.Element, text: str, labels: tuple[str, ...], path: Path) -> Entity:
    id, label = element.get("id", ""), element.get("grp", "").upper()
    if label not in labels:
        raise DataError(f"{id} has the unknown group {label!r}; expected one of {', '.join(labels)}", path=path)
    try:
        start = int(element.get("offset", ""))
        end = start + int(element.get("len", ""))
    except ValueError:
        start = end = -1
    if not 0 <= start < end <= len(text):
        raise DataError(
            f"{id}: offset {element.get('offset')} and len {element.get('len')} are not a piece of the text, which"
            f" has {len(text)} characters",
            path=path,
        )
    return Entity.of(label, start, end, id=id)
