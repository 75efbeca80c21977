"""The tables of ``tabib analyze production`` on the terminal; 80 columns are enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tabib.analysis.production.analysis import ProductionAnalysis
from tabib.analysis.production.type_classes import CLASSES, TypeDecision
from tabib.core.scores import Score
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.numbers import UNDEFINED, interval_text, number_text, percent_text
from tabib.reports.production_text import production_statements

if TYPE_CHECKING:
    from rich.console import Console

_RISKS = 10
"""How many types are printed by risk; the CSV file has all."""

_CLASS_HEADS = {
    "auto": "auto: shown on dev to reach the target",
    "human": "human: on dev probably below the target, or never predicted",
    "unknown": "unknown: dev has too little to say",
}


def print_production(console: Console, analysis: ProductionAnalysis) -> None:
    """The recommendation in words, then the tables that it rests on."""
    from rich.text import Text

    console.print(Text(f"{analysis.run}: production readiness", "bold"))
    for statement in production_statements(analysis):
        console.print(Text(f"- {statement.text}"), soft_wrap=not console.is_terminal)
    if analysis.reason:
        console.print(Text(f"no table by threshold: {analysis.reason}", "dim"), soft_wrap=not console.is_terminal)
    else:
        _print_entities(console, analysis)
        _print_documents(console, analysis)
    _print_high_value(console, analysis)
    _print_risks(console, analysis)
    _print_types(console, analysis)
    _print_policies(console, analysis)


def _print_entities(console: Console, analysis: ProductionAnalysis) -> None:
    names = ("auto", "auto %", "P %", "95% interval", "R %", "wrong/doc", "unseen %")
    rows = [
        (
            f"{row.threshold:g}",
            str(row.auto_coded),
            percent_text(row.automation.value),
            percent_text(row.precision.value),
            interval_text(row.precision),
            percent_text(row.recall.value),
            _number(row.wrong_per_document),
            percent_text(row.unseen.value),
        )
        for row in analysis.entities
    ]
    _print_table(console, "entity by entity", "at or above the threshold: no reader", ("threshold", *names), rows)


def _print_documents(console: Console, analysis: ProductionAnalysis) -> None:
    names = ("auto", "auto %", "right", "P %", "share %", "median", "p90", "most")
    rows = [
        (
            f"{row.threshold:g}",
            str(row.auto_coded),
            percent_text(row.automation.value),
            str(row.right),
            percent_text(row.precision.value),
            percent_text(row.share_auto_coded.value),
            *(UNDEFINED if n is None else f"{n:g}" for n in (row.review_median, row.review_p90, row.review_max)),
        )
        for row in analysis.documents
    ]
    n = analysis.documents[0].documents
    what = (
        f"{n} of them; share, median, p90, most: entity by entity, auto-coded share and what is left for a reader"
    )
    _print_table(console, "document by document", what, ("threshold", *names), rows)


def _print_high_value(console: Console, analysis: ProductionAnalysis) -> None:
    names = ("P", "R", "F1", "auto", "auto P %", "95% interval", "auto %", "target")
    rows = [
        (
            row.label,
            *(percent_text(score.value) for score in (row.precision, row.recall, row.f1)),
            str(row.auto_coded),
            percent_text(row.precision_auto.value),
            interval_text(row.precision_auto),
            percent_text(row.coverage.value),
            row.target_met,
        )
        for row in analysis.high_value
    ]
    what = f"at a threshold of {analysis.settings.threshold:g}"
    _print_table(console, "high-value types", what, ("type", *names), rows, optional=("P", "R"))


def _print_risks(console: Console, analysis: ProductionAnalysis) -> None:
    names = ("pred.", "wrong %", "95% interval", "auto", "wrong %", "95% interval", "per 100 docs")
    types, total = analysis.false_positives[:-1], analysis.false_positives[-1]
    rows = [
        (
            row.label,
            str(row.predicted),
            percent_text(row.rate.value),
            interval_text(row.rate),
            str(row.auto_coded),
            percent_text(row.auto_rate.value),
            interval_text(row.auto_rate),
            _number(row.auto_per_100),
        )
        for row in (*types[:_RISKS], total)
    ]
    more = f", the first {_RISKS} of {len(types)} types" if len(types) > _RISKS else ""
    what = f"of all predictions, and at {analysis.settings.threshold:g}{more}"
    _print_table(console, "wrong entities by type", what, ("type", *names), rows, optional=("95% interval",))


def _print_types(console: Console, analysis: ProductionAnalysis) -> None:
    from rich.text import Text

    columns = [
        Column(name, right=index > 0, optional=index == 6)
        for index, name in enumerate(("type", "dev auto", "P %", "95% interval", "auto", "P %", "95% interval"))
    ]
    sections = []
    for name in CLASSES:
        rows = [row for row in analysis.decisions if row.decided == name]
        seen = [row for row in rows if row.auto_coded or row.dev_auto_coded]
        rest = f"; {len(rows) - len(seen)} more without auto-coded entities" if len(seen) < len(rows) else ""
        head = Text(_CLASS_HEADS[name], "bold") + Text(f": {len(rows)} types{rest}", "italic dim")
        sections.append(Section(head, [[Text(cell) for cell in _type_cells(row)] for row in seen]))
    threshold = analysis.decisions[0].threshold if analysis.decisions else analysis.settings.threshold
    console.print()
    console.print(
        Text("types", "bold") + Text(f": at {number_text(threshold)}, on dev and on the split", "italic dim")
    )
    print_sections(console, columns, sections)


def _type_cells(row: TypeDecision) -> Sequence[str]:
    dev = UNDEFINED if row.dev_auto_coded is None else str(row.dev_auto_coded)
    return (
        row.label,
        dev,
        percent_text(row.dev_precision.value),
        interval_text(row.dev_precision),
        str(row.auto_coded),
        percent_text(row.precision.value),
        interval_text(row.precision),
    )


def _print_policies(console: Console, analysis: ProductionAnalysis) -> None:
    from rich.text import Text

    columns = [
        Column(name, right=index > 0)
        for index, name in enumerate(("where", "auto", "auto %", "P %", "95% interval", "R %", "wrong/doc"))
    ]
    sections = []
    for made in analysis.policies:
        cells = [
            (
                where,
                str(outcome.auto_coded),
                percent_text(outcome.automation.value),
                percent_text(outcome.precision.value),
                interval_text(outcome.precision),
                percent_text(outcome.recall.value),
                _number(outcome.wrong_per_document),
            )
            for where, outcome in (("dev", made.dev), ("split", made.test))
            if outcome is not None
        ]
        types = "" if made.policy.types is None else f", {len(made.policy.types)} types"
        what = f": {number_text(made.policy.threshold)}{types}"
        head = Text(made.policy.name, "bold") + Text(what, "italic dim")
        sections.append(Section(head, [[Text(cell) for cell in row] for row in cells]))
    console.print()
    console.print(Text("policies", "bold") + Text(": dev is where they were chosen, and too good", "italic dim"))
    print_sections(console, columns, sections)


def _print_table(
    console: Console,
    title: str,
    what: str,
    names: Sequence[str],
    rows: Iterable[Sequence[str]],
    optional: Sequence[str] = (),
) -> None:
    from rich.text import Text

    cells = [[Text(cell) for cell in row] for row in rows]
    if not cells:
        return
    columns = [Column(name, right=index > 0, optional=name in optional) for index, name in enumerate(names)]
    console.print()
    head = Text(title, "bold") + Text(f": {what}", "italic dim")
    print_sections(console, columns, [Section(head, cells)])


def _number(score: Score) -> str:
    return UNDEFINED if score.value is None else number_text(score.value)
