"""What a comparison of models says, in sentences that cite its tables."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.reports.statements import Book, Statement, Style, Tables, enumerated


def comparison_statements(tables: Tables) -> tuple[Statement, ...]:
    """The best model and its lead, which types have a best model, and what to doubt.

    Args:
        tables: ``comparison_numbers``, ``models``, ``pairs`` and ``best_by_type`` of a ``Comparison``.
    """
    book = Book(tables)
    return tuple(
        statement
        for statement in (_best(book), *_lead(book), *_types(book), *_one_seed(book), *_suspects(book))
        if statement is not None
    )


def _best(book: Book) -> Statement | None:
    first = book.tables["models"][0]
    if first["f1"] is None:
        return Statement("No model has a score.")
    one = len(book.tables["models"]) == 1
    cited = {
        "model": book.cite("models", "model", "text", model=first["model"]),
        "f_one": book.cite("models", "f1", "percent", interval=True, model=first["model"]),
        "split": book.cite("comparison_numbers", "split", "text"),
        "documents": book.cite("comparison_numbers", "documents", "count"),
    }
    if one:
        return Statement("On the {documents} documents of {split}, {model} has an F1 of {f_one}.", cited)
    cited["models"] = book.cite("comparison_numbers", "models", "count")
    words = "On the {documents} documents of {split}, {model} has the highest F1 of {models} models, {f_one}."
    return Statement(words, cited)


def _lead(book: Book) -> list[Statement]:
    """The lead of the best model over the second."""
    models = book.tables["models"]
    if len(models) < 2 or models[1]["f1"] is None:
        return []
    key = {"model": models[0]["model"], "other": models[1]["model"]}
    cited = {
        "model": book.cite("pairs", "model", "text", **key),
        "other": book.cite("pairs", "other", "text", **key),
        "difference": book.cite("pairs", "difference", "points", interval=True, **key),
        "p": book.cite("pairs", "p_holm", "number", **key),
    }
    if book.cell("pairs", "difference", **key) == 0:
        words = "{model} and {other} have the same F1 ({difference}, p = {p})."
    elif book.cell("pairs", "significant", **key):
        words = "{model} leads {other} by {difference} points of F1 (adjusted p = {p})."
    else:
        words = "The lead of {model} over {other}, {difference} points of F1 (adjusted p = {p}), may be chance."
    return [Statement(words, cited)]


def _types(book: Book) -> list[Statement]:
    rows = book.tables["best_by_type"]
    if len(book.tables["models"]) < 2 or not any(row["support"] for row in rows):
        return []
    names: list[tuple[str, str, Style]] = [("types", "types", "count"), ("ahead", "types_ahead", "count")]
    cited = {name: book.cite("comparison_numbers", column, style) for name, column, style in names}
    said = [
        Statement(
            "Of {types} types with gold, the best model's lead over the second is more than chance in {ahead}.",
            cited,
        )
    ]
    for model in dict.fromkeys(row["best"] for row in rows if row["verdict"] == "ahead"):
        chosen = [index for index, row in enumerate(rows) if row["verdict"] == "ahead" and row["best"] == model]
        types = book.cite_all("best_by_type", "label", chosen)
        name = {"model": book.cite("models", "model", "text", model=model)}
        said.append(Statement(f"{{model}} is the best for {enumerated(types)}.", {**name, **types}))
    tied = book.cell("comparison_numbers", "types_tied")
    if tied:
        several = {"tied": book.cite("comparison_numbers", "types_tied", "count")}
        said.append(Statement("Types in which the best models are equally good: {tied}.", several))
    lost = [index for index, row in enumerate(rows) if row["support"] and row["best"] is None]
    if lost:
        types = book.cite_all("best_by_type", "label", lost)
        said.append(Statement(f"No model finds any {enumerated(types).replace(' and ', ' or ')}.", types))
    return said


def _one_seed(book: Book) -> list[Statement]:
    rows = [index for index, row in enumerate(book.tables["models"]) if row["seeds"] == 1]
    if not rows:
        return []
    names = book.cite_all("models", "model", rows)
    words = f"How much another seed would change is not known of {enumerated(names)}."
    return [Statement(words, names)]


def _suspects(book: Book) -> Sequence[Statement]:
    return [
        Statement(
            "{model} is suspect: {why}.",
            {
                "model": book.cite("models", "model", "text", model=row["model"]),
                "why": book.cite("models", "suspect", "text", model=row["model"]),
            },
        )
        for row in book.tables["models"]
        if row["suspect"]
    ]
