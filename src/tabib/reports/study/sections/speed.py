"""Speed and memory."""

from __future__ import annotations

from tabib.reports.document.model import ListPart, Part, PlotPart, Section, Shown, TablePart, TextPart
from tabib.reports.statements import Book, Statement
from tabib.reports.study.speed_findings import speed_findings
from tabib.reports.study.speeds import plot_name


def speed_section(book: Book) -> Section:
    """How fast the models are, and what they need."""
    if not book.tables.get("speed_models"):
        return Section("speed", "Speed and memory", [TextPart([Statement("No speed was measured.")])])
    parts: list[Part] = [
        ListPart(speed_findings(book)),
        TablePart(
            "speed_models",
            (
                Shown("model", "model"),
                Shown("variant", "variant"),
                Shown("median", "median of a document", "duration"),
                Shown("p95", "p95", "duration"),
                Shown("streaming", "documents/s one by one", "number"),
                Shown("best_batch_size", "best batch", "count"),
                Shown("documents_per_second", "documents/s", "number"),
                Shown("ratio", "times as fast", "ratio"),
                Shown("notes", "notes", "count"),
                Shown("notes_seconds", "take", "duration"),
                Shown("process_gib", "GiB", "number"),
                Shown("gpu_gib", "GPU GiB", "number"),
                Shown("training_gib", "GiB in training", "number"),
                Shown("reason", "reason"),
            ),
            _about_models(book),
        ),
    ]
    parts.append(
        TablePart(
            "speed_runs",
            (
                Shown("model", "model"),
                Shown("documents", "documents timed", "count"),
                Shown("rounds", "rounds", "count"),
                Shown("words_per_document", "words each", "number"),
                Shown("threads", "threads", "count"),
                Shown("cpu", "processor"),
                Shown("gpu", "GPU"),
            ),
            Statement(
                "What was timed: slow models read fewer documents, once; in a batch of more than these, some"
                " come twice."
            ),
        )
    )
    if book.tables.get("speed_variants"):
        parts += [
            TablePart(
                "speed_variants",
                (
                    Shown("model", "model"),
                    Shown("variant", "variant"),
                    Shown("device", "device"),
                    Shown("score", "score %", "percent"),
                    Shown("difference", "difference, points", "points", interval=True),
                    Shown("agreement", "entities alike %", "percent"),
                    Shown("documents_per_second", "documents/s", "number"),
                    Shown("ratio", "times as fast", "ratio"),
                    Shown("streaming_ratio", "one by one", "ratio"),
                    Shown("process_gib", "GiB", "number"),
                    Shown("notes_seconds", "all notes", "duration"),
                    Shown("reason", "n/a because"),
                ),
                Statement("Other ways to compute with the same weights, and what they cost in score."),
            ),
            TablePart(
                "speed",
                (
                    Shown("model", "model"),
                    Shown("variant", "variant"),
                    Shown("batch_size", "batch", "count"),
                    Shown("calls", "calls", "count"),
                    Shown("median", "median", "duration"),
                    Shown("p95", "p95", "duration"),
                    Shown("documents_per_second", "documents/s", "number"),
                    Shown("words_per_second", "words/s", "number"),
                    Shown("notes_seconds", "all notes", "duration"),
                    Shown("reason", "n/a because"),
                ),
                Statement("Latency of a call by the documents that are handed over at once."),
                [index for index, row in enumerate(book.tables["speed"]) if row["median"] is not None],
            ),
        ]
        parts += [
            PlotPart(plot_name(index), Statement("Documents per second by batch size."))
            for index in range(len(book.tables["speed_models"]))
        ]
    return Section("speed", "Speed and memory", parts)


def _about_models(book: Book) -> Statement:
    cited = book.cite_all("speed_models", "reference", [0])
    return Statement("Models as they are, one run of each; as fast as {item_a} is one, by characters read.", cited)
