"""Types and tiers."""

from __future__ import annotations

from tabib.reports.document.model import ListPart, PlotPart, Section, Shown, TablePart
from tabib.reports.statements import Book, Statement
from tabib.reports.study.findings import type_findings

_RATES = (
    Shown("precision", "P %", "percent"),
    Shown("recall", "R %", "percent"),
    Shown("f1", "F1 % [95% interval]", "percent", interval=True),
)
_COUNTS = (
    Shown("support", "gold", "count"),
    Shown("predicted", "predicted", "count"),
    Shown("correct", "right", "count"),
)
_PAIRS = 10


def types_section(book: Book) -> Section:
    """How well each type is found."""
    pairs = range(min(_PAIRS, len(book.tables["confused"])))
    return Section(
        "types",
        "Types",
        [
            ListPart(type_findings(book)),
            TablePart(
                "tiers",
                (
                    Shown("tier", "tier"),
                    Shown("types", "types", "count"),
                    *_COUNTS,
                    *_RATES,
                    Shown("f1_macro", "macro F1 %", "percent", interval=True),
                ),
                Statement("Scores by tier; the tier of a type follows from its gold entities in train."),
            ),
            PlotPart("types_f1", Statement("Exact F1 by type, the best at the top.")),
            PlotPart(
                "types_frequency",
                Statement("Exact F1 against the gold entities that train holds; names as far as they find room."),
            ),
            PlotPart(
                "confusion", Statement("Gold (rows) against predictions (columns), aligned by largest overlap.")
            ),
            TablePart(
                "confused",
                (
                    Shown("gold", "gold"),
                    Shown("predicted", "taken for"),
                    Shown("n", "entities", "count"),
                    Shown("share", "of the gold %", "percent"),
                ),
                Statement("Types that are taken for others most often."),
                pairs,
            ),
            TablePart(
                "types",
                (
                    Shown("label", "type"),
                    Shown("tier", "tier"),
                    Shown("train", "train", "count"),
                    *_COUNTS,
                    *_RATES,
                ),
                Statement("Scores by type, the best first; without gold in the split there are none."),
            ),
        ],
    )
