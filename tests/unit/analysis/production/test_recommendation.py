"""Which deployment the numbers speak for, from the whole analysis."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tabib.analysis.production.analysis import ProductionAnalysis, analyse_production
from tabib.analysis.production.policies import CHOSEN_TYPES
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.runs import RunData
from tabib.core.predictions import Status
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

Many = Callable[..., RunData]
RESAMPLING = Resampling(100)
# A and C are always right and sure, B is right half of the time and unsure.
USUAL = {"A": (4, 4, 0.95), "B": (2, 1, 0.4), "C": (1, 1, 0.9)}


def analyse(test: RunData, dev: RunData | None, **settings: Any) -> ProductionAnalysis:
    return analyse_production(test, dev, ProductionSettings(**settings), RESAMPLING)


def test_a_threshold_and_types_chosen_on_dev_and_confirmed_on_the_split(many: Many) -> None:
    dev, test = many(30, split="dev", **USUAL), many(30, **USUAL)
    found = analyse(test, dev)
    advice = found.recommendation
    # Over all types 0.4 keeps 210 with 180 right; 0.9 keeps 150, all right, none of them of B.
    assert found.chosen.threshold == 0.9
    assert (advice.strategy, advice.policy, advice.threshold) == ("auto-code", CHOSEN_TYPES, 0.9)
    assert (advice.auto_types, advice.review_types) == (("A", "C"), ("B",))
    assert (advice.confirmed, advice.precision.value, advice.precision.high) == ("yes", 1.0, 1.0)
    assert advice.precision.low is not None
    assert advice.precision.low < 1, "no width without errors, says the bootstrap"
    assert advice.test is not None
    assert (advice.test.auto_coded, advice.test.automation.value) == (150, pytest.approx(150 / 210))


def test_both_rules_applied_together_are_what_is_reported(many: Many) -> None:
    dev = many(30, split="dev", A=(8, 8, 0.95), B=(2, 0, 0.95))
    found = analyse(many(20, A=(8, 8, 0.95), B=(2, 0, 0.95), C=(1, 1, 0.99)), dev, target=0.8)
    advice = found.recommendation
    assert (advice.auto_types, advice.review_types) == (("A",), ("B", "C")), "of C dev says nothing"
    by_name = {made.policy.name: made.test for made in found.policies}
    assert (by_name["threshold chosen on dev"].auto_coded, by_name[CHOSEN_TYPES].auto_coded) == (220, 160)
    assert by_name[CHOSEN_TYPES].recall.value == pytest.approx(160 / 180)


def test_where_no_threshold_is_good_enough_types_that_are_shown_to_be_are_coded(many: Many) -> None:
    data = {"A": (4, 4, 0.95), "B": (4, 1, 0.95), "C": (1, 1, 0.95)}
    found = analyse(many(20, **data), many(20, split="dev", **data))
    assert found.chosen.threshold is None
    assert found.recommendation.strategy == "auto-code"
    assert found.recommendation.auto_types == ("A",), "C is not shown to be below the target, and not to reach it"


def test_the_split_may_refute_and_never_choose(many: Many) -> None:
    dev = many(30, split="dev", **USUAL)
    found = analyse(many(30, A=(4, 2, 0.95), C=(1, 1, 0.9)), dev)
    advice = found.recommendation
    assert (advice.strategy, advice.confirmed, advice.threshold) == ("assist", "no", None)
    assert "below the target on the split" in advice.reason
    assert advice.auto_types == ()
    assert advice.review_types == ("A", "B", "C")
    assert advice.test is not None, "what was refuted is shown"


@pytest.mark.parametrize(
    ("right", "strategy", "reason"),
    [(3, "assist", "no threshold and no type"), (1, "not ready", "too many of dev's predictions are wrong")],
)
def test_what_is_right_often_enough_may_still_help_a_reader(
    many: Many, right: int, strategy: str, reason: str
) -> None:
    data = many(20, A=(4, right, 0.9))
    found = analyse(data, data).recommendation
    assert (found.strategy, found.threshold, found.auto_types) == (strategy, None, ())
    assert found.reason.startswith(reason)


def test_without_dev_nothing_is_chosen(many: Many) -> None:
    found = analyse(many(20, A=(4, 4, 0.9)), None)
    assert found.recommendation.strategy == "not ready"
    assert "no dev predictions" in found.recommendation.reason
    assert [row["where"] for row in found.tables()["production_policies"]] == ["split", "split"]


EDGES: dict[str, list[Any]] = {
    "no documents": [],
    "nothing predicted": [([Entity.of("A", 0, 2)], [])] * 2,
    "no gold": [([], [(Entity.of("A", 0, 2), 0.9)])] * 2,
    "no confidences": [([Entity.of("A", 0, 2)], [(Entity.of("A", 0, 2), None)])] * 12,
    "some without a confidence": [([], [(Entity.of("A", 0, 2), 0.9), (Entity.of("B", 3, 4), None)])] * 3,
    "one document": [([Entity.of("A", i, i + 1) for i in range(12)],
                      [(Entity.of("A", i, i + 1), 0.9) for i in range(12)])],
    "all right": [([Entity.of("A", 0, 2)], [(Entity.of("A", 0, 2), 0.9)])] * 30,
    "all wrong": [([Entity.of("A", 0, 2)], [(Entity.of("B", 0, 2), 0.9)])] * 30,
}  # fmt: skip

STRATEGIES = {
    "no documents": "not ready",
    "nothing predicted": "not ready",
    "no gold": "not ready",
    "no confidences": "assist",
    "some without a confidence": "not ready",
    "one document": "assist",
    "all right": "auto-code",
    "all wrong": "not ready",
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("with_dev", [True, False])
def test_whatever_was_predicted_can_be_written(
    make_split: Callable[..., RunData], name: str, with_dev: bool
) -> None:
    data = make_split(EDGES[name])
    found = analyse(data, data if with_dev else None)
    json.dumps(found.to_json(), allow_nan=False)
    tables = found.tables()
    for rows in tables.values():
        for row in rows:
            json.dumps(row, allow_nan=False)
            for column, value in row.items():
                if value is None and f"{column}_low" in row:
                    assert row["reason"] or row.get("confirmed_why"), (column, row)
    keys = {
        "production_entities": ("threshold",),
        "production_documents": ("threshold",),
        "production_types": ("label",),
        "production_false_positives": ("label",),
        "production_high_value": ("label",),
        "production_classes": ("decided",),
        "production_coded": ("label",),
        "production_policies": ("policy", "where"),
        "production_recommendation": (),
    }
    assert tables.keys() == keys.keys()
    for table, key in keys.items():
        if key:
            found_keys = [tuple(row[column] for column in key) for row in tables[table]]
            assert len(set(found_keys)) == len(found_keys), table
    assert found.recommendation.strategy == (STRATEGIES[name] if with_dev else "not ready")


def test_a_document_that_failed_is_reviewed_and_its_gold_is_never_seen(make_split: Callable[..., RunData]) -> None:
    entity = Entity.of("A", 0, 2)
    data = make_split([([entity], [(entity, 0.9)])] * 2, statuses=[Status.OK, Status.FAILED])
    found = analyse(data, None)
    assert found.entities[0].predicted == 1
    assert found.entities[0].unseen.value == 0.5
    assert found.documents[0].review == 1
