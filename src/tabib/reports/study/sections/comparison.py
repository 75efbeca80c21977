"""The models of a corpus beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.reports.comparison_text import comparison_statements
from tabib.reports.document.model import ListPart, Part, PlotPart, Section, Shown, TablePart
from tabib.reports.statements import Book, Statement

_MODELS = (
    Shown("model", "model"),
    Shown("seeds", "seeds", "count"),
    Shown("f1", "F1 % [95% interval]", "percent", interval=True),
    Shown("f1_sd", "sd", "percent"),
    Shown("precision", "P %", "percent"),
    Shown("recall", "R %", "percent"),
    Shown("f1_macro", "macro F1 %", "percent"),
    Shown("rare_f1", "rare types F1 %", "percent", interval=True),
    Shown("train_seconds", "training", "duration"),
    Shown("documents_per_second", "documents/s", "number"),
    Shown("memory_gib", "peak GiB", "number"),
    Shown("suspect", "suspect"),
)
_PAIRS = (
    Shown("model", "model"),
    Shown("other", "against"),
    Shown("difference", "F1, points", "points", interval=True),
    Shown("p_holm", "p (Holm)", "number"),
    Shown("rare_difference", "rare types, points", "points", interval=True),
    Shown("rare_p_holm", "p (Holm)", "number"),
    Shown("seeds", "seeds", "count"),
    Shown("other_seeds", "against", "count"),
)
_BEST = (
    Shown("label", "type"),
    Shown("tier", "tier"),
    Shown("support", "gold", "count"),
    Shown("best", "best"),
    Shown("best_f1", "F1 %", "percent"),
    Shown("second", "second"),
    Shown("second_f1", "F1 %", "percent"),
    Shown("lead", "lead, points", "points", interval=True),
    Shown("p_holm", "p (Holm)", "number"),
    Shown("verdict", "verdict"),
)


def comparison_sections(book: Book, datasets: Sequence[str], of_study: str) -> list[Section]:
    """One section for each corpus, the study's first."""
    ordered = [of_study, *(name for name in datasets if name != of_study)]
    return [_section(book, name, "" if name == of_study else f"_{name}") for name in ordered]


def _section(book: Book, dataset: str, suffix: str) -> Section:
    names = ("comparison_numbers", "models", "pairs", "best_by_type")
    own = Book({name: book.tables[f"{name}{suffix}"] for name in names})
    said = [
        Statement(
            statement.words,
            {key: cited.renamed(f"{cited.table}{suffix}") for key, cited in statement.cited.items()},
        )
        for statement in comparison_statements(own.tables)
    ]
    parts: list[Part] = [
        ListPart(said),
        TablePart(
            f"models{suffix}",
            _MODELS,
            Statement(
                "Models: means over seeds, intervals over documents and seeds; sd: over seeds; training: wall time"
                " of a run, whatever ran beside it; peak: memory of the whole run; documents/s: at its best batch,"
                " for documents as long as those that the first one was timed on."
            ),
        ),
        PlotPart(f"score_speed{suffix}", Statement("Score against speed.")),
        TablePart(
            f"pairs{suffix}",
            _PAIRS,
            _about_pairs(book, f"pairs{suffix}"),
        ),
        PlotPart(f"pairs{suffix}", Statement("Differences in F1 with their intervals.")),
        TablePart(
            f"best_by_type{suffix}", _BEST, Statement("The best model for each type; p adjusted for all types.")
        ),
    ]
    return Section(f"models{suffix}", f"Models on {dataset}", parts)


def _about_pairs(book: Book, table: str) -> Statement:
    """The test, its unit and n, as the first row has them: all pairs are on the same documents."""
    if not book.tables[table]:
        return Statement("Every two models.")
    first = {name: book.tables[table][0][name] for name in ("model", "other")}
    cited = {
        "test": book.cite(table, "test", "text", **first),
        "documents": book.cite(table, "documents", "count", **first),
    }
    return Statement(
        "Every two models on the same {documents} documents: {test}, the unit is the document with all its"
        " seeds; p"
        " adjusted for all pairs, intervals over documents and seeds.",
        cited,
    )
