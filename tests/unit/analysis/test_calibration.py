"""Calibration: formulas by hand, and against independent implementations."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
import pytest

from tabib.analysis.calibration import Scheme, bin_edges, calibrate, fit_temperature, scale
from tabib.analysis.judged import Judged
from tabib.tasks.base import Resampling

MakeJudged = Callable[..., Judged]
NONE = Resampling(0)


@pytest.fixture
def random(make_judged: MakeJudged) -> Judged:
    """150 entities in 10 documents, too sure of themselves."""
    rng = np.random.default_rng(0)
    confidences = rng.uniform(0.3, 1, 150).round(4)
    right = rng.uniform(size=150) < confidences**2
    pairs = list(zip(confidences.tolist(), right.tolist(), strict=True))
    return make_judged([pairs[first : first + 15] for first in range(0, 150, 15)])


def test_by_hand(make_judged: MakeJudged) -> None:
    found = calibrate(make_judged([[(0.9, True), (0.9, False)], [(0.3, False), (0.3, False)]]), NONE, bins=2)
    assert (found.n, found.confidence.value, found.accuracy.value) == (4, pytest.approx(0.6), 0.25)
    assert found.gap.value == pytest.approx(0.35)
    assert found.ece_width.value == pytest.approx(2 / 4 * abs(0 - 0.3) + 2 / 4 * abs(0.5 - 0.9))
    assert found.brier.value == pytest.approx((0.01 + 0.81 + 0.09 + 0.09) / 4)
    assert found.nll.value == pytest.approx(-(log(0.9) + log(0.1) + 2 * log(0.7)) / 4)
    assert [(row.low, row.high, row.n, row.accuracy) for row in found.by_width] == [
        (0.0, 0.5, 2, 0.0),
        (0.5, 1.0, 2, 0.5),
    ]


def test_a_confidence_on_an_edge_is_in_the_lower_bin(make_judged: MakeJudged) -> None:
    found = calibrate(make_judged([[(0.0, False), (0.5, True), (0.6, True), (1.0, True)]]), NONE, bins=2)
    assert [row.n for row in found.by_width] == [2, 2]


def test_bins_of_equal_mass_hold_as_many_and_keep_equal_values_together() -> None:
    edges = bin_edges(np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), 3, "mass")
    assert edges.tolist() == [0.0, 0.2, 0.4, 1.0]
    assert bin_edges(np.full(9, 0.7), 3, "mass").tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("scheme", "strategy"), [("width", "uniform"), ("mass", "quantile")])
def test_bins_are_those_of_scikit_learn(random: Judged, scheme: Scheme, strategy: str) -> None:
    from sklearn.calibration import calibration_curve

    shares, means = calibration_curve(random.right, random.confidence, n_bins=15, strategy=strategy)
    found = calibrate(random, NONE)
    table = [row for row in (found.by_width if scheme == "width" else found.by_mass) if row.n]
    assert [row.accuracy for row in table] == pytest.approx(shares.tolist())
    assert [row.confidence for row in table] == pytest.approx(means.tolist())
    ece = sum(row.n * abs(row.accuracy - row.confidence) for row in table) / 150  # type: ignore[operator]
    assert (found.ece_width if scheme == "width" else found.ece_mass).value == pytest.approx(ece)


def test_means_are_those_of_scikit_learn(random: Judged) -> None:
    from sklearn.metrics import brier_score_loss, log_loss

    found = calibrate(random, NONE)
    assert found.brier.value == pytest.approx(brier_score_loss(random.right, random.confidence))
    assert found.nll.value == pytest.approx(log_loss(random.right, random.confidence))


def test_intervals_are_over_documents(random: Judged, make_judged: MakeJudged) -> None:
    gap = calibrate(random, Resampling()).gap
    assert gap.value is not None
    assert gap.low is not None
    assert gap.high is not None
    assert gap.low < gap.value < gap.high
    assert calibrate(make_judged([[(0.9, True)]]), Resampling()).gap.low is None, (
        "one document says nothing of others"
    )


@pytest.mark.parametrize(
    ("documents", "reason"),
    [([], "no documents"), ([[]], "nothing was predicted"), ([[(None, True)]], "no confidence")],
)
def test_without_confidences_there_is_no_calibration(
    make_judged: MakeJudged, documents: list[list[tuple[None, bool]]], reason: str
) -> None:
    found = calibrate(make_judged(documents), Resampling())
    assert (found.n, found.ece_width.value, found.nll.value) == (0, None, None)
    assert reason in found.ece_mass.reason
    assert {row.n for row in (*found.by_width, *found.by_mass)} == {0}


def test_sure_of_all_and_right_is_calibrated(make_judged: MakeJudged) -> None:
    found = calibrate(make_judged([[(1.0, True)] * 3]), NONE)
    assert (found.ece_width.value, found.ece_mass.value, found.brier.value) == (0.0, 0.0, 0.0)
    wrong = calibrate(make_judged([[(1.0, False)] * 3]), NONE)
    assert (wrong.ece_width.value, wrong.gap.value) == (1.0, 1.0)
    assert wrong.nll.value == pytest.approx(-log(1e-6)), "a confidence of 1 counts as 1 - 10^-6"


# Temperature ----------------------------------------------------------------------------------------------


def test_a_temperature_by_hand(make_judged: MakeJudged) -> None:
    # logit 0.9 = 2 ln 3; three of four are right, and logit 0.75 = ln 3: everything is divided by 2.
    dev = make_judged([[(0.9, True)] * 3 + [(0.9, False)]])
    assert fit_temperature(dev).value == pytest.approx(2)
    assert scale(dev, 2).confidence == pytest.approx(np.full(4, 0.75))
    # logit 0.6 = ln 1.5, logit 9/13 = 2 ln 1.5: not sure enough by a factor of 2.
    shy = make_judged([[(0.6, True)] * 9 + [(0.6, False)] * 4])
    assert fit_temperature(shy).value == pytest.approx(0.5)


def test_the_temperature_has_the_highest_likelihood(random: Judged) -> None:
    from scipy.optimize import minimize_scalar
    from sklearn.metrics import log_loss

    def loss(temperature: float) -> float:
        p_N = random.confidence
        scaled_N = p_N ** (1 / temperature) / (p_N ** (1 / temperature) + (1 - p_N) ** (1 / temperature))
        return float(log_loss(random.right, scaled_N))

    best = minimize_scalar(loss, bounds=(0.1, 20), method="bounded", options={"xatol": 1e-8})
    found = fit_temperature(random)
    assert found.n == 150
    assert found.value == pytest.approx(best.x, rel=1e-4)
    assert found.value > 1, "the entities are too sure"
    assert calibrate(scale(random, found.value), NONE).nll.value == pytest.approx(best.fun)


def test_scaling_keeps_order_and_what_has_no_confidence(random: Judged, make_judged: MakeJudged) -> None:
    assert (np.argsort(scale(random, 3.0).confidence) == np.argsort(random.confidence)).all()
    assert np.isnan(scale(make_judged([[(None, True)]]), 3.0).confidence).all()


@pytest.mark.parametrize(
    ("entities", "reason"),
    [
        ([(0.9, True), (0.8, True)], "nothing to fit"),
        ([(0.9, True), (0.2, False)], "nothing to fit"),
        ([(0.9, False), (0.8, False)], "does not mean more often right"),
        ([(0.9, False), (0.6, True)], "does not mean more often right"),
        ([(0.5, False), (0.5, True)], "does not mean more often right"),
        ([], "dev: nothing was predicted"),
        ([(None, True)], "dev: the model gives no confidence"),
    ],
)
def test_why_there_is_no_temperature(
    make_judged: MakeJudged, entities: list[tuple[float, bool]], reason: str
) -> None:
    found = fit_temperature(make_judged([entities]))
    assert found.value is None
    assert reason in found.reason


def test_without_dev_there_is_no_temperature(make_judged: MakeJudged) -> None:
    assert "no dev predictions" in fit_temperature(None).reason
    assert "no dev predictions" in fit_temperature(make_judged([])).reason
