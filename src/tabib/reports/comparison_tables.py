"""A comparison of models and the choice among them on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabib.analysis.comparison import Comparison, ModelPair, TypeLead
from tabib.analysis.model_scores import ModelScores
from tabib.analysis.selection import Candidate, Selection
from tabib.core.scores import Score
from tabib.reports.comparison_text import comparison_statements
from tabib.reports.layout import WIDE, Column, Section, print_sections
from tabib.reports.numbers import (
    UNDEFINED,
    duration_text,
    interval_text,
    number_text,
    percent_text,
    signed_percent_text,
)
from tabib.reports.selection_text import selection_statements
from tabib.reports.statements import Tables

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def print_models(console: Console, comparison: Comparison) -> None:
    """A line for each model."""
    from rich.text import Text

    console.print(Text(f"{comparison.title}: scores in %, means over seeds", "bold"))
    columns = (
        Column("model"),
        Column("seeds", right=True),
        Column("F1", right=True),
        Column("95% interval", right=True),
        Column("±", right=True),
        Column("P", right=True),
        Column("R", right=True),
        Column("macro", right=True, optional=True),
        Column("rare", right=True),
        Column("training", right=True),
        Column("docs/s", right=True),
        Column("GiB", right=True, optional=True),
    )
    head = Text(f"{comparison.documents} documents", "italic dim")
    print_sections(console, columns, [Section(head, [_model(row) for row in comparison.models])])
    _notes(
        console,
        [
            "±: sample standard deviation over seeds; intervals: over documents and seeds; rare: F1 over types"
            " that are rare in train" + ("; macro: mean F1 of the types" if console.width >= WIDE else ""),
            *(f"{row.model} is suspect: {row.suspect}" for row in comparison.models if row.suspect),
        ],
    )


def _model(row: ModelScores) -> list[Text]:
    return _texts(
        row.model,
        str(row.seeds),
        percent_text(row.f1.value),
        interval_text(row.f1),
        "" if row.f1_sd is None else percent_text(row.f1_sd),
        percent_text(row.precision.value),
        percent_text(row.recall.value),
        percent_text(row.f1_macro.value),
        percent_text(row.rare_f1.value),
        UNDEFINED if row.train_seconds is None else duration_text(row.train_seconds),
        UNDEFINED if row.documents_per_second is None else number_text(row.documents_per_second),
        UNDEFINED if row.memory_gib is None else number_text(row.memory_gib),
    )


def print_pairs(console: Console, comparison: Comparison) -> None:
    """Every two models, under the better one of them."""
    from rich.text import Text

    if not comparison.pairs:
        return
    columns = (
        Column("minus"),
        Column("F1", right=True),
        Column("95% interval", right=True),
        Column("p", right=True, optional=True),
        Column("p Holm", right=True),
        Column("rare F1", right=True),
        Column("p Holm", right=True),
        Column("", optional=True),
    )
    console.print()
    console.print(Text("differences in points of F1, paired over documents", "bold"))
    sections = []
    for name in dict.fromkeys(pair.model for pair in comparison.pairs):
        rows = [_pair(pair) for pair in comparison.pairs if pair.model == name]
        sections.append(Section(Text(name, "bold"), rows))
    print_sections(console, columns, sections)
    first = comparison.pairs[0]
    kinds = dict.fromkeys(f"{pair.test}, {pair.swaps:,} swaps" for pair in comparison.pairs)
    _notes(
        console,
        [
            f"p: {'; '.join(kinds)} of whole documents ({first.documents}), all seeds of a document together;"
            f" Holm: adjusted for {len(comparison.pairs)} pairs; *: below 0.05, and 0 is not in the interval"
        ],
    )


def _pair(pair: ModelPair) -> list[Text]:
    return _texts(
        pair.other,
        _signed(pair.difference),
        _signed_interval(pair.difference),
        _p(pair.p),
        _p(pair.p_holm) + ("*" if pair.significant else " "),
        _signed(pair.rare_difference),
        _p(pair.rare_p_holm) + ("*" if pair.rare_significant else " "),
        "" if pair.significant else "may be chance",
    )


def print_best_by_type(console: Console, comparison: Comparison) -> None:
    """The types under the model that is best for them."""
    from rich.text import Text

    rows = [row for row in comparison.types if row.support]
    if len(comparison.models) < 2 or not rows:
        return
    columns = (
        Column("type"),
        Column("gold", right=True),
        Column("F1", right=True),
        Column("lead", right=True),
        Column("95% interval", right=True),
        Column("p Holm", right=True),
        Column("verdict"),
        Column("second", optional=True),
    )
    sections = []
    by_model: dict[str | None, list[TypeLead]] = {}
    for row in rows:
        by_model.setdefault(row.best, []).append(row)
    for name in sorted(by_model, key=lambda name: (name is None, -len(by_model[name]))):
        head = "no model finds any" if name is None else f"{name}: {len(by_model[name])} types"
        sections.append(Section(Text(head, "bold"), [_type(row) for row in by_model[name]]))
    console.print()
    console.print(Text("the best model of each type, and its lead over the second in points of F1", "bold"))
    print_sections(console, columns, sections)
    without = sum(not row.support for row in comparison.types)
    tested = sum(row.p is not None for row in rows)
    _notes(
        console,
        [
            f"Holm: adjusted for {tested} types",
            f"types without gold, which are left out: {without}" if without else "",
        ],
    )


def _type(row: TypeLead) -> list[Text]:
    return _texts(
        row.label,
        str(row.support),
        percent_text(row.best_f1),
        _signed(row.lead),
        _signed_interval(row.lead),
        _p(row.p_holm),
        row.verdict,
        row.second or "",
    )


def print_selection(console: Console, selection: Selection) -> None:
    """The candidates by rank, with what counted."""
    from rich.text import Text

    ranked = [row for row in selection.candidates if row.rank is not None]
    if not ranked:
        return
    columns = (
        Column("candidate"),
        Column("total", right=True),
        Column("dev F1", right=True),
        Column("share", right=True),
        Column("rare F1", right=True),
        Column("share", right=True),
        Column("docs/s", right=True),
        Column("share", right=True),
        Column("wins", right=True),
    )
    won = {row.model: row.share for row in selection.sensitivity}
    weights = ", ".join(f"{use.criterion} {use.used:.2g}" for use in selection.criteria)
    console.print()
    console.print(Text("the choice, on dev", "bold"))
    head = Text(f"weights: {weights}", "italic dim")
    print_sections(console, columns, [Section(head, [_candidate(row, won.get(row.model)) for row in ranked])])
    _notes(
        console, ["share: of the best candidate's; wins: share of all weightings with which it would be chosen"]
    )


def _candidate(row: Candidate, won: float | None) -> list[Text]:
    shares = [
        UNDEFINED if share is None else f"{share:.2f}"
        for share in (row.total, row.score_share, row.rare_types_share, row.speed_share)
    ]
    return _texts(
        row.model,
        shares[0],
        percent_text(row.score.value),
        shares[1],
        percent_text(row.rare_types.value),
        shares[2],
        UNDEFINED if row.speed is None else number_text(row.speed),
        shares[3],
        UNDEFINED if won is None else f"{won * 100:.0f}%",
    )


def print_statements(console: Console, tables: Tables) -> None:
    """What it says in sentences."""
    console.print()
    for statement in (*comparison_statements(tables), *selection_statements(tables)):
        console.print(statement.text, soft_wrap=not console.is_terminal, markup=False)


def _signed(score: Score) -> str:
    return UNDEFINED if score.value is None else signed_percent_text(score.value)


def _signed_interval(score: Score) -> str:
    if score.low is None or score.high is None:
        return ""
    return f"[{signed_percent_text(score.low)}, {signed_percent_text(score.high)}]"


def _p(value: float | None) -> str:
    return UNDEFINED if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def _texts(*cells: str) -> list[Text]:
    from rich.text import Text

    return [Text(cell) for cell in cells]


def _notes(console: Console, notes: list[str]) -> None:
    from rich.text import Text

    for note in notes:
        if note:
            console.print(Text(note, "dim"), soft_wrap=not console.is_terminal)
