"""The table on the terminal: a section per dataset, its models below each other; 80 columns are enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tabib.core.scores import Score, Scores
from tabib.records.results import Results
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.table import (
    MARKS,
    Row,
    by_dataset,
    count_text,
    interval_text,
    marks_text,
    minutes_text,
    spread_text,
    state_text,
    train_seconds,
    train_tokens,
    value_text,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text


_COLUMNS = (
    Column("model"),
    Column("score", right=True),
    Column("±", right=True),
    Column("95% interval", right=True),
    Column("seeds", right=True),
    Column("training", right=True, optional=True),
    Column("tokens", right=True, optional=True),
    Column("notes"),
)


def print_results(console: Console, results: Results) -> None:
    """All results: one table for each dataset group, its datasets as sections; then the notes."""
    from rich.text import Text

    notes: dict[str, int] = {}
    for group, datasets in by_dataset(results).items():
        console.print(Text(group, "bold"))
        sections = [
            Section(_dataset(dataset, rows), [_cells(row, notes) for row in rows])
            for dataset, rows in datasets.items()
        ]
        print_sections(console, _COLUMNS, sections)
        console.print()
    for note, number in notes.items():
        console.print(Text(f"{number}  {note}"), soft_wrap=not console.is_terminal)
    legend = f"Mean over seeds in %, ± sample standard deviation over seeds, [95% interval]: {results.interval}."
    if any(cell.done and not cell.complete for cell in results.cells):
        legend += f" {MARKS['incomplete']}: mean over fewer seeds than were asked for."
    console.print(Text(legend, "dim"), soft_wrap=not console.is_terminal)


def _dataset(dataset: str, rows: Sequence[Row]) -> Text:
    """``mini_triage_fr  f1_macro, test n=40``."""
    from rich.text import Text

    metric = next((row.cell.primary for row in rows if row.cell.primary), "")
    documents = max((row.cell.documents for row in rows), default=0)
    facts = f"{metric}, {rows[0].cell.split}" + (f" n={documents}" if documents else "")
    return Text(dataset, "bold") + Text(f"  {facts}", "italic dim")


def _cells(row: Row, notes: dict[str, int]) -> list[Text]:
    from rich.text import Text

    cell = row.cell
    numbers = [str(notes.setdefault(note, len(notes) + 1)) for note in row.notes]
    style = (
        "bold" if row.best else "yellow" if cell.suspect else "red" if not cell.complete and cell.planned else ""
    )
    value, tokens, seconds = value_text(cell.score), train_tokens(cell), train_seconds(cell)
    return [
        Text(cell.model, style),
        Text(value + marks_text(cell) if value else state_text(cell), style),
        Text(spread_text(cell.score).removeprefix("± ")),
        Text(interval_text(cell.score)),
        Text(f"{len(cell.done)}/{len(cell.seeds)}" if cell.planned else ""),
        Text(minutes_text(seconds)),
        Text("" if tokens is None else count_text(tokens)),
        Text(",".join(numbers), "dim"),
    ]


def print_scores(console: Console, title: str, scores: Scores) -> None:
    """All metrics of one split of one run, the primary one first, then each label's."""
    from rich.text import Text

    items = scores.items
    console.print(
        Text(f"{title}: {items.total} documents", "bold")
        + Text("".join(f", {getattr(items, what)} {what}" for what in _NOT_OK if getattr(items, what)), "yellow")
    )
    console.print(_metrics_table(console, scores))
    if scores.per_label:
        console.print(_label_table(console, scores))
        columns = _label_columns(scores)
        cells = [row[name] for row in scores.per_label.values() for name in columns if name in row]
        for reason in dict.fromkeys(score.reason for score in cells if score.value is None):
            console.print(Text(f"none: {reason}", "dim"), soft_wrap=not console.is_terminal)
    for reason in scores.suspect:
        console.print(Text(f"{MARKS['suspect']} suspect: {reason}", "yellow"), soft_wrap=not console.is_terminal)


_NOT_OK = ("unparsed", "truncated", "failed")


def _metrics_table(console: Console, scores: Scores) -> Table:
    from rich.text import Text

    table = _plain(console, "metric", "value", "95% interval", right=("value", "95% interval"))
    names = [scores.primary, *(name for name in scores.metrics if name != scores.primary)]
    for name in names:
        score = scores.metrics[name]
        interval = "" if score.low is None or score.high is None else f"[{score.low:.4f}, {score.high:.4f}]"
        table.add_row(Text(name, "bold" if name == scores.primary else ""), Text(_score(score)), Text(interval))
    return table


def _label_table(console: Console, scores: Scores) -> Table:
    """Precision, recall and F1 of the primary metric's kind, and support; what is undefined is ``none``."""
    from rich.text import Text

    columns = _label_columns(scores)
    table = _plain(console, "label", *columns, right=tuple(columns))
    for label, row in scores.per_label.items():
        table.add_row(Text(label), *(Text(_label_score(row.get(name), name)) for name in columns))
    return table


def _label_columns(scores: Scores) -> list[str]:
    known = dict.fromkeys(name for row in scores.per_label.values() for name in row)
    kind, family, _ = scores.primary.partition("f1")
    kind = kind if family else ""
    shown = [f"{kind}precision", f"{kind}recall", f"{kind}f1", "support"]
    return [name for name in shown if name in known] or list(known)


def _label_score(score: Score | None, name: str) -> str:
    if score is None:
        return ""
    if score.value is None:
        return "none"
    return f"{score.value:.0f}" if name == "support" else f"{score.value:.4f}"


def _score(score: Score) -> str:
    return f"none ({score.reason})" if score.value is None else f"{score.value:.4f}"


def _plain(console: Console, *columns: str, right: tuple[str, ...]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left")
    return table
