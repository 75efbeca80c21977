"""The tables of ``tabib analyze errors`` on the terminal; 80 columns are enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tabib.analysis.error_rates import ClassShare, ErrorRates
from tabib.analysis.errors import ErrorClass
from tabib.analysis.examples import ErrorExample
from tabib.analysis.lengths import LengthAnalysis, LengthScores
from tabib.analysis.patterns import SIDES, Pattern, PatternAnalysis
from tabib.core.scores import Score
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.numbers import interval_text, percent_text, signed_interval_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_UNLIKELY = 0.001
_MOST_PATTERNS = 15
"""How many patterns of each side are printed; the CSV file has all that was tried."""


def print_error_rates(console: Console, title: str, rates: ErrorRates) -> None:
    """Classes with their shares."""
    from rich.text import Text

    console.print(Text(f"{title}: {rates.gold} gold and {rates.predicted} predicted entities", "bold"))
    columns = (
        Column("class"),
        Column("n", right=True),
        Column("% of errors", right=True),
        Column("% of gold", right=True),
        Column("% of predicted", right=True),
    )
    print_sections(console, columns, [Section(Text("shares, with 95% intervals", "dim"), _share_rows(rates))])
    found = f"of gold, {_with_interval(rates.exact_rate)} was matched exactly,"
    _note(console, f"{found} {_with_interval(rates.partial_rate)} only in part (its type, other boundaries)")


def _share_rows(rates: ErrorRates) -> list[list[Text]]:
    from rich.text import Text

    rows = []
    for row in rates.classes:
        name = row.kind.value if row.boundary is None else f"  {row.boundary.value}"
        shares = (_share(row, score) for score in (row.of_errors, row.of_gold, row.of_predicted))
        rows.append([Text(name, "dim" if row.boundary else ""), Text(str(row.n)), *map(Text, shares)])
    return rows


def _share(row: ClassShare, score: Score) -> str:
    """Empty where the class has no such share by its nature."""
    nature = {"of_errors": ErrorClass.EXACT, "of_gold": ErrorClass.SPURIOUS, "of_predicted": ErrorClass.MISSED}
    if any(row.kind is kind and score is getattr(row, name) for name, kind in nature.items()):
        return ""
    return _with_interval(score)


def print_lengths(console: Console, lengths: LengthAnalysis) -> None:
    """Scores by number of words; then how boundary errors grow with it."""
    from rich.text import Text

    console.print()
    if lengths.reason:
        _note(console, f"no scores by length: {lengths.reason}")
        return
    columns = (
        Column("words"),
        Column("gold", right=True),
        Column("pred.", right=True),
        Column("exact F1", right=True),
        Column("boundary, % of gold", right=True),
        Column("missed, %", right=True),
    )
    cells = [_length_cells(row) for row in lengths.lengths]
    sections = [Section(Text("one word and several", "bold"), cells[:2]), Section(Text("several"), cells[2:])]
    print_sections(console, columns, sections)
    if lengths.slope.value is None:
        _note(console, f"boundary errors for each word more: n/a ({lengths.slope.reason})")
    else:
        _note(
            console,
            f"for each word more, {signed_interval_text(lengths.slope)} points of boundary errors in the gold that"
            " was found with its type",
        )


def _length_cells(row: LengthScores) -> list[Text]:
    from rich.text import Text

    cells = (
        row.words,
        str(row.gold),
        str(row.predicted),
        _with_interval(row.f1),
        _with_interval(row.boundary_rate),
    )
    return [*map(Text, cells), Text(percent_text(row.missed_rate.value))]


def print_patterns(console: Console, analysis: PatternAnalysis) -> None:
    """What goes with errors more (or less) than by chance, for gold and for predictions."""
    from rich.text import Text

    console.print()
    columns = (
        Column("feature"),
        Column("n", right=True),
        Column("errors %", right=True),
        Column("without %", right=True),
        Column("difference", right=True),
        Column("p", right=True),
    )
    heads = {"gold": "gold not found exactly", "predicted": "predictions not exactly right"}
    sections = []
    for side in SIDES:
        found = [pattern for pattern in analysis.found if pattern.side == side]
        shown = f"the first {_MOST_PATTERNS} of {len(found)}" if len(found) > _MOST_PATTERNS else str(len(found))
        head = Text(heads[side], "bold") + Text(f"  patterns: {shown}", "italic dim")
        sections.append(Section(head, [_pattern_cells(pattern) for pattern in found[:_MOST_PATTERNS]]))
    print_sections(console, columns, sections)
    tried = f"{len(analysis.patterns)} features were tried, {analysis.too_few} more are too rare or too common"
    _note(console, f"{tried}; p is adjusted for those that were tried, intervals are not")
    if analysis.reason:
        _note(console, f"no p values: {analysis.reason}")
    for reason in dict.fromkeys(analysis.absent.values()):
        families = ", ".join(family for family, why in analysis.absent.items() if why == reason)
        _note(console, f"not looked at: {families} ({reason})")


def _pattern_cells(pattern: Pattern) -> list[Text]:
    from rich.text import Text

    assert pattern.p is not None, "a pattern that was found has a p value"
    return [
        Text(cell)
        for cell in (
            pattern.feature.name,
            str(pattern.n),
            percent_text(pattern.rate),
            percent_text(pattern.rate_without),
            signed_interval_text(pattern.difference),
            f"<{_UNLIKELY}" if pattern.p < _UNLIKELY else f"{pattern.p:.3f}",
        )
    ]


def print_examples(console: Console, examples: Sequence[ErrorExample]) -> None:
    """Each with its context: gold between « », the prediction between [ ]; in colour on a terminal."""
    from rich.text import Text

    if not examples:
        return
    console.print()
    console.print(Text(f"{len(examples)} errors in context: «gold», [predicted]", "bold"))
    for example in examples:
        match = example.match
        kind = match.kind.value + (f" ({match.boundary.value})" if match.boundary else "")
        types = " → ".join(entity.label for entity in (match.gold, match.predicted) if entity is not None)
        console.print(Text(kind, "bold") + Text(f"  {types}  ") + Text(match.document, "dim"))
        console.print(Text("  ") + _marked(example))


def _marked(example: ErrorExample) -> Text:
    """The context on one line with the marks of its entities; inner marks lie within outer ones."""
    from rich.text import Text

    gold, predicted = example.match.gold, example.match.predicted
    opening: dict[int, str] = {}
    closing: dict[int, str] = {}
    for entity, (left, right) in ((gold, "«»"), (predicted, "[]")):
        for start, end in () if entity is None else entity.spans:
            opening[start] = opening.get(start, "") + left
            closing[end] = right + closing.get(end, "")
    line = Text()
    for offset, sign in enumerate([*example.context, ""], start=example.start):
        line.append(closing.get(offset, "") + opening.get(offset, ""), "bold")
        style = "green" if gold and _covers(gold.spans, offset) else ""
        if predicted and _covers(predicted.spans, offset):
            style = "yellow" if style else "red"
        line.append(" " if sign.isspace() else sign, style)
    return line


def _covers(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    return any(start <= offset < end for start, end in spans)


def _with_interval(score: Score) -> str:
    return f"{percent_text(score.value)} {interval_text(score)}".rstrip()


def _note(console: Console, text: str) -> None:
    from rich.text import Text

    console.print(Text(text, "dim"), soft_wrap=not console.is_terminal)
