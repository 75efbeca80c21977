"""The heat map of confused types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tabib.analysis.confusion import TypeConfusion
from tabib.reports.figures.confusion import draw_confusion

Unreadable = Callable[[Any], list[tuple[str, str]]]


def test_rows_are_gold_and_every_count_is_written() -> None:
    figure = draw_confusion(TypeConfusion(("A", "B"), 0, ((5, 1, 0), (0, 7, 2), (3, 0, 0)), ()), "a run")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A", "B", "NONE"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("gold", "predicted")
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "5", (1, 0): "1", (1, 1): "7", (2, 1): "2", (0, 2): "3"}
    assert axes.images[0].get_array().tolist()[0] == [5 / 6, 1 / 6, 0]


def test_fifteen_types_with_long_names_and_large_counts_can_be_read(unreadable: Unreadable) -> None:
    names = tuple(f"Nonbiological_location_{i}" for i in range(15))
    counts = tuple(tuple(1234 if row == column else 99 for column in range(17)) for row in range(17))
    assert unreadable(draw_confusion(TypeConfusion(names, 26, counts, ()), "a corpus, a model, test")) == []


def test_one_type_and_none_at_all_can_be_drawn(unreadable: Unreadable) -> None:
    title = "a corpus, a model, seed 42, test"
    assert unreadable(draw_confusion(TypeConfusion(("A",), 0, ((0, 1), (0, 0)), ()), title)) == []
    assert unreadable(draw_confusion(TypeConfusion((), 0, ((0,),), ()), title)) == []
