"""Means and histograms of confidences, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tabib.analysis.distribution import HistogramBin, histogram, mean_confidences
from tabib.analysis.judged import Judged, judge
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

MakeJudged = Callable[..., Judged]
NONE = Resampling(0)
A, B, C = (Entity.of(label, 2 * index, 2 * index + 1) for index, label in enumerate("ABC"))


def test_means_of_right_wrong_missed_and_found() -> None:
    prediction = NerPrediction(
        "d", (ScoredEntity(A, 0.9), ScoredEntity(Entity.of("C", 2, 3), 0.6)), word_outside=(0.05, 0.3, 0.9)
    )
    means = mean_confidences(judge([Reference("d", (A, B, C), ((0, 1), (2, 3), (4, 5)))], [prediction]), NONE)
    assert means.tp.value == pytest.approx(0.9)
    assert means.fp.value == pytest.approx(0.6)
    assert means.fn.value == pytest.approx((0.3 + 0.9) / 2)
    assert means.found.value == pytest.approx(0.05)


def test_a_mean_of_nothing_is_none_with_its_reason(make_judged: MakeJudged) -> None:
    all_right = mean_confidences(make_judged([[(0.9, True)]]), NONE)
    assert (all_right.tp.value, all_right.fp.reason) == (0.9, "no prediction is wrong")
    assert all_right.fn.reason == "no gold entity was missed"
    assert "does not say how probable" in all_right.found.reason
    all_wrong = mean_confidences(make_judged([[(0.9, False)]], missed=[1]), NONE)
    assert (all_wrong.fp.value, all_wrong.tp.reason) == (0.9, "no prediction is right")
    assert all_wrong.found.reason == "no gold entity was found"
    assert mean_confidences(make_judged([[]]), NONE).tp.reason == "nothing was predicted"
    assert mean_confidences(make_judged([[]]), NONE).fn.reason == "no gold"
    assert mean_confidences(make_judged([]), NONE).fn.reason == "no documents"


def test_means_have_intervals_over_documents(make_judged: MakeJudged) -> None:
    means = mean_confidences(
        make_judged([[(0.9, True)], [(0.7, True)], [(0.8, True), (0.2, False)]]), Resampling()
    )
    assert means.tp.low is not None
    assert means.tp.high is not None
    assert 0.69 < means.tp.low < 0.8 < means.tp.high < 0.91


def test_a_bin_holds_its_low_end_and_the_last_one_both(make_judged: MakeJudged) -> None:
    judged = make_judged([[(0.0, False), (0.5, True), (1.0, True), (0.74, False), (0.75, True), (None, True)]])
    assert histogram(judged, bins=4) == (
        HistogramBin(0.0, 0.25, 0, 1),
        HistogramBin(0.25, 0.5, 0, 0),
        HistogramBin(0.5, 0.75, 1, 1),
        HistogramBin(0.75, 1.0, 2, 0),
    )
