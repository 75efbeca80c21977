"""BRAT standoff: a ``.txt`` file and annotations on it in an ``.ann`` file, read and written without loss.

Offsets refer to the characters of the text file as it is: ``\\r\\n`` counts as two. A byte order mark is taken
off before the characters are counted; a file whose offsets count it disagrees with its text, which is an error.
Annotations may end their lines with ``\\n``, ``\\r\\n`` or ``\\r``; they are written with ``\\n``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tabib.core.errors import DataError
from tabib.core.spans import Entity
from tabib.data.formats.brat_lines import (
    Annotation,
    Attribute,
    Equivalence,
    Event,
    LineError,
    Normalization,
    Note,
    Relation,
    format_line,
    parse_line,
    targets,
)
from tabib.data.formats.tables import read_text

__all__ = [
    "Attribute",
    "BratDocument",
    "Entity",
    "Equivalence",
    "Event",
    "Normalization",
    "Note",
    "Relation",
    "parse_brat",
    "read_brat",
    "write_brat",
]


@dataclass(frozen=True, slots=True)
class BratDocument:
    """A text and its annotations, each kind in the order of the file.

    Args:
        text: the untouched text.
        entities: T lines; their fragments in ascending order, whatever the file's. Those without an id get one
            when they are written.
        relations: R lines.
        events: E lines.
        attributes: A and M lines.
        normalizations: N lines.
        notes: # lines.
        equivalences: * lines.
        layout: the lines as they were read, each with its annotation (None for an empty line). An annotation
            that is still as it was is written as its line was: order of the lines, order of the fragments, extra
            columns. It is no part of equality.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    normalizations: tuple[Normalization, ...] = ()
    notes: tuple[Note, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
    layout: tuple[tuple[Annotation | None, str], ...] = field(default=(), compare=False, repr=False)

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """All of them, kind by kind."""
        return tuple(annotation for name in _FIELDS.values() for annotation in getattr(self, name))


def read_brat(
    text_path: Path | str, annotation_path: Path | str | Sequence[Path | str] | None = None
) -> BratDocument:
    """A document and its annotations.

    Args:
        text_path: the ``.txt`` file.
        annotation_path: the ``.ann`` file, by default the one beside the text; or several files (``.a1``,
            ``.a2``) whose ids do not clash; or none at all: ``()``.

    Raises:
        DataError: a file is absent or not UTF-8, or an annotation is wrong (see ``parse_brat``).
    """
    text_path = Path(text_path)
    if annotation_path is None:
        annotation_path = text_path.with_suffix(".ann")
    paths = [annotation_path] if isinstance(annotation_path, Path | str) else annotation_path
    text = read_text(text_path)
    builder = _Builder(text)
    for path in map(Path, paths):
        builder.add(_split_lines(read_text(path)), path)
    return builder.document()


def parse_brat(text: str, lines: Iterable[str], path: Path | str) -> BratDocument:
    """A document from its text and the lines of its annotation file, without line ends.

    Args:
        path: where the lines are from, for messages.

    Raises:
        DataError: with path and line: a malformed line, an unknown type of line, a repeated id, an unknown id,
            offsets that are empty or beyond the text, or a text that is not the one at the offsets (fragments
            are joined by one space, a line end is one space).
    """
    builder = _Builder(text)
    builder.add(lines, path)
    return builder.document()


def write_brat(document: BratDocument, text_path: Path | str, annotation_path: Path | str | None = None) -> None:
    """Write a document such that ``read_brat`` gives it back.

    Args:
        text_path: the ``.txt`` file; its folder exists.
        annotation_path: by default the ``.ann`` file beside the text.

    Raises:
        DataError: BRAT cannot hold the document: an entity beyond the text, white space in a label, a line end in
            a note, a repeated or unknown id… Nothing is written.
    """
    text_path = Path(text_path)
    annotation_path = text_path.with_suffix(".ann") if annotation_path is None else Path(annotation_path)
    document = _with_ids(document)
    lines = _format_lines(document, annotation_path)
    again = parse_brat(document.text, lines, annotation_path)
    if broken := _difference(document, again):
        raise DataError(
            f"BRAT cannot hold {broken}: it would be read back as something else", path=annotation_path
        )
    # A reader takes one byte order mark off, so a text that begins with this character needs another.
    mark = "\ufeff" if document.text.startswith("\ufeff") else ""
    try:
        content = (mark + document.text).encode("utf-8")
        annotations = "".join(line + "\n" for line in lines).encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(f"it cannot be written as UTF-8: {error}", path=text_path) from None
    text_path.write_bytes(content)
    annotation_path.write_bytes(annotations)


_SWALLOWED = re.compile(r"\r[TREAMN#]\d\w*\t|\r\*\t")
"""What can only be the beginning of a line of its own."""

_FIELDS: dict[type, str] = {
    Entity: "entities",
    Relation: "relations",
    Event: "events",
    Attribute: "attributes",
    Normalization: "normalizations",
    Note: "notes",
    Equivalence: "equivalences",
}


class _Builder:
    """Gathers annotations from one file or several."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.layout: list[tuple[Annotation | None, str]] = []
        self.by_id: dict[str, tuple[Path | str, int]] = {}
        self.places: list[tuple[Annotation, Path | str, int]] = []

    def add(self, lines: Iterable[str], path: Path | str) -> None:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                self.layout.append((None, line))
                continue
            if _SWALLOWED.search(line):
                raise DataError(
                    f"a carriage return alone stands before another annotation in {line!r}; the file mixes kinds"
                    " of line ends: use one kind",
                    path=path,
                    line=number,
                )
            try:
                annotation = parse_line(line, self.text)
            except LineError as error:
                raise DataError(str(error), path=path, line=number) from None
            if len(annotation.id) > 1:  # not * and #, which are no ids
                if annotation.id in self.by_id:
                    first_path, first_line = self.by_id[annotation.id]
                    raise DataError(
                        f"the id {annotation.id} was used before, at {first_path}:{first_line}; ids are unique",
                        path=path,
                        line=number,
                    )
                self.by_id[annotation.id] = (path, number)
            self.layout.append((annotation, line))
            self.places.append((annotation, path, number))

    def document(self) -> BratDocument:
        kinds: dict[type, list[Annotation]] = defaultdict(list)
        for annotation, path, line in self.places:
            for target in targets(annotation):
                if target not in self.by_id:
                    raise DataError(
                        f"{annotation.id} speaks of {target}, which no line has as its id", path=path, line=line
                    )
            kinds[type(annotation)].append(annotation)
        fields: dict[str, Any] = {name: tuple(kinds[kind]) for kind, name in _FIELDS.items()}
        return BratDocument(self.text, **fields, layout=tuple(self.layout))


def _split_lines(content: str) -> list[str]:
    """Lines without their ends. Where ``\\n`` ends them, a ``\\r`` inside one is part of a quoted text."""
    end = "\n" if "\n" in content else "\r"
    lines = content.split(end)
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines] if end == "\n" else lines


def _with_ids(document: BratDocument) -> BratDocument:
    """Entities without an id are numbered on, after the greatest number in use."""
    if all(entity.id for entity in document.entities):
        return document
    numbers = [int(entity.id[1:]) for entity in document.entities if entity.id[1:].isdecimal()]
    following = max(numbers, default=0)
    entities = []
    for entity in document.entities:
        if not entity.id:
            following += 1
            entity = replace(entity, id=f"T{following}")
        entities.append(entity)
    return replace(document, entities=tuple(entities))


def _format_lines(document: BratDocument, path: Path) -> list[str]:
    """The lines of the layout that still hold, changed ones in their place, new ones at the end."""
    pending: dict[Annotation | str, list[Annotation]] = defaultdict(list)
    for annotation in document.annotations:
        pending[_key(annotation)].append(annotation)
    lines = []
    for old, line in document.layout:
        if old is None:
            lines.append(line)
        elif same := pending[_key(old)]:
            new = same.pop(0)
            lines.append(line if new == old else _checked_line(new, document.text, path))
    for rest in pending.values():
        lines += [_checked_line(annotation, document.text, path) for annotation in rest]
    return lines


def _checked_line(annotation: Annotation, text: str, path: Path) -> str:
    line = format_line(annotation, text)
    if "\n" in line or "\r" in line:
        raise DataError(f"BRAT cannot hold a line end in {annotation}", path=path)
    return line


def _key(annotation: Annotation) -> Annotation | str:
    return annotation.id if len(annotation.id) > 1 else annotation


def _difference(document: BratDocument, again: BratDocument) -> Annotation | None:
    """An annotation of either that the other has not, or None; in what order they stand is no difference."""
    wanted = {_key(annotation): annotation for annotation in document.annotations}
    found = {_key(annotation): annotation for annotation in again.annotations}
    for ours, theirs in ((wanted, found), (found, wanted)):
        for key, annotation in ours.items():
            if theirs.get(key) != annotation:
                return annotation
    return None
