"""Errors."""

from __future__ import annotations

from tabib.analysis.lengths import SEVERAL
from tabib.reports.document.model import ListPart, Part, PlotPart, Section, Shown, TablePart
from tabib.reports.statements import Book, Statement
from tabib.reports.study.findings import error_findings

_PATTERNS = 12


def errors_section(book: Book) -> Section:
    """What kinds of errors there are, on what."""
    parts: list[Part] = [
        ListPart(error_findings(book)),
        TablePart(
            "errors",
            (
                Shown("class", "class"),
                Shown("boundary", "boundaries"),
                Shown("n", "n", "count"),
                Shown("of_errors", "of errors %", "percent", interval=True),
                Shown("of_gold", "of gold %", "percent", interval=True),
                Shown("of_predicted", "of predicted %", "percent", interval=True),
            ),
            Statement("Every gold and every predicted entity is in exactly one class."),
        ),
        PlotPart("error_classes", Statement("Classes of errors.")),
    ]
    if book.tables["lengths"]:
        parts += [
            TablePart(
                "lengths",
                (
                    Shown("words", "words"),
                    Shown("gold", "gold", "count"),
                    Shown("predicted", "predicted", "count"),
                    Shown("f1", "F1 %", "percent", interval=True),
                    Shown("boundary_rate", "boundary errors, of gold %", "percent", interval=True),
                    Shown("missed_rate", "missed, of gold %", "percent", interval=True),
                ),
                Statement("Scores by the number of words of an entity."),
                _lengths_in_order(book),
            ),
            PlotPart("lengths", Statement("Scores and errors by the number of words.")),
        ]
    parts += [_patterns(book, side) for side in ("gold", "predicted") if _found(book, side)]
    if book.tables["examples"]:
        parts.append(_examples())
    return Section("errors", "Errors", parts)


def _lengths_in_order(book: Book) -> list[int]:
    """One row after another, what sums several of them last."""
    rows = book.tables["lengths"]
    return sorted(range(len(rows)), key=lambda index: rows[index]["words"] == SEVERAL)


def _found(book: Book, side: str) -> list[int]:
    rows = book.tables["patterns"]
    return [index for index, row in enumerate(rows) if row["found"] and row["side"] == side][:_PATTERNS]


def _patterns(book: Book, side: str) -> TablePart:
    what = {
        "gold": "Features of gold that go with being found exactly or not; p is adjusted for all features tried.",
        "predicted": "Features of predictions that go with being right or not; p is adjusted for all features"
        " tried.",
    }
    return TablePart(
        "patterns",
        (
            Shown("family", "family"),
            Shown("feature", "feature"),
            Shown("n", "n", "count"),
            Shown("rate", "errors %", "percent"),
            Shown("rate_without", "without it %", "percent"),
            Shown("difference", "difference", "points", interval=True),
            Shown("p", "p", "number"),
        ),
        Statement(what[side]),
        _found(book, side),
    )


def _examples() -> TablePart:
    return TablePart(
        "examples",
        (
            Shown("document", "document"),
            Shown("class", "class"),
            Shown("gold_type", "gold"),
            Shown("gold_text", "its text"),
            Shown("predicted_type", "predicted"),
            Shown("predicted_text", "its text"),
            Shown("context", "context"),
        ),
        Statement("Errors in their context, sampled: the classes in turn, so their numbers say nothing."),
    )
