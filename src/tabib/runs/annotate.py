"""Annotating new documents with a trained run: reading them, predicting, writing BRAT or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tabib.core.errors import ConfigError, DataError, RecordError
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction
from tabib.core.spans import split_words
from tabib.data.formats.brat import BratDocument, write_brat
from tabib.data.formats.tables import read_text
from tabib.models.base import Model
from tabib.models.build import load_model
from tabib.records.files import to_json, write_atomically
from tabib.records.folder import RunFolder
from tabib.records.record import RunRecord, read_record


def read_documents(files: Sequence[Path], *, with_words: bool) -> list[Document]:
    """Documents of ``.txt`` files (one each, named after the file) and ``.jsonl`` files (rows with id and text).

    Raises:
        DataError: a file is absent, empty, not UTF-8, malformed or of another kind, or an id is repeated.
    """
    documents: list[Document] = []
    origin: dict[str, str] = {}
    for path in files:
        for id_, text, line in _rows(path):
            place = str(path) if line is None else f"{path}:{line}"
            if id_ in origin:
                raise DataError(f"the id {id_!r} was given before, by {origin[id_]}", path=path, line=line)
            origin[id_] = place
            documents.append(Document(id_, text, split_words(text) if with_words else ()))
    return documents


def open_run(path: Path) -> tuple[RunRecord, Model]:
    """The record and the trained model of a run folder.

    Raises:
        RecordError: not a run folder, or its model is gone.
    """
    record, folder = read_record(path), RunFolder(path)
    if not folder.has_model():
        why = f"the run failed: {record.error.message}" if record.error else "a benchmark has cleaned it up"
        raise RecordError(
            f"{path} has no trained model ({why}). Set 'cleanup_checkpoints: false' in the benchmark, or train"
            " the configuration with 'tabib train'"
        )
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
        if not document.id or Path(document.id).name != document.id:
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
    """One document and its predicted entities in BRAT: a copy of the text, and the annotations beside it."""
    entities = sorted((scored.entity for scored in prediction.entities), key=lambda entity: entity.spans)
    numbered = tuple(replace(entity, id=f"T{number}") for number, entity in enumerate(entities, start=1))
    write_brat(BratDocument(document.text, numbered), brat_paths(document, output)[0])


def json_lines(documents: Sequence[Document], predictions: Sequence[Any]) -> str:
    """One JSON object per document: the prediction, with the text of each entity."""
    return "".join(
        to_json(_row(document, prediction), indent=None) + "\n"
        for document, prediction in zip(documents, predictions, strict=True)
    )


def write_json_lines(path: Path, text: str, inputs: Sequence[Path], *, overwrite: bool) -> None:
    """Write ``json_lines``. Raises: ConfigError: the file exists, or is an input."""
    if path.resolve() in {given.resolve() for given in inputs}:
        raise ConfigError(f"{path} is an input; choose another file as --output")
    if path.exists() and not overwrite:
        raise ConfigError(f"{path} exists; choose another file as --output, or say --overwrite")
    write_atomically(path, text)


def _row(document: Document, prediction: Any) -> dict[str, Any]:
    row: dict[str, Any] = prediction.to_json()
    if isinstance(prediction, NerPrediction):
        row.pop("word_tags", None)
        row.pop("word_confidences", None)
        row["entities"] = [
            entity | {"text": scored.entity.text(document.text)}
            for entity, scored in zip(row["entities"], prediction.entities, strict=True)
        ]
    return row


def _rows(path: Path) -> list[tuple[str, str, int | None]]:
    """(id, text, line) of the documents of a file."""
    if path.suffix == ".txt":
        return [(path.stem, read_text(path), None)]
    if path.suffix != ".jsonl":
        raise DataError(f"expected a .txt or .jsonl file, found {path.suffix or 'no suffix'!r}", path=path)
    rows: list[tuple[str, str, int | None]] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"not valid JSON: {error.msg}", path=path, line=number) from None
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("id", "text")):
            raise DataError('expected {"id": "…", "text": "…"}, both text', path=path, line=number)
        rows.append((row["id"], row["text"], number))
    if not rows:
        raise DataError("the file holds no documents", path=path)
    return rows
