"""What goes to a reader, as a table for a spreadsheet and, exactly, as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tabib.core.errors import ConfigError
from tabib.records.files import read_jsonl, write_jsonl
from tabib.reports.csv_file import spreadsheet_safe, write_csv
from tabib.runs.deployment import ReviewItem

COLUMNS = ("document", "start", "end", "spans", "type", "text", "confidence", "why")


def review_paths(folder: Path) -> tuple[Path, Path]:
    """``review.csv`` and ``review.jsonl``."""
    return folder / "review.csv", folder / "review.jsonl"


def write_review(folder: Path, items: Sequence[ReviewItem]) -> None:
    """Write both files; a head line alone where there is nothing to review.

    ``spans`` is written for discontinuous entities only, as BRAT does: ``10 15;20 25``. In the CSV file an
    apostrophe stands before what a spreadsheet would take for a formula; the JSON lines hold the text as it is.
    """
    table, exact = review_paths(folder)
    write_csv(table, [_row(item) for item in items], COLUMNS)
    write_jsonl(exact, (_exact(item) for item in items))


def check_review(folder: Path, documents: Iterable[str], inputs: Sequence[Path], *, overwrite: bool) -> None:
    """See that a review list can be written without losing what is on an earlier one.

    Args:
        documents: ids of those that are annotated now.

    Raises:
        ConfigError: a list is there already; or, with ``overwrite``, it is an input or holds other documents.
    """
    read = {path.resolve() for path in inputs}
    for path in review_paths(folder):
        if path.resolve() in read:
            raise ConfigError(f"{path} is an input; choose another folder as --output")
        if path.exists() and not overwrite:
            raise ConfigError(f"{path} exists; choose another folder as --output, or say --overwrite")
    table, exact = review_paths(folder)
    if table.exists() and not exact.exists():
        raise ConfigError(
            f"{table} is there without {exact.name}, so what is on it cannot be compared with what is"
            f" annotated now;"
            " choose another folder as --output, or remove it"
        )
    if exact.exists():
        lost = {str(row.get("document")) for row in read_jsonl(exact)} - set(documents)
        if lost:
            raise ConfigError(
                f"{exact} holds what is to be reviewed of other documents ({min(lost)!r}, for one), which would be"
                " lost; choose another folder as --output"
            )


def check_no_review(folder: Path) -> None:
    """Refuse a folder whose review list would not go with the annotations beside it. Raises: ConfigError."""
    for path in review_paths(folder):
        if path.exists():
            raise ConfigError(
                f"{path} is of an earlier call with a threshold; choose another folder as --output, or remove it"
            )


def _row(item: ReviewItem) -> dict[str, Any]:
    entity = item.entity
    cells = {
        "document": item.document,
        "start": None if entity is None else entity.start,
        "end": None if entity is None else entity.end,
        "spans": ";".join(f"{start} {end}" for start, end in entity.spans)
        if entity and entity.discontinuous
        else "",
        "type": "" if entity is None else entity.label,
        "text": item.text,
        "confidence": item.confidence,
        "why": item.why,
    }
    return {name: spreadsheet_safe(cell) if isinstance(cell, str) else cell for name, cell in cells.items()}


def _exact(item: ReviewItem) -> dict[str, Any]:
    row: dict[str, Any] = {"document": item.document}
    if item.entity is not None:
        row |= {"label": item.entity.label, "spans": [list(span) for span in item.entity.spans], "text": item.text}
        row |= {} if item.confidence is None else {"confidence": item.confidence}
    return row | {"why": item.why}
