"""Plots of errors: what they show, and when there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tabib.analysis.error_rates import ErrorRates, error_rates
from tabib.analysis.errors import classify
from tabib.analysis.lengths import LENGTHS, LengthAnalysis, LengthScores
from tabib.core.scores import Score
from tabib.core.spans import Entity
from tabib.reports.figures.errors import draw_error_classes, draw_lengths
from tabib.tasks.base import Resampling

Unreadable = Callable[[Any], list[tuple[str, str]]]
TITLE = "maccrobat_token, MiniLM token NER, seed 42, test"
A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")


def rates_of(gold: list[Entity], predicted: list[Entity]) -> ErrorRates:
    return error_rates(classify("d", gold, predicted), ["d"], Resampling(20))


def lengths_of(counts: list[int]) -> LengthAnalysis:
    half = Score(0.5, low=0.25, high=0.75)
    rows = [
        LengthScores(name, n, n, n // 2, half, half, half if n else Score(None, "no gold"), half, half)
        for name, n in zip(LENGTHS, counts, strict=True)
    ]
    return LengthAnalysis(tuple(rows), half)


def test_every_class_has_a_bar_with_its_count(unreadable: Unreadable) -> None:
    figure = draw_error_classes(rates_of([A(0, 4), A(5, 14), A(20, 24)], [A(5, 9), B(15, 19), B(20, 24)]), TITLE)
    assert figure is not None
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()][::-1]
    assert names[:2] == ["boundary (1)", "of these: under (1)"]
    assert names[-2:] == ["missed (1)", "spurious (1)"]
    assert [bar.get_width() for bar in axes.patches][::-1] == [25, 25, 0, 0, 25, 0, 25, 25]
    assert unreadable(figure) == []


def test_without_errors_there_is_no_plot_of_errors() -> None:
    assert draw_error_classes(rates_of([A(0, 4)], [A(0, 4)]), TITLE) is None
    assert draw_error_classes(rates_of([], []), TITLE) is None


def test_the_lengths_that_occur_are_shown(unreadable: Unreadable) -> None:
    figure = draw_lengths(lengths_of([40, 30, 20, 10, 0, 0]), TITLE)
    assert figure is not None
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1\n(40)", "2\n(20)", "3\n(10)"]
    assert unreadable(figure) == []


def test_without_lengths_there_is_no_plot() -> None:
    assert draw_lengths(lengths_of([0] * 6), TITLE) is None
    assert draw_lengths(LengthAnalysis((), Score(None, "no words"), "no words"), TITLE) is None
