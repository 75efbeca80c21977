"""The model that is chosen, and what is given up for it."""

from __future__ import annotations

from tabib.reports.document.model import ListPart, Section, Shown, TablePart
from tabib.reports.selection_text import selection_statements
from tabib.reports.statements import Book, Statement


def selection_section(book: Book) -> Section:
    """Which model the rule chooses on dev."""
    return Section(
        "selection",
        "Choice of a model",
        [
            ListPart(selection_statements(book.tables)),
            TablePart(
                "selection",
                (
                    Shown("rank", "rank", "count"),
                    Shown("model", "model"),
                    Shown("total", "total", "number"),
                    Shown("score", "dev F1 %", "percent", interval=True),
                    Shown("score_share", "share", "number"),
                    Shown("rare_types", "dev F1 of rare types %", "percent", interval=True),
                    Shown("rare_types_share", "share", "number"),
                    Shown("speed", "documents/s", "number"),
                    Shown("speed_share", "share", "number"),
                    Shown("why", "no candidate because"),
                ),
                Statement(
                    "The rule: each criterion as a share of the best candidate's, weighted; scores are dev's."
                ),
            ),
            TablePart(
                "selection_weights",
                (
                    Shown("criterion", "criterion"),
                    Shown("weight", "weight", "number"),
                    Shown("used", "used", "number"),
                    Shown("why", "left out because"),
                ),
                Statement("Weights, as the study asks for them and as they were used."),
            ),
            TablePart(
                "tradeoffs",
                (
                    Shown("other", "against"),
                    Shown("difference", "F1, points", "points", interval=True),
                    Shown("p_holm", "p (Holm)", "number"),
                    Shown("rare_difference", "rare types, points", "points", interval=True),
                    Shown("faster", "times as fast", "ratio"),
                    Shown("train_longer", "times the training", "ratio"),
                    Shown("memory_more", "times the memory", "ratio"),
                ),
                Statement("The chosen model against each other candidate, on the split that is evaluated."),
            ),
        ],
    )
