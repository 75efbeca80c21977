"""How a study was made: corpora, runs, machines."""

from __future__ import annotations

from tabib.reports.document.model import Part, Section, Shown, TablePart, TextPart
from tabib.reports.statements import Book, Statement


def about_section(book: Book) -> Section:
    """What the numbers come from."""
    parts: list[Part] = [
        TextPart(_sentences(book)),
        TablePart(
            "corpora",
            (
                Shown("dataset", "corpus"),
                Shown("split", "split"),
                Shown("documents", "documents", "count"),
                Shown("gold", "gold entities", "count"),
                Shown("lost", "not part of the task", "count"),
                Shown("types", "types", "count"),
                Shown("note", "note"),
            ),
            Statement("Corpora; gold that the task cannot hold is counted, by its reason, in the table “lost”."),
        ),
        TablePart(
            "runs",
            (
                Shown("dataset", "corpus"),
                Shown("model", "model"),
                Shown("seed", "seed", "number"),
                Shown("state", "state"),
                Shown("dev", "dev %", "percent"),
                Shown("score", "score %", "percent"),
                Shown("steps", "steps", "count"),
                Shown("train_seconds", "training", "duration"),
                Shown("memory_gib", "peak GiB", "number"),
                Shown("suspect", "suspect"),
                Shown("detail", "detail"),
            ),
            Statement("Runs, with their primary scores; peak: memory of the whole run, training and predictions."),
        ),
        TablePart(
            "environments",
            (
                Shown("runs", "runs", "count"),
                Shown("cpu", "processor"),
                Shown("cores", "cores", "count"),
                Shown("threads", "threads", "count"),
                Shown("memory_gib", "GiB", "number"),
                Shown("gpu", "GPU"),
                Shown("python", "Python"),
                Shown("torch", "torch"),
                Shown("transformers", "transformers"),
                Shown("tabib", "tabib"),
            ),
            Statement("What the runs were made with."),
        ),
    ]
    return Section("about", "How it was made", parts)


def incomplete(book: Book) -> list[Statement]:
    """That cells are missing, where they are; a report on the way says so first."""
    if not book.cell("study", "not_done"):
        return []
    cited = {"n": book.cite("study", "not_done", "count"), "all": book.cite("study", "runs", "count")}
    return [Statement("Incomplete: {n} of {all} runs are not done; they are listed at the end.", cited)]


def _sentences(book: Book) -> list[Statement]:
    cited = {
        "done": book.cite("study", "done", "count"),
        "runs": book.cite("study", "runs", "count"),
        "seeds": book.cite("study", "seeds", "text"),
        "file": book.cite("study", "benchmark", "text"),
        "split": book.cite("study", "split", "text"),
    }
    return [
        Statement(
            "{done} of {runs} runs of {file} are done, seeds {seeds}; scores are on the split {split}.", cited
        ),
        Statement(
            "Thresholds, temperature, types for review, model and seed are chosen on dev. The split that is"
            " evaluated"
            " has one say, a veto against a recommendation that it refutes; and its documents are those that"
            " speed is"
            " timed on."
        ),
        Statement(
            "Intervals are percentile bootstraps over documents unless a table says otherwise; what is undefined"
            " is n/a, and the CSV tables hold the reason."
        ),
    ]
