"""What NER corpora in BRAT share: a folder of .txt and .ann files as examples, and their flat version."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.spans import Entity, split_words
from tabib.core.tags import coarsest as keep_coarsest
from tabib.core.tags import spans_to_tags, tags_to_spans
from tabib.data.formats.brat import BratDocument, read_brat
from tabib.data.formats.tables import read_text

Examples = tuple[Example[tuple[Entity, ...]], ...]


_SUFFIXES = (".txt", ".ann")


def load_split(
    folder: Path,
    labels: Collection[str],
    *,
    coarsest: bool = False,
    group: Callable[[str], str] = str,
) -> tuple[Examples, tuple[Lost, ...]]:
    """The documents of a folder, by name, and the annotations left out: exact duplicates, nested ones if asked.

    Args:
        labels: the types that the corpus has.
        coarsest: keep only entities that are not inside another one.
        group: a document's group from its file name without suffix; by default each is a group of its own.

    Raises:
        DataError: the folder or one of a pair of files is absent, a file is malformed, an entity has
            another type, or there are no files.
    """
    examples: list[Example[tuple[Entity, ...]]] = []
    lost: list[Lost] = []
    for stem, read in read_folder(folder, labels).items():
        kept, dropped = _without_duplicates(read.entities, stem)
        lost += dropped
        if coarsest:
            kept, nested = keep_coarsest(kept, stem, read.text)
            lost += nested
        examples.append(Example(Document(stem, read.text, split_words(read.text), group(stem)), kept))
    return tuple(examples), tuple(lost)


def read_folder(folder: Path, labels: Collection[str]) -> dict[str, BratDocument]:
    """The documents of a folder, by name without suffix, in that order.

    Raises:
        DataError: as ``load_split``.
    """
    if not folder.is_dir():
        raise DataError("the folder does not exist", path=folder)
    for path in sorted(folder.iterdir()):
        if path.suffix not in _SUFFIXES and path.suffix.lower() in _SUFFIXES:
            raise DataError(f"expected the suffix .txt or .ann in lower case, found {path.suffix}", path=path)
    texts = {path.stem: path for path in folder.glob("*.txt")}
    annotations = {path.stem: path for path in folder.glob("*.ann")}
    if alone := sorted(set(texts) ^ set(annotations)):
        path, suffix = (texts[alone[0]], ".ann") if alone[0] in texts else (annotations[alone[0]], ".txt")
        raise DataError(f"there is no {alone[0]}{suffix} beside it", path=path)
    if not texts:
        raise DataError("no .txt files in the folder: the split is empty", path=folder)
    documents = {stem: read_brat(texts[stem], annotations[stem]) for stem in sorted(texts)}
    for stem, read in documents.items():
        for entity in read.entities:
            if entity.label not in labels:
                raise DataError(
                    f"{entity.id} has the unknown label {entity.label!r};"
                    f" expected one of {', '.join(sorted(labels))}",
                    path=annotations[stem],
                    line=_line_of(annotations[stem], entity.id),
                )
    return documents


def word_tagged(examples: Examples, lost: tuple[Lost, ...]) -> tuple[Examples, tuple[Lost, ...]]:
    """The examples with only those entities that IOB2 tags over words hold; the others join what was lost."""
    flat: list[Example[tuple[Entity, ...]]] = []
    all_lost = list(lost)
    for example in examples:
        document = example.document
        tags, dropped = spans_to_tags(document.words, example.gold, document_id=document.id)
        gold = tuple(tagged.entity for tagged in tags_to_spans(document.words, tags))
        assert len(gold) + len(dropped) == len(example.gold), "gold is conserved"
        flat.append(Example(document, gold))
        all_lost += dropped
    return tuple(flat), tuple(all_lost)


def _without_duplicates(entities: tuple[Entity, ...], document_id: str) -> tuple[tuple[Entity, ...], list[Lost]]:
    kept = tuple(dict.fromkeys(entities))
    first_ids = {entity: entity.id for entity in kept}
    return kept, [
        Lost(document_id, entity.label, LossReason.DUPLICATE, entity)
        for entity in entities
        if entity.id != first_ids[entity]
    ]


def _line_of(path: Path, entity_id: str) -> int | None:
    lines = re.split(r"\r\n|\n|\r", read_text(path))
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{entity_id}\t")), None)
