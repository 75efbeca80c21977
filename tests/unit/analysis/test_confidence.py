"""All of a run's confidences together, as JSON and as tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tabib.analysis.confidence import ConfidenceAnalysis, analyse_confidence
from tabib.analysis.judged import Judged
from tabib.analysis.thresholds import THRESHOLDS, Rule
from tabib.tasks.base import Resampling

MakeJudged = Callable[..., Judged]
Documents = list[list[tuple[float | None, bool]]]
DEV: Documents = [[(0.95, True), (0.9, True), (0.7, False)], [(0.8, True), (0.6, False)]]
TEST: Documents = [[(0.99, True), (0.92, False), (0.5, False)], [(0.85, True), (0.4, False)], [(0.7, True)]]


def analyse(test: Judged, dev: Judged | None) -> ConfidenceAnalysis:
    return analyse_confidence(test, dev, rule=Rule(min_kept=2), resampling=Resampling(100, 0))


def summary(analysis: ConfidenceAnalysis) -> dict[str, Any]:
    return {row["name"]: row for row in analysis.summary_rows()}


def test_threshold_and_temperature_come_from_dev_alone(make_judged: MakeJudged) -> None:
    dev = make_judged(DEV, [1, 0])
    one = analyse(make_judged(TEST, [2, 0, 1]), dev)
    other = analyse(make_judged([[(0.1, True), (0.95, False)]]), dev)
    assert one.sweet_spot.threshold == other.sweet_spot.threshold == 0.8
    assert one.temperature == other.temperature
    assert one.sweet_spot.dev == other.sweet_spot.dev
    assert one.sweet_spot.test is not None
    assert one.sweet_spot.test.precision.value == pytest.approx(2 / 3)


def test_every_table_has_its_rows(make_judged: MakeJudged) -> None:
    found = analyse(make_judged(TEST, [2, 0, 1]), make_judged(DEV, [1, 0]))
    assert (found.documents, found.gold, found.predicted, found.right) == (3, 6, 6, 3)
    assert [row["name"] for row in found.threshold_rows()] == [""] * 7 + ["sweet spot on dev", "sweet spot"]
    assert found.threshold_rows()[0]["precision"] == pytest.approx(3 / 5)
    assert sum(row["right"] + row["wrong"] for row in found.histogram_rows()) == 6
    assert {row["bins"] for row in found.reliability_rows()} == {"width", "mass"}
    assert {row["temperature"] for row in found.reliability_rows()} == {None, found.temperature.value}
    assert len(found.curve_rows()) == len(found.risk_rows()) == 6
    rows = summary(found)
    assert rows["mean_tp"]["value"] == pytest.approx((0.99 + 0.85 + 0.7) / 3)
    assert rows["ece_width_scaled"]["low"] is not None
    assert {"aurc", "excess", "risk", "brier", "nll", "temperature", "sweet_spot"} <= set(rows)


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [[]],
        [[(None, True)]],
        [[(0.9, True)]],
        [[(0.9, False)]],
        [[(1.0, True), (1.0, True)], [(1.0, True)]],
        [[(0.0, False)], [(0.0, False)]],
        [[(0.7, True), (0.7, False)], [(0.7, True)]],
        [[(0.7, True), (None, False)]],
    ],
    ids=[
        "no documents",
        "nothing predicted",
        "no confidences",
        "one document",
        "one wrong entity",
        "all right and sure",
        "all wrong and unsure",
        "one confidence for all",
        "some without a confidence",
    ],
)
def test_whatever_was_predicted_can_be_written(make_judged: MakeJudged, documents: Documents) -> None:
    for dev in (None, make_judged(documents), make_judged(DEV)):
        found = analyse(make_judged(documents), dev)
        text = json.dumps(found.to_json(), allow_nan=False)  # no number that is none
        assert json.loads(text)["predicted"] == found.predicted
        for name in ("mean_tp", "ece_mass", "aurc"):
            score = summary(found)[name]
            assert (score["value"] is None) == bool(score["reason"])


def test_without_confidences_the_reason_is_said_everywhere(make_judged: MakeJudged) -> None:
    found = analyse(make_judged([[(None, True)]]), make_judged([[(None, True)]]))
    assert found.reason == "the model gives no confidence with its entities"
    assert len(found.thresholds) == len(THRESHOLDS)
    assert {row["precision"] for row in found.threshold_rows()} == {None}
    said = summary(found)
    for name in ("mean_tp", "mean_fp", "ece_width", "ece_mass", "aurc", "sweet_spot", "temperature"):
        assert said[name]["value"] is None
        assert "no confidence" in said[name]["reason"]
    assert found.scaled is None
