"""What the measurements of speed say, in sentences."""

from __future__ import annotations

from tabib.reports.statements import Book, Statement


def speed_findings(book: Book) -> list[Statement]:
    """Each model's time for the notes, then what the chosen model gains by batches and by other variants."""
    if not book.tables.get("speed_models"):
        return []
    said = []
    for row in book.tables["speed_models"]:
        key = {"model": row["model"], "seed": row["seed"]}
        if row["notes_seconds"] is None:
            continue
        cited = {
            "model": book.cite("speed_models", "model", "text", **key),
            "notes": book.cite("speed_models", "notes", "count", **key),
            "time": book.cite("speed_models", "notes_seconds", "duration", **key),
            "one": book.cite("speed_models", "median", "duration", **key),
        }
        words = "{model} takes {time} for {notes} notes like these, and {one} for one (median)."
        said.append(Statement(words, cited))
    return said + _variants(book)


def _variants(book: Book) -> list[Statement]:
    said = []
    for row in book.tables.get("speed_variants", ()):
        if row["ratio"] is None or row["variant"] == row["reference"]:
            continue
        key = {"model": row["model"], "seed": row["seed"], "variant": row["variant"]}
        cited = {
            "model": book.cite("speed_variants", "model", "text", **key),
            "variant": book.cite("speed_variants", "variant", "text", **key),
            "reference": book.cite("speed_variants", "reference", "text", **key),
            "ratio": book.cite("speed_variants", "ratio", "ratio", **key),
        }
        words = "{model} as {variant} is {ratio} as fast as {reference}"
        if row["difference"] is not None:
            cited["difference"] = book.cite("speed_variants", "difference", "points", **key)
            words += ", for {difference} points of score"
        said.append(Statement(words + ".", cited))
    return said
