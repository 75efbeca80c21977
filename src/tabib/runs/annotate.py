"""Annotating new documents with a trained run: opening it, and writing BRAT or JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tabib.core.errors import ConfigError, RecordError
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction
from tabib.core.spans import Entity
from tabib.data.formats.brat import BratDocument, Note, write_brat
from tabib.models.base import Model
from tabib.models.build import load_model
from tabib.records.files import to_json, write_atomically
from tabib.records.folder import RunFolder
from tabib.records.record import RunRecord, read_record
from tabib.runs.deployment import Divided
from tabib.runs.state import ADVICE, no_model


def open_run(path: Path) -> tuple[RunRecord, Model]:
    """The record and the trained model of a run folder.

    Raises:
        RecordError: not a run folder, or its model is gone.
        ModelError: its model is damaged.
    """
    record, folder = read_record(path), RunFolder(path)
    if not folder.has_model():
        raise RecordError(f"{no_model(folder, record)}. {ADVICE}")
    return record, load_model(folder.model)


def check_targets(documents: Sequence[Document], output: Path, inputs: Sequence[Path], *, overwrite: bool) -> None:
    """See that BRAT files can be written to a folder without touching what is there.

    Raises:
        ConfigError: a file is there already, or is one of the inputs (never overwritten), or an id is no name.
    """
    if output.exists() and not output.is_dir():
        raise ConfigError(f"--output {output} is not a folder; BRAT is written as two files per document")
    read = {path.resolve() for path in inputs}
    for document in documents:
        if not _names_a_file(document.id):
            raise ConfigError(f"the id {document.id!r} cannot name a file; write --format jsonl instead")
        for path in brat_paths(document, output):
            if path.resolve() in read:
                raise ConfigError(f"{path} is an input; choose another folder as --output")
            if path.exists() and not overwrite:
                raise ConfigError(f"{path} exists; choose another folder as --output, or say --overwrite")


def brat_paths(document: Document, output: Path) -> tuple[Path, Path]:
    """The text and annotation files of a document."""
    return output / f"{document.id}.txt", output / f"{document.id}.ann"


def write_annotations(document: Document, prediction: NerPrediction, output: Path) -> None:
    """One document and its predicted entities in BRAT: a copy of the text, and the annotations beside it.

    Offsets hold for the copy, which has no byte order mark. Confidences are notes on the entities.
    """
    entities: list[Entity] = []
    notes: list[Note] = []
    for number, scored in enumerate(sorted(prediction.entities, key=lambda scored: scored.entity.spans), start=1):
        entities.append(replace(scored.entity, id=f"T{number}"))
        if scored.confidence is not None:
            text = f"confidence {scored.confidence:.2f}"
            notes.append(Note(f"#{len(notes) + 1}", "AnnotatorNotes", f"T{number}", text))
    found = BratDocument(document.text, tuple(entities), notes=tuple(notes))
    write_brat(found, brat_paths(document, output)[0])


def json_lines(documents: Sequence[Document], predictions: Sequence[Any]) -> str:
    """One JSON object per document: the prediction, with the text of each entity."""
    rows = (_row(document, prediction) for document, prediction in zip(documents, predictions, strict=True))
    return "".join(to_json(row, indent=None) + "\n" for row in rows)


def decided_json_lines(divided: Sequence[Divided]) -> str:
    """``json_lines`` in which each entity says ``auto`` or ``review``, and each that is for review says why."""
    text = ""
    for one in divided:
        row = _row(one.document, one.prediction)
        for entity, why in zip(row["entities"], one.reasons, strict=True):
            entity |= {"decision": "review", "why": why} if why else {"decision": "auto"}
        if one.document_reason:
            row["review"] = one.document_reason
        text += to_json(row, indent=None) + "\n"
    return text


def write_json_lines(path: Path, text: str, inputs: Sequence[Path], *, overwrite: bool) -> None:
    """Write ``json_lines``. Raises: ConfigError: the file exists, or is an input."""
    if path.resolve() in {given.resolve() for given in inputs}:
        raise ConfigError(f"{path} is an input; choose another file as --output")
    if path.exists() and not overwrite:
        raise ConfigError(f"{path} exists; choose another file as --output, or say --overwrite")
    write_atomically(path, text)


_LONGEST_NAME = 255 - len(".ann")
"""Bytes of a document's id in the names of its files; file systems allow 255 for the whole."""


def _names_a_file(id_: str) -> bool:
    if "\0" in id_ or id_ in ("", ".", ".."):
        return False
    return Path(id_).name == id_ and len(id_.encode()) <= _LONGEST_NAME


def _row(document: Document, prediction: Any) -> dict[str, Any]:
    row: dict[str, Any] = prediction.to_json()
    if isinstance(prediction, NerPrediction):
        for by_word in ("word_tags", "word_confidences", "word_outside"):
            row.pop(by_word, None)
        row["entities"] = [
            entity | {"text": scored.entity.text(document.text)}
            for entity, scored in zip(row["entities"], prediction.entities, strict=True)
        ]
    return row
