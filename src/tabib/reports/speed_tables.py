"""A measurement of speed on the terminal; 80 columns are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tabib.analysis.speed import FEWEST_FOR_P95, SpeedAnalysis, VariantSummary
from tabib.core.scores import Score
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.numbers import (
    UNDEFINED,
    count_text,
    duration_text,
    number_text,
    percent_text,
    ratio_text,
    signed_interval_text,
)

if TYPE_CHECKING:
    from rich.console import Console


def print_speed(console: Console, title: str, analysis: SpeedAnalysis) -> None:
    """What was measured on what; then batch sizes, variants, and what has to be known of them."""
    from rich.text import Text

    of = analysis.measurement
    soft = not console.is_terminal
    average = f" of {of.words / of.documents:.0f} words on average" if of.documents else ""
    rounds = f"{of.rounds} round{'s' * (of.rounds != 1)}"
    console.print(Text(title, "bold"))
    console.print(f"{of.documents} of {of.split_documents} documents{average}, {rounds}", soft_wrap=soft)
    console.print(f"on {machine_text(analysis)}, {of.updated}", soft_wrap=soft, markup=False)
    if not of.complete:
        console.print(Text("the measurement was cut off; the same command goes on", "bold yellow"), soft_wrap=soft)
    _print_batches(console, analysis)
    _print_variants(console, analysis)
    for note in _notes(analysis):
        console.print(Text(note, "dim"), soft_wrap=soft)


def machine_text(analysis: SpeedAnalysis) -> str:
    """``AMD EPYC, NVIDIA H100, 4 threads``; the GPU only where something was measured on it."""
    of = analysis.measurement
    used = any(row.device == "gpu" and row.documents_per_second for row in analysis.variants)
    names = [of.hardware.get("cpu"), of.hardware.get("gpu") if used else None]
    return ", ".join([*(str(name) for name in names if name), f"{of.threads} thread{'s' * (of.threads != 1)}"])


def _print_batches(console: Console, analysis: SpeedAnalysis) -> None:
    from rich.text import Text

    columns = (
        Column("at a time", right=True),
        Column("calls", right=True, optional=True),
        Column("median", right=True),
        Column("p95", right=True),
        Column("slowest", right=True),
        Column("median/document", right=True, optional=True),
        Column("documents/s", right=True),
        Column("words/s", right=True),
    )
    sections = []
    for summary in analysis.variants:
        rows = [
            [
                str(row.batch_size),
                count_text(row.calls),
                *(_time(value) for value in (row.median, row.p95, row.slowest, row.document_median)),
                *(_number(value) for value in (row.documents_per_second, row.words_per_second)),
            ]
            for row in analysis.batches
            if row.variant == summary.variant
        ]
        if rows:
            sections.append(Section(Text(summary.variant, "bold"), [[Text(cell) for cell in row] for row in rows]))
    if sections:
        console.print()
        print_sections(console, columns, sections)


def _print_variants(console: Console, analysis: SpeedAnalysis) -> None:
    from rich.text import Text

    columns = (
        Column("variant"),
        Column("score", right=True),
        Column("change", right=True),
        Column("same", right=True),
        Column("documents/s", right=True),
        Column("ratio", right=True),
        Column("memory", right=True),
        Column(f"{count_text(analysis.notes)} notes", right=True),
        Column("one by one", right=True, optional=True),
    )
    rows = [[Text(cell) for cell in _variant_cells(row)] for row in analysis.variants]
    console.print()
    head = Text("best batches, and what they cost", "bold")
    print_sections(console, columns, [Section(head, rows)])


def _variant_cells(row: VariantSummary) -> tuple[str, ...]:
    memory = row.gpu_gib if row.device == "gpu" and row.gpu_gib is not None else row.process_gib
    return (
        row.variant,
        percent_text(row.score.value),
        signed_interval_text(row.difference),
        percent_text(_same(row).value),
        _number(row.documents_per_second),
        UNDEFINED if row.ratio is None else ratio_text(row.ratio),
        UNDEFINED if memory is None else f"{memory:.2f} GiB",
        _time(row.notes_seconds),
        _time(row.notes_streaming_seconds),
    )


def _same(row: VariantSummary) -> Score:
    """Entities where there are any, else whole documents."""
    return row.agreement if row.agreement.value is not None else row.identical


def _notes(analysis: SpeedAnalysis) -> Iterator[str]:
    of = analysis.measurement
    yield (
        f"score: {of.metric} on all {of.split_documents} documents; change: from the run's own predictions, in"
        " points; same: share of the entities (else answers) that are the run's; memory: at most while predicting"
    )
    if analysis.reference:
        yield f"ratio: documents/s over those of {analysis.reference}, each at its best"
    training = of.training_memory.get("process_gib")
    if training is not None:
        gpu = of.training_memory.get("gpu_gib")
        on_gpu = "" if gpu is None else f", {gpu:.2f} GiB on the GPU"
        yield f"training took {training:.2f} GiB at most{on_gpu}"
    if any(row.calls and row.p95 is None for row in analysis.batches):
        yield f"p95 n/a: fewer than {FEWEST_FOR_P95} calls"
    for text, variants in _grouped(
        (f"{row.batch_size} at a time n/a: {row.reason}", row.variant) for row in analysis.batches if not row.calls
    ):
        yield f"{variants}, {text}"
    for text, variants in _grouped((row.missing, row.variant) for row in analysis.variants if row.missing):
        yield f"{variants} n/a: {text}"
    for row in analysis.variants:
        if row.score.value is None and not row.missing:
            yield f"{row.variant}, score n/a: {row.score.reason}"


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each text once, with all the names that it is of."""
    names: dict[str, list[str]] = {}
    for text, name in pairs:
        names.setdefault(text, []).append(name)
    for text, found in names.items():
        yield text, ", ".join(found)


def _time(seconds: float | None) -> str:
    return UNDEFINED if seconds is None else duration_text(seconds)


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else number_text(value)
