"""Risk over coverage: areas by hand, and against every order of equal confidences."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from statistics import fmean

import pytest

from tabib.analysis.judged import Judged
from tabib.analysis.risk_coverage import risk_coverage
from tabib.tasks.base import Resampling

MakeJudged = Callable[..., Judged]
NONE = Resampling(0)


def area(right: tuple[bool, ...]) -> float:
    """By definition, for one order."""
    return fmean(right[:k].count(False) / k for k in range(1, len(right) + 1))


def test_by_hand(make_judged: MakeJudged) -> None:
    found = risk_coverage(make_judged([[(0.9, True), (0.2, True)], [(0.5, False)]]), NONE)
    assert [(point.coverage, point.risk) for point in found.points] == [
        (pytest.approx(1 / 3), 0.0),
        (pytest.approx(2 / 3), 0.5),
        (1.0, pytest.approx(1 / 3)),
    ]
    assert found.risk.value == pytest.approx(1 / 3)
    assert found.aurc.value == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert found.excess.value == pytest.approx((0 + 1 / 2 + 1 / 3) / 3 - 1 / 3 / 3)


def test_equal_confidences_count_in_all_their_orders(make_judged: MakeJudged) -> None:
    tied = [(0.9, True), (0.9, False), (0.5, True), (0.5, False), (0.5, True), (0.1, False)]
    right = [entity[1] for entity in tied]
    orders = [
        area((*(right[i] for i in first), *(right[i] for i in second), right[5]))
        for first in permutations(range(2))
        for second in permutations(range(2, 5))
    ]
    found = risk_coverage(make_judged([tied]), NONE)
    assert found.aurc.value == pytest.approx(fmean(orders))
    assert found.excess.value == pytest.approx(fmean(orders) - area((True,) * 3 + (False,) * 3))
    assert len(found.points) == 3


@pytest.mark.parametrize(("right", "risk"), [(True, 0.0), (False, 1.0)])
def test_all_right_or_all_wrong_leaves_nothing_to_order(make_judged: MakeJudged, right: bool, risk: float) -> None:
    found = risk_coverage(make_judged([[(0.9, right), (0.5, right)], [(0.7, right)]]), NONE)
    assert (found.risk.value, found.aurc.value) == (risk, pytest.approx(risk))
    assert found.excess.value == pytest.approx(0)


def test_with_one_confidence_for_all_the_area_is_the_share_of_wrong_entities(make_judged: MakeJudged) -> None:
    found = risk_coverage(make_judged([[(0.5, True), (0.5, False)], [(0.5, True), (0.5, True)]]), NONE)
    assert found.aurc.value == found.risk.value == 0.25


def test_intervals_are_over_documents(make_judged: MakeJudged) -> None:
    judged = make_judged([[(0.9, True), (0.8, True)], [(0.7, False)], [(0.6, True)], [(0.5, False)]] * 3)
    found = risk_coverage(judged, Resampling(500, 0))
    for score in (found.risk, found.aurc, found.excess):
        assert score.value is not None
        assert score.low is not None
        assert score.high is not None
        assert 0 <= score.low < score.value < score.high <= 1
    assert found.risk.low == pytest.approx(0.1, abs=0.1)
    assert risk_coverage(make_judged([[(0.9, True)]]), Resampling()).aurc.low is None, (
        "one document says nothing of others"
    )


def test_an_entity_drawn_twice_is_two_of_equal_confidence(make_judged: MakeJudged) -> None:
    """Two equal documents: every resample is the whole, so that the interval is the value."""
    document = [(0.9, True), (0.8, False), (0.8, True), (0.3, False)]
    found = risk_coverage(make_judged([document, document]), Resampling(50, 0))
    assert found.aurc.low == found.aurc.high == pytest.approx(found.aurc.value)


def test_without_confidences_there_is_no_curve(make_judged: MakeJudged) -> None:
    for documents, reason in (([[]], "nothing was predicted"), ([[(None, True)]], "no confidence")):
        found = risk_coverage(make_judged(documents), Resampling())
        assert (found.n, found.points) == (0, ())
        assert reason in found.aurc.reason
