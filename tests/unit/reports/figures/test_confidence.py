"""Plots of confidences: what they show, that they can be read, and that there are none of nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tabib.analysis.confidence import ConfidenceAnalysis, analyse_confidence
from tabib.analysis.judged import Judged
from tabib.analysis.thresholds import Rule
from tabib.reports.figures.confidence import (
    draw_histogram,
    draw_precision_coverage,
    draw_reliability,
    draw_risk_coverage,
)
from tabib.tasks.base import Resampling

Unreadable = Callable[[Any], list[tuple[str, str]]]
DRAW = (draw_histogram, draw_reliability, draw_precision_coverage, draw_risk_coverage)
LONG = "a corpus with a long name, a model with a name that is much longer than any title has room for, test"


def judged(confidence: Sequence[float], right: Sequence[bool]) -> Judged:
    """Every entity in a document of its own; what is right is all the gold."""
    found = np.flatnonzero(right)
    return Judged(
        len(right),
        np.arange(len(right)),
        np.array(confidence, np.float64),
        np.array(right, np.bool_),
        found,
        np.ones(len(found), np.bool_),
        np.full(len(found), np.nan),
    )


def analyse(test: Judged, dev: Judged | None = None) -> ConfidenceAnalysis:
    return analyse_confidence(test, dev, rule=Rule(min_kept=1), resampling=Resampling(50, 0))


@pytest.fixture(scope="module")
def usual() -> ConfidenceAnalysis:
    rng = np.random.default_rng(0)
    dev, test = (
        judged(values, rng.uniform(size=300) < values**2)  # type: ignore[arg-type]
        for values in (rng.beta(5, 1, 300), rng.beta(5, 1, 300))
    )
    return analyse(test, dev)


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_plots_can_be_read(draw: Callable[..., Any], usual: ConfidenceAnalysis, unreadable: Unreadable) -> None:
    assert unreadable(draw(usual, LONG)) == []


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_of_nothing_there_is_no_plot(draw: Callable[..., Any]) -> None:
    assert draw(analyse(judged([], [])), "a run") is None
    assert draw(analyse(judged([np.nan], [True])), "a run") is None


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize(
    "entities", [([0.7], [True]), ([0.7, 0.7], [False, False]), ([1.0, 1.0, 1.0], [True, True, True])]
)
def test_edge_cases_are_drawn(
    draw: Callable[..., Any], entities: tuple[list[float], list[bool]], unreadable: Unreadable
) -> None:
    same = judged(*entities)
    assert unreadable(draw(analyse(same, same), "a run")) == []


def test_bars_are_the_counts_of_right_and_wrong() -> None:
    figure = draw_histogram(analyse(judged([0.92, 0.97, 0.96, 0.12], [True, True, False, False])), "a run")
    assert figure is not None
    heights = [bar.get_height() for bar in figure.axes[0].patches]  # type: ignore[attr-defined]
    assert sum(heights[:20]) == 2, "right"
    assert (heights[20 + 2], heights[20 + 19]) == (1, 1), "wrong, at 0.12 and 0.96"


def test_a_threshold_keeps_what_is_at_least_as_sure() -> None:
    figure = draw_precision_coverage(analyse(judged([0.9, 0.6, 0.3], [True, False, True])), "a run")
    assert figure is not None
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert lines["coverage"].get_xdata() == pytest.approx([0, 0.3, 0.6, 0.9])
    assert lines["coverage"].get_ydata() == pytest.approx([1, 1, 2 / 3, 1 / 3])
    assert lines["precision"].get_ydata() == pytest.approx([2 / 3, 2 / 3, 1 / 2, 1])
    assert lines["coverage"].get_drawstyle() == "steps-pre"


def test_the_threshold_that_was_chosen_is_shown(usual: ConfidenceAnalysis) -> None:
    figure = draw_precision_coverage(usual, "a run")
    assert figure is not None
    labels = [str(line.get_label()) for line in figure.axes[0].lines]
    assert f"chosen on dev: {usual.sweet_spot.threshold:.4f}" in labels
