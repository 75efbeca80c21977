"""The confusion of types, by hand; rows sum to gold and columns to predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.analysis.confusion import Confused, confuse
from tabib.analysis.runs import RunData
from tabib.core.spans import Entity

MakeRun = Callable[..., RunData]
A, B, C = (lambda start, end, label=label: Entity.of(label, start, end) for label in "ABC")


def test_by_hand(make_run: MakeRun) -> None:
    """A found, A taken for B over other limits, A missed, B spurious."""
    gold = [A(0, 4), A(5, 9), A(10, 14), B(20, 24)]
    found = confuse(make_run([(gold, [A(0, 4), B(5, 8), B(20, 24), B(30, 34)])]))
    assert found.names == ("A", "B", "NONE")
    assert found.counts == ((1, 1, 1), (0, 1, 0), (0, 1, 0))
    assert found.shares() == [[1 / 3, 1 / 3, 1 / 3], [0, 1, 0], [0, 1, None]]
    assert found.confused == (Confused("A", "B", 1, 1 / 3),)


def test_a_prediction_goes_with_what_it_covers_even_under_another_name(make_run: MakeRun) -> None:
    """By class it is a boundary error of A; here it is B that is called A."""
    found = confuse(make_run([([A(0, 2), B(3, 20)], [A(0, 20)])]))
    assert found.counts == ((0, 0, 1), (1, 0, 0), (0, 0, 0))


def test_the_most_frequent_types_of_gold_are_shown_and_the_others_together(make_run: MakeRun) -> None:
    gold = [C(0, 1), C(2, 3), B(4, 5), A(6, 7)]
    found = confuse(make_run([(gold, [C(0, 1), A(2, 3), B(4, 5), B(6, 7)])]), top=1)
    assert (found.names, found.others) == (("C", "OTHER", "NONE"), 2)
    assert found.counts == ((1, 1, 0), (0, 2, 0), (0, 0, 0))
    assert [(row.gold, row.predicted) for row in found.confused] == [("A", "B"), ("C", "A")]


def test_equally_frequent_types_come_by_name_and_unused_ones_not_at_all(make_run: MakeRun) -> None:
    assert confuse(make_run([([B(0, 1), A(2, 3)], [])], labels=("A", "B", "C"))).types == ("A", "B")


def test_a_type_may_be_called_none(make_run: MakeRun) -> None:
    found = confuse(make_run([([Entity.of("NONE", 0, 1)], [])]))
    assert found.names == ("NONE", "NONE_")
    assert found.matrix_rows()[0] == {"gold": "NONE", "NONE": 0, "NONE_": 1}


@pytest.mark.parametrize("documents", [[([], [])], [([], []), ([], [])]])
def test_without_entities_there_is_nothing_to_confuse(make_run: MakeRun, documents: list[object]) -> None:
    found = confuse(make_run(documents))
    assert (found.names, found.counts, found.shares(), found.confused) == (("NONE",), ((0,),), [[None]], ())


def test_at_least_one_type_is_asked_for(make_run: MakeRun) -> None:
    with pytest.raises(ValueError, match="at least one type"):
        confuse(make_run([([], [])]), top=0)


ENTITIES = st.lists(
    st.builds(
        lambda label, start, length: Entity.of(label, start, start + length),
        st.sampled_from("ABCD"),
        st.integers(0, 20),
        st.integers(1, 8),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(documents=st.lists(st.tuples(ENTITIES, ENTITIES), max_size=3), top=st.integers(1, 4))
def test_rows_sum_to_gold_and_columns_to_predictions(
    make_run: MakeRun, documents: list[tuple[list[Entity], list[Entity]]], top: int
) -> None:
    found = confuse(make_run(documents), top)
    gold, predicted = (
        Counter(entity.label for document in documents for entity in set(document[side])) for side in (0, 1)
    )
    rows = {name: sum(row) for name, row in zip(found.names, found.counts, strict=True)}
    columns = {
        name: sum(column) for name, column in zip(found.names, zip(*found.counts, strict=True), strict=True)
    }
    for label in found.types:
        assert (rows[label], columns[label]) == (gold[label], predicted[label])
    assert sum(rows.values()) - rows["NONE"] == gold.total()
    assert sum(columns.values()) - columns["NONE"] == predicted.total()
