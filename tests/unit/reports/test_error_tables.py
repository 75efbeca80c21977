"""The tables of errors as a person sees them."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from rich.console import Console

from tabib.analysis.error_rates import error_rates
from tabib.analysis.errors import classify
from tabib.analysis.examples import sample_examples
from tabib.analysis.features import Feature
from tabib.analysis.lengths import LengthAnalysis
from tabib.analysis.patterns import Pattern, PatternAnalysis
from tabib.core.scores import Score
from tabib.core.spans import Entity
from tabib.reports.error_tables import print_error_rates, print_examples, print_lengths, print_patterns
from tabib.tasks.base import Resampling

TEXT = "He had cold feet and a cold hand."


def printed(show: Callable[[Console], None]) -> list[str]:
    console = Console(file=StringIO(), width=80, no_color=True)
    show(console)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


def test_shares_that_a_class_cannot_have_are_blank_and_those_that_are_undefined_are_not() -> None:
    matches = classify("d", [Entity.of("A", 0, 4)], [])
    rates = error_rates(matches, ["d"], Resampling(0))
    lines = printed(lambda console: print_error_rates(console, "a run", rates))
    assert lines[0] == "a run: 1 gold and 0 predicted entities"
    rows = {line.split()[0]: line.split() for line in lines}
    assert rows["exact"] == ["exact", "0", "0.0", "n/a"]
    assert rows["missed"] == ["missed", "1", "100.0", "100.0"]
    assert rows["spurious"] == ["spurious", "0", "0.0", "n/a"]


def test_marks_lie_where_the_entities_do() -> None:
    gold, predicted = Entity("A", ((7, 11), (28, 32))), Entity.of("A", 23, 32)
    lines = printed(
        lambda console: print_examples(console, sample_examples(classify("d", [gold], [predicted]), {"d": TEXT}))
    )
    assert lines[2:] == ["boundary (shifted)  A → A  d", "  He had «cold» feet and a [cold «hand]»."]


def test_what_there_is_no_table_of_has_a_reason() -> None:
    reason = "2 of 3 documents have entities but no words"
    lines = printed(lambda console: print_lengths(console, LengthAnalysis((), Score(None, reason), reason)))
    assert lines == ["", f"no scores by length: {reason}"]


def test_a_pattern_with_a_long_name_fits_80_columns() -> None:
    name = "a feature whose name is much too long for the column that is left beside the numbers"
    pattern = Pattern(
        "gold", Feature("place", name), 1234, 5678, 30, 1.0, 0.123,
        Score(0.877, low=0.801, high=0.912), 0.0001, {"missed": 1234}, {"missed": 5678},
    )  # fmt: skip
    lines = printed(lambda console: print_patterns(console, PatternAnalysis((pattern,), 0, {})))
    numbers = next(line for line in lines if "1234" in line)
    assert numbers.split() == ["1234", "100.0", "12.3", "+87.7", "[+80.1,", "+91.2]", "<0.001"]
    assert len(numbers) <= 80


def test_no_patterns_is_said_with_what_was_tried() -> None:
    analysis = PatternAnalysis((), 7, {"writing": "no texts", "word": "no texts"}, "no resamples")
    text = "\n".join(printed(lambda console: print_patterns(console, analysis)))
    assert "gold not found exactly  patterns: 0" in text
    assert "0 features were tried, 7 more are too rare or too common" in text
    assert "no p values: no resamples" in text
    assert "not looked at: writing, word (no texts)" in text
