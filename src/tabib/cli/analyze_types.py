"""``tabib analyze types``: scores by entity type and tier, and which types are taken for which."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, Split, check_output, write_output
from tabib.cli.arguments import DataDir

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from tabib.analysis.confusion import TypeConfusion
    from tabib.analysis.runs import RunData
    from tabib.analysis.types import TierScores, TypeAnalysis, TypeScores

RareBelow = Annotated[int, typer.Option("--rare-below", help="Types with fewer gold entities in train are rare.")]
FrequentAbove = Annotated[
    int, typer.Option("--frequent-above", help="Types with more gold entities in train are frequent.")
]
Top = Annotated[int, typer.Option("--top", min=1, help="How many types the confusion shows, the most frequent.")]

_CONFUSED = 10
"""How many confused pairs of types are printed; the CSV file has all."""


def types(
    run: RunPath,
    split: Split = "test",
    output: Output = None,
    rare_below: RareBelow = 100,
    frequent_above: FrequentAbove = 1000,
    top: Top = 15,
    data_dir: DataDir = None,
) -> None:
    """Precision, recall and F1 of each entity type and of frequent, medium and rare types; confused types."""
    from tabib.analysis.confusion import confuse
    from tabib.analysis.runs import load_run_data
    from tabib.analysis.types import Thresholds, analyse_types
    from tabib.cli.console import stdout
    from tabib.records.scoring import resampling_of_record

    thresholds = Thresholds(rare_below, frequent_above)
    check_output(output)
    data = _with_train_counts(load_run_data(run, split), data_dir)
    analysis = analyse_types(data, thresholds, resampling_of_record(data.record))
    confusion = confuse(data, top)
    console = stdout()
    _print_types(console, data, analysis)
    _print_confused(console, confusion)
    if output is not None:
        from tabib.reports.figures.confusion import draw_confusion
        from tabib.reports.figures.types import draw_bars, draw_frequency

        write_output(
            output,
            "types",
            {"run": data.title, **analysis.to_json(), "confusion": confusion.to_json()},
            {
                "types": analysis.type_rows(),
                "tiers": analysis.tier_rows(),
                "confusion": confusion.matrix_rows(),
                "confused": confusion.confused_rows(),
            },
            {
                "types_f1": lambda: draw_bars(analysis, data.title),
                "types_frequency": lambda: draw_frequency(analysis, data.title),
                "confusion": lambda: draw_confusion(confusion, data.title),
            },
        )


def _with_train_counts(data: RunData, data_dir: Path | None) -> RunData:
    """Counted in the corpus where the record is from before they were kept."""
    from dataclasses import replace

    from tabib.cli.analyze_corpus import corpus_of
    from tabib.cli.console import show_notices
    from tabib.data.load import label_counts

    if data.train_counts is not None:
        return data
    corpus, why = corpus_of(data, data_dir)
    if corpus is None:
        show_notices([f"no tiers: the record does not count the types of train, and {why}"])
        return data
    return replace(data, train_counts=label_counts(corpus, ["train"]))


def _print_types(console: Console, data: RunData, analysis: TypeAnalysis) -> None:
    from rich.text import Text

    from tabib.reports.layout import Column, Section, print_sections

    console.print(Text(f"{data.title}: exact scores in %", "bold"))
    columns = (
        Column("type"),
        Column("train", right=True),
        Column("gold", right=True),
        Column("pred.", right=True),
        Column("P", right=True),
        Column("R", right=True),
        Column("F1", right=True),
        Column("95% interval", right=True),
    )
    groups = [(tier, [row for row in analysis.types if row.tier == tier.tier]) for tier in analysis.tiers]
    if not groups:
        groups = [(analysis.overall, list(analysis.types))]
    sections = [Section(_tier_head(tier, analysis), [_type_cells(row) for row in rows]) for tier, rows in groups]
    if analysis.tiers:
        sections.append(Section(_tier_head(analysis.overall, analysis), []))
    print_sections(console, columns, sections)
    notes = [analysis.no_tiers and f"no tiers: {analysis.no_tiers}", _frequency_text(analysis)]
    reasons = (score.reason for row in analysis.types for score in (row.f1, row.recall, row.precision))
    notes += [f"n/a: {reason}" for reason in dict.fromkeys(reasons) if reason]
    _print_notes(console, notes)


def _tier_head(tier: TierScores, analysis: TypeAnalysis) -> Text:
    """``rare (< 100): 9 types, micro F1 12.0 [3.1, 20.0], macro 10.1 [2.0, 18.3]``."""
    from rich.text import Text

    from tabib.reports.numbers import interval_text, percent_text

    rare, frequent = analysis.thresholds.rare_below, analysis.thresholds.frequent_above
    limits = {"frequent": f" (> {frequent})", "medium": f" ({rare}–{frequent})", "rare": f" (< {rare})"}
    scores = ", ".join(
        f"{name} {percent_text(score.value)} {interval_text(score)}".rstrip()
        for name, score in (("micro F1", tier.f1), ("macro", tier.f1_macro))
    )
    head = Text(f"{tier.tier}{limits.get(tier.tier, '')}: ", "bold")
    return head + Text(f"{tier.types} types, {scores}", "italic dim")


def _type_cells(row: TypeScores) -> list[Text]:
    from rich.text import Text

    from tabib.reports.numbers import interval_text, percent_text

    train = "" if row.train is None else str(row.train)
    numbers = (percent_text(score.value) for score in (row.precision, row.recall, row.f1))
    return [Text(cell) for cell in (row.label, train, str(row.support), str(row.predicted), *numbers)] + [
        Text(interval_text(row.f1))
    ]


def _frequency_text(analysis: TypeAnalysis) -> str:
    found = analysis.frequency
    if analysis.no_tiers:
        return ""
    if found.value is None:
        return f"correlation of F1 with the number in train: n/a ({found.reason})"
    interval = "" if found.low is None or found.high is None else f" [{found.low:.2f}, {found.high:.2f}]"
    return f"Spearman's correlation of F1 with the number in train: {found.value:.2f}{interval}"


def _print_confused(console: Console, confusion: TypeConfusion) -> None:
    from rich.text import Text

    from tabib.cli.console import print_table, table

    rows = confusion.confused[:_CONFUSED]
    console.print()
    if not rows:
        console.print(Text("no type was taken for another one", "bold"))
        return
    more = (
        f", the first {len(rows)} of {len(confusion.confused)} pairs"
        if len(confusion.confused) > len(rows)
        else ""
    )
    console.print(Text(f"types taken for others{more} (share of the gold of the type)", "bold"))
    shown = table(("gold", "name"), ("predicted", "name"), ("entities", "right"), ("share", "right"))
    for row in rows:
        shown.add_row(Text(row.gold), Text(row.predicted), str(row.n), f"{row.share * 100:.1f}%")
    print_table(console, shown)


def _print_notes(console: Console, notes: Iterable[str]) -> None:
    from rich.text import Text

    for note in notes:
        if note:
            console.print(Text(note, "dim"), soft_wrap=not console.is_terminal)
