"""What text corpora in tables share: rows of (identifier, text, label or labels) as examples."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example
from tabib.data.formats.tables import Row, read_tsv

Columns = tuple[str, str, str]
"""The names of the columns that hold the identifier, the text and the label or labels."""


def read_labelled(path: Path, columns: Columns, labels: Collection[str]) -> tuple[Example[str], ...]:
    """One label per row.

    Raises:
        DataError: a malformed row, an empty or repeated identifier, an empty text, an unknown label, no rows.
    """
    return tuple(
        Example(document, _known(row[columns[2]], labels, path, row.line))
        for row, document in _documents(path, read_tsv(path, columns), columns)
    )


def read_multilabel(
    path: Path, columns: Columns, labels: Collection[str], *, quoting: bool = False
) -> tuple[Example[tuple[str, ...]], ...]:
    """Labels joined by ``|``, as a sorted tuple; an empty value means no label.

    Raises:
        DataError: as ``read_labelled``; or a label is repeated within a row.
    """
    examples = []
    for row, document in _documents(path, read_tsv(path, columns, quoting=quoting), columns):
        values = row[columns[2]].split("|") if row[columns[2]] else []
        found = sorted({_known(value, labels, path, row.line) for value in values})
        if len(found) != len(values):
            raise DataError(f"a label is repeated in {row[columns[2]]!r}", path=path, line=row.line)
        examples.append(Example(document, tuple(found)))
    return tuple(examples)


def _documents(path: Path, rows: Iterable[Row], columns: Columns) -> list[tuple[Row, Document]]:
    documents = []
    line_of: dict[str, int] = {}
    for row in rows:
        id_, text = row[columns[0]], row[columns[1]]
        if not id_ or not text.strip():
            raise DataError(f"the {columns[1] if id_ else columns[0]} is empty", path=path, line=row.line)
        if id_ in line_of:
            raise DataError(
                f"the {columns[0]} {id_!r} was already used on line {line_of[id_]}", path=path, line=row.line
            )
        line_of[id_] = row.line
        documents.append((row, Document(id_, text)))
    if not documents:
        raise DataError("there are no rows: the split is empty", path=path)
    return documents


def _known(label: str, labels: Collection[str], path: Path, line: int) -> str:
    if label not in labels:
        raise DataError(
            f"unknown label {label!r}; expected one of {', '.join(sorted(labels))}", path=path, line=line
        )
    return label
