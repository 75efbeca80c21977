"""Types: which are precise enough, which are not, which are not known; wrong entities; those that matter most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tabib.analysis.production.false_positives import ALL_TYPES, type_risks
from tabib.analysis.production.high_value import TOGETHER, high_value_types
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.production.split import SplitEntities, split_entities
from tabib.analysis.production.type_classes import TypeDecision, check_classes, decide_types
from tabib.analysis.production.verdicts import verdict
from tabib.analysis.runs import RunData
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

Many = Callable[..., RunData]
SETTINGS = ProductionSettings(high_value=("A",))


def decide(dev: RunData | None, test: RunData, **changes: Any) -> dict[str, TypeDecision]:
    on_dev = None if dev is None else split_entities(dev)
    asked = ProductionSettings(**changes)
    return {row.label: row for row in decide_types(on_dev, split_entities(test), 0.85, asked, {"A"})}


def test_a_type_is_auto_human_or_unknown_by_what_dev_shows(many: Many) -> None:
    data = many(30, A=(4, 4, 0.9), B=(2, 1, 0.9), C=(1, 1, 0.3), D=(1, 1, 0.9))
    found = decide(data, data)
    assert (found["A"].decided, found["A"].dev_auto_coded, found["A"].candidate) == ("auto", 120, True)
    assert (found["B"].decided, found["B"].why, found["B"].candidate) == (
        "human",
        "precision is probably below the target",
        False,
    )
    assert (found["C"].decided, found["C"].why) == ("unknown", "0 auto-coded, fewer than 10")
    # 30 right ones of 30: the exact interval begins below 0.9. It is not known to be bad either.
    assert found["D"].decided == "unknown"
    assert found["D"].why == "precision is neither shown to reach the target nor probably below it"
    assert found["D"].candidate


def test_many_types_need_more_evidence_each(many: Many) -> None:
    # 40 right of 40 refute 0.9 at 5% (0.9^40 = 0.015), which is no news among four such types.
    alone = many(40, A=(1, 1, 0.9))
    assert decide(alone, alone)["A"].decided == "auto"
    four = many(40, **dict.fromkeys("ABCD", (1, 1, 0.9)))
    found = decide(four, four)
    assert {row.decided for row in found.values()} == {"unknown"}
    assert found["A"].p_below == pytest.approx(4 * 0.9**40)


def test_a_high_value_type_has_to_be_shown_to_reach_the_target(many: Many) -> None:
    # As 14 right ones of 14: not known to be bad, which is not enough where errors cost most.
    data = many(14, A=(1, 1, 0.9), B=(1, 1, 0.9))
    found = decide(data, data)
    assert {row.decided for row in found.values()} == {"unknown"}
    assert (found["A"].high_value, found["A"].candidate) == (True, False)
    assert (found["B"].high_value, found["B"].candidate) == (False, True)


def test_gold_that_is_never_predicted_needs_a_human(make_split: Callable[..., RunData]) -> None:
    data = make_split([([Entity.of("A", 0, 2)], [])])
    found = decide(data, data)
    assert (found["A"].decided, found["A"].why) == ("human", "none is predicted: all of its gold is missed")
    assert (found["B"].decided, found["B"].why) == ("unknown", "neither gold nor predictions")


def test_the_split_has_no_part_in_the_decision(many: Many) -> None:
    good, bad = many(40, A=(4, 4, 0.9)), many(40, A=(4, 0, 0.9))
    assert decide(good, bad)["A"].decided == "auto"
    assert decide(good, bad)["A"].target_met == "no"
    assert decide(bad, good)["A"].decided == "human"
    assert decide(None, good)["A"].decided == "unknown"
    assert "no dev predictions" in decide(None, good)["A"].why
    assert decide(None, good)["A"].dev_auto_coded is None


def test_types_of_one_split_only(many: Many) -> None:
    found = decide(many(20, E=(1, 1, 0.9)), many(20, F=(1, 1, 0.9)))
    assert "E" not in found, "the split neither has it nor is it a type of the corpus"
    assert (found["F"].decided, found["F"].why) == ("unknown", "neither gold nor predictions")


def test_what_the_split_shows_of_each_decision(many: Many) -> None:
    dev = many(30, A=(4, 4, 0.9), B=(2, 1, 0.9))
    test = split_entities(many(20, A=(4, 3, 0.9), B=(2, 0, 0.9)))
    decisions = decide_types(split_entities(dev), test, 0.85, SETTINGS, ())
    auto, human, unknown = check_classes(decisions, test, 0.85, Resampling(50))
    assert (auto.types, auto.yes, auto.no, auto.auto_coded, auto.precision.value) == (1, 0, 1, 80, 0.75)
    assert (human.types, human.precision.value) == (1, 0.0)
    assert (unknown.types, unknown.precision.value, unknown.precision.reason) == (0, None, "none is auto-coded")


@pytest.mark.parametrize(
    ("low", "high", "n", "wanted"),
    [
        (0.9, 1.0, 50, ("yes", "")),
        (0.5, 0.89, 50, ("no", "")),
        (0.5, 0.9, 50, ("unknown", "the interval contains the target")),
        (1.0, 1.0, 9, ("unknown", "9 auto-coded, fewer than 10")),
        (None, None, 50, ("unknown", "all of them are in one document")),
    ],
)
def test_verdicts(low: float | None, high: float | None, n: int, wanted: tuple[str, str]) -> None:
    assert verdict(Score(0.9, low=low, high=high), n, 0.9, 10) == wanted


# Wrong entities ---------------------------------------------------------------------------------------------


def test_wrong_entities_by_type_worst_first(many: Many) -> None:
    data = many(10, A=(2, 1, 0.9), B=(4, 1, 0.9), C=(5, 0, 0.2))
    rows = type_risks(split_entities(data), 0.85, {"B"}, Resampling(20))
    assert [row.label for row in rows] == ["B", "A", "C", ALL_TYPES]
    worst, total = rows[0], rows[-1]
    assert (worst.predicted, worst.wrong, worst.rate.value, worst.high_value) == (40, 30, 0.75, True)
    assert (worst.auto_coded, worst.auto_wrong, worst.auto_rate.value) == (40, 30, 0.75)
    assert (worst.per_100.value, worst.auto_per_100.value) == (300.0, 300.0)
    assert worst.rate.low is not None
    assert worst.rate.low < 0.75 < (worst.rate.high or 0)
    assert (rows[2].rate.value, rows[2].auto_rate.value, rows[2].auto_rate.reason) == (
        1.0,
        None,
        "none is auto-coded",
    )
    assert (total.predicted, total.wrong, total.auto_coded, total.auto_wrong) == (110, 90, 60, 40)


# High-value types -------------------------------------------------------------------------------------------


def high_value(split: SplitEntities, *types: str) -> dict[str, Any]:
    return {row.label: row for row in high_value_types(split, types, SETTINGS, Resampling(50))}


def test_high_value_types_alone_and_together(many: Many) -> None:
    split = split_entities(many(40, A=(2, 2, 0.9), B=(2, 1, 0.9), C=(1, 0, 0.9)))
    found = high_value(split, "A", "B")
    assert list(found) == ["A", "B", TOGETHER]
    assert (found["A"].gold, found["A"].predicted, found["A"].f1.value) == (80, 80, 1.0)
    assert (found["A"].precision_auto.value, found["A"].coverage.value, found["A"].target_met) == (1.0, 1.0, "yes")
    assert (found["B"].precision_auto.value, found["B"].recall_auto.value, found["B"].target_met) == (
        0.5,
        1.0,
        "no",
    )
    assert (found[TOGETHER].predicted, found[TOGETHER].precision.value) == (160, 0.75)
    assert list(high_value(split, "A")) == ["A"]
    assert high_value(split) == {}


def test_of_few_entities_nothing_is_claimed(many: Many) -> None:
    found = high_value(split_entities(many(9, A=(1, 1, 0.9))), "A")["A"]
    assert (found.precision_auto.value, found.target_met, found.why) == (
        1.0,
        "unknown",
        "9 auto-coded, fewer than 10",
    )
    none = high_value(split_entities(many(9, A=(1, 1, 0.2))), "A")["A"]
    assert (none.precision_auto.value, none.precision_auto.reason) == (None, "none is auto-coded")


def test_types_that_the_corpus_does_not_have() -> None:
    labels = ("Dosage", "Medication")
    assert ProductionSettings().high_value_of(labels) == (
        ("Medication",),
        ("Disease_disorder", "Therapeutic_procedure"),
    )
    with pytest.raises(ConfigError, match="no type 'Medicaton'; did you mean 'Medication'"):
        ProductionSettings(high_value=("Medicaton",)).high_value_of(labels)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threshold": 1.5}, "threshold: found 1.5"),
        ({"thresholds": (0.5, -1.0)}, "thresholds: found -1.0"),
        ({"target": 0.0}, "target: 0.0"),
        ({"min_entities": 0}, "min_entities: found 0"),
        ({"assist_precision": 2.0}, "assist_precision: found 2.0"),
    ],
)
def test_settings_that_mean_nothing_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        ProductionSettings(**changes)
