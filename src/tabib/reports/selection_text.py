"""Which model is chosen, why, and what is given up for it, in sentences that cite the tables of the selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tabib.reports.statements import Book, Citation, Statement, Style, Tables

_VALUES: Mapping[str, tuple[str, Style, str]] = {
    "score": ("score", "percent", "dev F1 {score_value} with the weight {score_weight}"),
    "rare_types": (
        "rare_types",
        "percent",
        "dev F1 of rare types {rare_types_value} with the weight {rare_types_weight}",
    ),
    "speed": ("speed", "number", "{speed_value} documents per second with the weight {speed_weight}"),
}
_NAMES = {"score": "The score", "rare_types": "F1 of rare types", "speed": "Speed"}

# Columns for more and for less of something, and the words for either.
_RATIOS = (
    ("faster", "slower", "{faster} faster", "{slower} slower", "about as fast"),
    (
        "train_longer",
        "train_shorter",
        "{train_longer} longer in training",
        "{train_shorter} shorter in training",
        "",
    ),
    ("memory_more", "memory_less", "{memory_more} more memory", "{memory_less} less memory", ""),
)


_ALIKE = 1.25
"""Times and memory that differ by less are alike: runs of one model, measured twice, differ as much."""


def selection_statements(tables: Tables) -> tuple[Statement, ...]:
    """The choice, its reasons, the run to deploy, how much hangs on the weights, and the trade-offs.

    Args:
        tables: ``selection_choice``, ``selection``, ``selection_weights`` and ``selection_sensitivity`` of a
            ``Selection``, and its ``tradeoffs``.
    """
    book = Book(tables)
    excluded = [_excluded(book, row) for row in tables["selection"] if row["rank"] is None]
    if book.cell("selection_choice", "model") is None:
        why = {"why": book.cite("selection_choice", "why", "text")}
        return (Statement("No model is chosen: {why}.", why), *excluded)
    return (
        _choice(book),
        *_second(book),
        *_left_out(book),
        _deployed(book),
        *_sensitivity(book),
        *trade_off_statements(tables),
        *_same_split(book),
        *excluded,
    )


def trade_off_statements(tables: Tables) -> tuple[Statement, ...]:
    """The chosen model against each other candidate, by rank.

    Args:
        tables: ``tradeoffs``.
    """
    return tuple(_trade_off(Book(tables), row) for row in tables["tradeoffs"])


def _choice(book: Book) -> Statement:
    model = book.cell("selection_choice", "model")
    parts, cited = [], {"model": book.cite("selection", "model", "text", model=model)}
    for row in book.tables["selection_weights"]:
        if row["used"] > 0:
            name = row["criterion"]
            column, style, words = _VALUES[name]
            parts.append(words)
            cited[f"{name}_value"] = book.cite(
                "selection", column, style, interval=style == "percent", model=model
            )
            cited[f"{name}_weight"] = book.cite("selection_weights", "used", "number", criterion=name)
    values = "; ".join(parts)
    if book.cell("selection_choice", "candidates") == 1:
        return Statement(f"{{model}} is chosen: it is the only candidate ({values}).", cited)
    cited["total"] = book.cite("selection_choice", "total", "number")
    cited["candidates"] = book.cite("selection_choice", "candidates", "count")
    words = f"{{model}} is chosen of {{candidates}} candidates, with a total of {{total}} ({values})."
    return Statement(words, cited)


def _second(book: Book) -> list[Statement]:
    if book.cell("selection_choice", "second") is None:
        return []
    cited = {
        "second": book.cite("selection_choice", "second", "text"),
        "total": book.cite("selection_choice", "second_total", "number"),
    }
    return [
        Statement(
            "Second is {second} with {total}; each criterion counts as a share of the best candidate's.", cited
        )
    ]


def _left_out(book: Book) -> list[Statement]:
    return [
        Statement(
            f"{_NAMES[row['criterion']]} did not count, and its weight went to the others: {{why}}.",
            {"why": book.cite("selection_weights", "why", "text", criterion=row["criterion"])},
        )
        for row in book.tables["selection_weights"]
        if row["why"] and row["weight"] > 0
    ]


def _deployed(book: Book) -> Statement:
    return Statement(
        "The run to deploy is {run}: of its seeds, {seed} has the best dev score ({score}).",
        {
            "run": book.cite("selection_choice", "run", "text"),
            "seed": book.cite("selection_choice", "seed", "text"),
            "score": book.cite("selection_choice", "seed_score", "percent"),
        },
    )


def _sensitivity(book: Book) -> list[Statement]:
    rows = book.tables["selection_sensitivity"]
    if len(rows) < 2:
        return []
    chosen = book.cell("selection_choice", "model")
    cited = {
        "model": book.cite("selection_choice", "model", "text"),
        "share": book.cite("selection_choice", "share_of_weightings", "percent"),
        "weightings": book.cite("selection_choice", "weightings", "count"),
    }
    if book.cell("selection_choice", "share_of_weightings") == 1:
        del cited["share"]
        return [
            Statement("{model} wins whatever the weights (all {weightings} weightings that were tried).", cited)
        ]
    said = [Statement("{model} wins with {share} of {weightings} weightings that were tried.", cited)]
    others = [row["model"] for row in rows if row["won"] > 0 and row["model"] != chosen]
    said += [
        Statement(
            "{other} would win with {share}.",
            {
                "other": book.cite("selection_sensitivity", "model", "text", model=other),
                "share": book.cite("selection_sensitivity", "share", "percent", model=other),
            },
        )
        for other in others
    ]
    return said


def _trade_off(book: Book, row: Mapping[str, Any]) -> Statement:
    """``Against B, on test: +2.1 [+0.4, +3.8] points of F1 (p = 0.012); 1.5× slower.``"""
    key = {"other": row["other"]}
    cited: dict[str, Citation] = {
        "other": book.cite("tradeoffs", "other", "text", **key),
        "model": book.cite("tradeoffs", "model", "text", **key),
        "split": book.cite("tradeoffs", "split", "text", **key),
    }
    parts = [_difference(book, key, cited, "", "points of F1")]
    if row["rare_difference"] is not None:
        parts.append(_difference(book, key, cited, "rare_", "points of F1 on rare types"))
    for more, less, words_more, words_less, words_equal in _RATIOS:
        if row[more] is None:
            continue
        if max(row[more], row[less]) < _ALIKE:
            words = words_equal
        else:
            column, words = (more, words_more) if row[more] > 1 else (less, words_less)
            cited[column] = book.cite("tradeoffs", column, "ratio", **key)
        parts += [words] if words else []
    return Statement(f"{{model}} against {{other}}, on {{split}}: {'; '.join(parts)}.", cited)


def _difference(book: Book, key: Mapping[str, Any], cited: dict[str, Citation], kind: str, what: str) -> str:
    """Adds what it cites to ``cited``."""
    value = book.cell("tradeoffs", f"{kind}difference", **key)
    cited[f"{kind}difference"] = book.cite("tradeoffs", f"{kind}difference", "points", interval=True, **key)
    if value is None:
        return f"{{difference}} {what}"
    cited[f"{kind}p"] = book.cite("tradeoffs", f"{kind}p_holm", "number", **key)
    words = f"{{{kind}difference}} {what} (adjusted p = {{{kind}p}})"
    if book.cell("tradeoffs", f"{kind}significant", **key):
        return words
    return words if value == 0 else f"{words}, which may be chance"


def _same_split(book: Book) -> list[Statement]:
    rows = book.tables["tradeoffs"]
    if not rows or rows[0]["split"] != "dev":
        return []
    return [Statement("The choice was made on these scores: they look better than on texts that it has not seen.")]


def _excluded(book: Book, row: Mapping[str, Any]) -> Statement:
    key = {"model": row["model"]}
    cited = {name: book.cite("selection", name, "text", **key) for name in ("model", "why")}
    return Statement("{model} is no candidate: {why}.", cited)
