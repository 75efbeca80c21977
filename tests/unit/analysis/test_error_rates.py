"""Shares of errors, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tabib.analysis.error_rates import NO_ERRORS, NOT_AN_ERROR, ErrorRates, error_rates
from tabib.analysis.errors import Boundary, ErrorClass, matches_of
from tabib.analysis.runs import RunData
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

MakeRun = Callable[..., RunData]
Documents = list[tuple[list[Entity], list[Entity]]]
A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")
EXACT, BOUNDARY, TYPE, BOTH, MISSED, SPURIOUS = ErrorClass

MIXED: Documents = [
    ([A(0, 4), A(5, 9), A(10, 14), A(15, 19)], [A(0, 4), A(5, 7), B(10, 14)]),
    ([B(0, 4)], [A(0, 3), B(5, 9)]),
]


def rates_of(run: RunData, resamples: int = 200) -> ErrorRates:
    return error_rates(matches_of(run), run.ids, Resampling(resamples))


def test_shares_by_hand(make_run: MakeRun) -> None:
    """One of each class: five errors, five gold and five predicted entities."""
    rates = rates_of(make_run(MIXED))
    assert (rates.gold, rates.predicted) == (5, 5)
    assert [row.n for row in rates.classes if row.boundary is None] == [1, 1, 1, 1, 1, 1]
    assert {row.of_errors.value for row in rates.classes if row.boundary is None} == {None, 0.2}
    assert rates.exact_rate.value == rates.partial_rate.value == 0.2
    assert rates.of(EXACT).of_errors.reason == NOT_AN_ERROR
    assert rates.of(SPURIOUS).of_gold.value is None
    assert rates.of(MISSED).of_predicted.value is None
    assert rates.exact_rate.low is not None


def test_boundary_errors_are_parted_and_counted_once(make_run: MakeRun) -> None:
    gold = [A(0, 4), A(10, 14), A(20, 24)]
    rates = rates_of(make_run([(gold, [A(0, 2), A(9, 15), A(22, 26)])]))
    assert [rates.of(BOUNDARY, boundary).n for boundary in Boundary] == [1, 1, 1]
    assert (rates.of(BOUNDARY).n, rates.gold, rates.predicted) == (3, 3, 3)
    assert rates.of(BOUNDARY, Boundary.UNDER).of_errors.value == pytest.approx(1 / 3)


def test_another_type_with_another_boundary_is_no_part_of_the_boundary_errors(make_run: MakeRun) -> None:
    rates = rates_of(make_run([([A(0, 4)], [B(0, 2)])]))
    assert (rates.of(BOTH).n, rates.of(BOUNDARY, Boundary.UNDER).n) == (1, 0)


def test_all_right(make_run: MakeRun) -> None:
    rates = rates_of(make_run([([A(0, 4)], [A(0, 4)])]))
    assert (rates.exact_rate.value, rates.partial_rate.value) == (1.0, 0.0)
    assert rates.of(MISSED).of_errors.reason == NO_ERRORS


@pytest.mark.parametrize(
    ("documents", "gold", "predicted"),
    [([([A(0, 4)], [])], 0.0, None), ([([], [A(0, 4)])], None, 0.0), ([([], [])], None, None), ([], None, None)],
    ids=["nothing predicted", "no gold", "neither", "no documents"],
)
def test_what_is_not_there_has_no_share(
    make_run: MakeRun, documents: Documents, gold: float | None, predicted: float | None
) -> None:
    exact = rates_of(make_run(documents)).of(EXACT)
    assert (exact.of_gold.value, exact.of_predicted.value) == (gold, predicted)


def test_a_table_and_json_have_every_class(make_run: MakeRun) -> None:
    rates = rates_of(make_run(MIXED), resamples=0)
    assert [(row["class"], row["boundary"]) for row in rates.rows()][:3] == [
        ("exact", None),
        ("boundary", None),
        ("boundary", "under"),
    ]
    assert rates.rows()[0]["of_errors"] is None
    assert rates.to_json()["classes"][-1]["of_predicted"] == {"value": 0.2}
