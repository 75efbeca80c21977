"""What thresholds keep, and which one is chosen on dev."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tabib.analysis.judged import Judged
from tabib.analysis.thresholds import Rule, precision_coverage, sweet_spot, threshold_table
from tabib.core.errors import ConfigError
from tabib.tasks.base import Resampling

MakeJudged = Callable[..., Judged]
NONE = Resampling(0)
# From the surest on: right, right, wrong, right, wrong; one gold entity is missed, so that there are four.
FIVE = [[(0.95, True), (0.9, True), (0.8, False)], [(0.7, True), (0.4, False)]]


def test_precision_coverage_and_recall_by_threshold(make_judged: MakeJudged) -> None:
    low, at, high = threshold_table(make_judged(FIVE, [0, 1]), (0.5, 0.9, 0.99), NONE)
    assert (low.kept, low.right) == (4, 3)
    assert (low.precision.value, low.coverage.value, low.recall.value, low.f1.value) == (0.75, 0.8, 0.75, 0.75)
    assert (at.kept, at.right) == (2, 2), "a confidence of the threshold itself is kept"
    assert (at.precision.value, at.coverage.value, at.recall.value) == (1.0, 0.4, 0.5)
    assert (high.kept, high.precision.reason) == (0, "no entity is kept")
    assert (high.coverage.value, high.recall.value, high.f1.value) == (0.0, 0.0, 0.0)


def test_an_entity_without_a_confidence_is_never_kept(make_judged: MakeJudged) -> None:
    (row,) = threshold_table(make_judged([[(0.9, True), (None, True)]]), (0.0,), NONE)
    assert (row.kept, row.coverage.value, row.recall.value) == (1, 0.5, 0.5)


def test_nothing_is_said_of_entities_without_confidences(make_judged: MakeJudged) -> None:
    judged = make_judged([[(None, True)]])
    (row,) = threshold_table(judged, (0.5,), NONE)
    assert {score.value for score in (row.precision, row.coverage, row.recall, row.f1)} == {None}
    assert "no confidence" in row.recall.reason
    assert precision_coverage(judged) == ()


def test_without_predictions_recall_is_zero_and_the_rest_is_none(make_judged: MakeJudged) -> None:
    (row,) = threshold_table(make_judged([[]], [2]), (0.5,), NONE)
    assert row.precision.reason == row.coverage.reason == "nothing was predicted"
    assert row.recall.value == 0.0


def test_rates_have_intervals_over_documents(make_judged: MakeJudged) -> None:
    (row,) = threshold_table(make_judged([[(0.9, True)], [(0.9, False)]] * 5), (0.5,), Resampling())
    assert row.precision.low is not None
    assert row.precision.high is not None
    assert 0 < row.precision.low < 0.5 < row.precision.high < 1
    (alone,) = threshold_table(make_judged(FIVE[:1]), (0.5,), Resampling())
    assert alone.precision.low is None, "one document says nothing of others"


def test_the_curve_has_a_point_at_each_confidence(make_judged: MakeJudged) -> None:
    curve = precision_coverage(make_judged(FIVE, [0, 1]))
    assert [point.threshold for point in curve] == [0.95, 0.9, 0.8, 0.7, 0.4]
    assert [point.coverage for point in curve] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert [point.precision for point in curve] == pytest.approx([1, 1, 2 / 3, 3 / 4, 3 / 5])
    assert [point.recall for point in curve] == pytest.approx([1 / 4, 2 / 4, 2 / 4, 3 / 4, 3 / 4])


def test_equal_confidences_are_one_point(make_judged: MakeJudged) -> None:
    (point,) = precision_coverage(make_judged([[(0.8, True), (0.8, False)]]))
    assert (point.threshold, point.coverage, point.precision) == (0.8, 1.0, 0.5)


def test_a_long_curve_is_thinned_between_its_ends(make_judged: MakeJudged) -> None:
    judged = make_judged([[(index / 1000, True) for index in range(1000)]])
    curve = precision_coverage(judged, points=50)
    assert (len(curve), curve[0].threshold, curve[-1].threshold) == (50, 0.999, 0.0)


# The sweet spot -------------------------------------------------------------------------------------------


def chosen(dev: Judged, **rule: float | str) -> float | None:
    return sweet_spot(dev, dev, Rule(**({"min_kept": 1} | rule)), NONE).threshold  # type: ignore[arg-type]


def test_the_highest_coverage_with_enough_precision(make_judged: MakeJudged) -> None:
    dev = make_judged(FIVE, [0, 1])
    assert chosen(dev, target=0.9) == 0.9
    # Precision falls to 2/3 and rises again: the lowest threshold counts, not the first that fails.
    assert chosen(dev, target=0.7) == 0.7
    assert chosen(dev, target=0.6) == 0.4


def test_the_highest_f_beta(make_judged: MakeJudged) -> None:
    dev = make_judged(FIVE, [0, 1])
    # F1 = 2 right / (kept + gold): 2/5, 4/6, 4/7, 6/8, 6/9. F0.5 = 1.25 right / (kept + 0.25 · 4):
    # 0.625, 0.833, 0.625, 0.75, 0.625.
    assert chosen(dev, kind="f_beta") == 0.7
    assert chosen(dev, kind="f_beta", beta=0.5) == 0.9


def test_of_equally_good_thresholds_the_one_that_keeps_most(make_judged: MakeJudged) -> None:
    # F1 with 2 gold: 2/3, 2/4, 2/5, 4/6.
    dev = make_judged([[(0.9, True), (0.8, False), (0.7, False), (0.6, True)]])
    assert chosen(dev, kind="f_beta") == 0.6


def test_it_is_chosen_on_dev_and_reported_on_test(make_judged: MakeJudged) -> None:
    dev, test = make_judged(FIVE, [0, 1]), make_judged([[(0.99, False), (0.9, True), (0.89, True)]])
    spot = sweet_spot(dev, test, Rule(min_kept=2), NONE)
    assert spot.threshold == 0.9
    assert spot.dev is not None
    assert spot.test is not None
    assert (spot.dev.precision.value, spot.test.precision.value) == (1.0, 0.5)


def test_why_no_threshold_could_be_chosen(make_judged: MakeJudged) -> None:
    dev, silent = make_judged(FIVE), make_judged([[(None, True)]])
    assert "no dev predictions" in sweet_spot(None, dev, Rule(), NONE).reason
    assert "no dev predictions" in sweet_spot(make_judged([]), dev, Rule(), NONE).reason
    assert sweet_spot(make_judged([[]]), dev, Rule(), NONE).reason == "dev: nothing was predicted"
    assert "no confidence" in sweet_spot(dev, silent, Rule(), NONE).reason
    assert "only 5 entities of dev" in sweet_spot(dev, dev, Rule(), NONE).reason
    few = sweet_spot(dev, dev, Rule(min_kept=3), NONE)
    assert (few.threshold, few.dev) == (None, None)
    assert "no threshold reaches a precision of 0.9" in few.reason
    assert "the highest is 0.7500, at 0.7" in few.reason
    no_gold = sweet_spot(make_judged([[(0.9, False)]]), dev, Rule("f_beta", min_kept=1), NONE)
    assert "no gold" in no_gold.reason


@pytest.mark.parametrize("wrong", [{"target": 0.0}, {"target": 1.1}, {"beta": 0.0}, {"min_kept": 0}])
def test_rules_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Rule(**wrong)  # type: ignore[arg-type]
