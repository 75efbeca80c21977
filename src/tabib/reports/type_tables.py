"""The tables of ``tabib analyze types`` on the terminal; 80 columns are enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tabib.analysis.confusion import TypeConfusion
from tabib.analysis.types import TierScores, TypeAnalysis, TypeScores
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.numbers import interval_text, percent_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_CONFUSED = 10
"""How many confused pairs of types are printed; the CSV file has all."""


def print_types(console: Console, title: str, analysis: TypeAnalysis) -> None:
    """Scores of types under their tiers."""
    from rich.text import Text

    console.print(Text(f"{title}: exact scores in %", "bold"))
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


def print_confused(console: Console, confusion: TypeConfusion) -> None:
    """The pairs of types that were confused most."""
    from rich.text import Text

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
    head = Text("types taken for others", "bold") + Text(f"{more} (share of the gold of the type)", "italic dim")
    columns = (Column("gold"), Column("predicted"), Column("entities", right=True), Column("share", right=True))
    cells = [
        [Text(cell) for cell in (row.gold, row.predicted, str(row.n), f"{percent_text(row.share)}%")]
        for row in rows
    ]
    print_sections(console, columns, [Section(head, cells)])


def _print_notes(console: Console, notes: Iterable[str]) -> None:
    from rich.text import Text

    for note in notes:
        if note:
            console.print(Text(note, "dim"), soft_wrap=not console.is_terminal)
