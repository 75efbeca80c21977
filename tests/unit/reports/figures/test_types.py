"""Plots of types: every type that has a score, in order, readable with 41 long names."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tabib.analysis.types import Thresholds, TierScores, TypeAnalysis, TypeScores
from tabib.core.errors import MissingExtraError
from tabib.core.scores import Score
from tabib.reports.figures.base import save_figure
from tabib.reports.figures.types import draw_bars, draw_frequency

Unreadable = Callable[[Any], list[tuple[str, str]]]
NO_GOLD = Score(None, "no gold")


def analysis_of(f1: dict[str, float | None], train: dict[str, int] | None) -> TypeAnalysis:
    rows = []
    for label, value in sorted(f1.items(), key=lambda item: -(item[1] or -1)):
        score = NO_GOLD if value is None else Score(value, low=max(0, value - 0.1), high=min(1, value + 0.1))
        seen = None if train is None else train[label]
        tier = None if seen is None else Thresholds().tier(seen)
        rows.append(TypeScores(label, tier, seen, 12, 9, 7, score, score, score))
    overall = TierScores("all", len(rows), len(rows), 12, 9, 7, *[Score(0.5)] * 4)
    frequency = Score(None, "unknown") if train is None else Score(0.41, low=0.2, high=0.6)
    return TypeAnalysis(
        tuple(rows), overall, (), "nobody knows" if train is None else "", Thresholds(), frequency, {}, 100
    )


def many() -> TypeAnalysis:
    rng = random.Random(0)
    words = ("Therapeutic_procedure", "Sign_symptom", "Age", "Lab_value", "Nonbiological_location", "Mass")
    names = [f"{word}_{number}" for number in range(7) for word in words]
    train = {name: rng.choice([0, 3, 40, 900, 5000]) for name in names}
    return analysis_of({name: rng.random() for name in names[:41]}, train)


def ticks(figure: Any) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_bars_go_down_from_the_best_type_and_leave_out_those_without_gold() -> None:
    figure = draw_bars(analysis_of({"A": 0.2, "B": 0.9, "C": None}, {"A": 5, "B": 2000, "C": 0}), "a run")
    assert ticks(figure) == ["A (12)", "B (12)"]  # from the bottom to the top
    assert [round(bar.get_width()) for bar in figure.axes[0].patches] == [20, 90]
    assert len(figure.axes[0].lines) == 2  # the intervals


def test_forty_one_types_can_be_read(unreadable: Unreadable) -> None:
    title = "a corpus with a long name, a model with a name that is much longer than any title has room for, test"
    frequency = draw_frequency(many(), title)
    assert unreadable(draw_bars(many(), title)) == []
    assert unreadable(frequency) == []


def test_every_point_is_named_where_there_is_room() -> None:
    figure = draw_frequency(analysis_of({"A": 0.2, "B": 0.9}, {"A": 5, "B": 2000}), "a run")
    assert figure is not None
    assert {text.get_text() for text in figure.axes[0].texts} == {"A", "B"}


def test_without_train_counts_there_are_bars_and_no_scatter(unreadable: Unreadable) -> None:
    analysis = analysis_of({"A": 0.2, "B": 0.9}, None)
    assert unreadable(draw_bars(analysis, "a run")) == []
    assert draw_frequency(analysis, "a run") is None


def test_with_no_type_to_show_the_axes_are_empty() -> None:
    analysis = analysis_of({"A": None}, {"A": 0})
    assert ticks(draw_bars(analysis, "a run")) == []
    assert draw_frequency(analysis, "a run") is None


def test_a_figure_is_saved_as_png_and_svg_the_same_every_time(tmp_path: Path) -> None:
    analysis = analysis_of({"A": 0.2}, {"A": 5})
    once, again = (
        [path.read_bytes() for path in save_figure(draw_bars(analysis, "a run"), tmp_path / name, "bars")]
        for name in "ab"
    )
    assert once == again
    assert once[0].startswith(b"\x89PNG")
    assert b">A (12)<" in once[1]  # text stays text


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("figure", "patches"):
        monkeypatch.setitem(sys.modules, f"matplotlib.{name}", None)
    with pytest.raises(MissingExtraError, match=r"tabib\[plots\]"):
        draw_bars(analysis_of({"A": 0.2}, {"A": 5}), "a run")
