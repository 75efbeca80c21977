"""New documents to annotate, read from text files and JSON lines, as a task needs them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tabib.core.errors import DataError
from tabib.core.examples import LETTERS, Document
from tabib.core.spans import split_words
from tabib.data.formats.tables import read_text

_SHAPES = {
    "similarity": '{"id": "…", "text": "…", "second": "…"} (or "text2")',
    "mcqa": '{"id": "…", "text": "…", "options": ["…", "…"]}, with "single": true where one option is right',
}
_PLAIN = '{"id": "…", "text": "…"}'
_WITH_WORDS = ("ner_span", "ner_token")


def read_documents(files: Sequence[Path], task: str) -> list[Document]:
    """Documents of ``.txt`` files (one each, named after the file) and of ``.jsonl`` files (a row each).

    A row has ``id`` and ``text``; for similarity also ``second`` (or ``text2``), for mcqa ``options`` and, where
    it is known, ``single``. Pairs and questions do not fit into a ``.txt`` file. Other keys are left alone.

    Raises:
        DataError: a file is absent, empty, not UTF-8, malformed or of another kind, an id is repeated, or an id
            or text is not Unicode.
    """
    documents: list[Document] = []
    origin: dict[str, str] = {}
    for path in files:
        for document, line in _documents(path, task):
            place = str(path) if line is None else f"{path}:{line}"
            _require_unicode("id", document.id, path, line)
            for text in (document.text, document.second, *document.options):
                _require_unicode("text", text, path, line)
            if document.id in origin:
                raise DataError(
                    f"the id {document.id!r} was given before, by {origin[document.id]}", path=path, line=line
                )
            origin[document.id] = place
            documents.append(document)
    return documents


def _documents(path: Path, task: str) -> list[tuple[Document, int | None]]:
    """The documents of a file, with their lines."""
    if path.suffix == ".txt":
        if task in _SHAPES:
            raise DataError(
                f"a .txt file holds one text; for {task}, expected a .jsonl file with rows {_SHAPES[task]}",
                path=path,
            )
        text = read_text(path)
        if not text.strip():
            raise DataError("the file holds no text", path=path)
        return [(Document(path.stem, text, _words(text, task)), None)]
    if path.suffix != ".jsonl":
        raise DataError(f"expected a .txt or .jsonl file, found {path.suffix or 'no suffix'!r}", path=path)
    documents: list[tuple[Document, int | None]] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"not valid JSON: {error.msg}", path=path, line=number) from None
        document = _document(row, task) if isinstance(row, dict) else None
        if document is None:
            raise DataError(f"expected {_SHAPES.get(task, f'{_PLAIN}, both text')}", path=path, line=number)
        documents.append((document, number))
    if not documents:
        raise DataError("the file holds no documents", path=path)
    return documents


def _document(row: Mapping[str, Any], task: str) -> Document | None:
    """A row as a document; None where it is not what the task needs."""
    id_, text = row.get("id"), row.get("text")
    if not isinstance(id_, str) or not isinstance(text, str):
        return None
    if task == "similarity":
        second = row.get("second", row.get("text2"))
        return Document(id_, text, second=second) if isinstance(second, str) else None
    if task == "mcqa":
        options, single = row.get("options"), row.get("single", False)
        if not isinstance(options, list) or not 2 <= len(options) <= len(LETTERS) or not isinstance(single, bool):
            return None
        if not all(isinstance(option, str) for option in options):
            return None
        return Document(id_, text, options=tuple(options), single=single)
    return Document(id_, text, _words(text, task))


def _words(text: str, task: str) -> tuple[tuple[int, int], ...]:
    return split_words(text) if task in _WITH_WORDS else ()


def _require_unicode(what: str, value: str, path: Path, line: int | None) -> None:
    """JSON can write half of a surrogate pair, and the name of a file may hold any bytes; neither is text."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        sign = f"U+{ord(value[error.start]):04X} at character {error.start}"
        raise DataError(f"the {what} is not Unicode: {sign} stands alone", path=path, line=line) from None
