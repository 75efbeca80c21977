"""Entity by entity and document by document: counts worked out by hand, and what must hold of any of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.analysis.judged import judge
from tabib.analysis.production.documents import document_outcomes
from tabib.analysis.production.outcomes import outcomes
from tabib.analysis.production.split import split_entities
from tabib.analysis.runs import RunData
from tabib.analysis.thresholds import THRESHOLDS, threshold_table
from tabib.core.predictions import Status
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling

MakeSplit = Callable[..., RunData]
NONE = Resampling(0)


def a(start: int, end: int = 0) -> Entity:
    return Entity.of("A", start, end or start + 2)


def b(start: int) -> Entity:
    return Entity.of("B", start, start + 2)


# d0: sure and right, unsure and right, and sure of the wrong type; one gold entity that nothing overlaps.
# d1: one sure and right entity. d2: nothing predicted, one gold entity.
THREE = [
    ([a(0), a(10), b(20), b(30)], [(a(0), 0.95), (a(10), 0.6), (a(20), 0.9)]),
    ([a(0)], [(a(0), 0.9)]),
    ([a(0)], []),
]


def test_what_goes_through_and_what_becomes_of_the_gold(make_split: MakeSplit) -> None:
    low, high = outcomes(split_entities(make_split(THREE)), (0.5, 0.92), NONE)
    assert (low.predicted, low.auto_coded, low.review, low.right, low.wrong) == (4, 4, 0, 3, 1)
    assert (low.automation.value, low.precision.value, low.recall.value) == (1.0, 0.75, 0.5)
    # Of 6 gold entities 3 are coded, b(20) lies under a wrong entity that nobody looks at, 2 are never touched.
    assert (low.pointed.value, low.hidden.value, low.unseen.value) == pytest.approx((0, 1 / 6, 2 / 6))
    assert low.wrong_per_document.value == pytest.approx(1 / 3)

    assert (high.auto_coded, high.review, high.right, high.wrong) == (1, 3, 1, 0)
    # A reader of the three others is pointed at a(10), b(20) and a(0) of d1.
    assert (high.pointed.value, high.hidden.value, high.unseen.value) == pytest.approx((3 / 6, 0, 2 / 6))
    assert high.review_per_document.value == 1.0


def test_gold_under_a_reviewed_entity_is_pointed_at_even_where_another_one_was_coded(
    make_split: MakeSplit,
) -> None:
    data = make_split([([a(0, 10)], [(a(0, 4), 0.9), (a(5, 9), 0.2)])])
    (row,) = outcomes(split_entities(data), (0.5,), NONE)
    assert (row.pointed.value, row.hidden.value) == (1.0, 0.0)


def test_rates_are_those_of_the_table_of_thresholds(make_split: MakeSplit) -> None:
    data = make_split(THREE * 3)
    found = outcomes(split_entities(data), THRESHOLDS, Resampling(200, 3))
    table = threshold_table(judge(data.references, data.predictions), THRESHOLDS, Resampling(200, 3))
    for row, wanted in zip(found, table, strict=True):
        assert (row.automation, row.precision, row.recall) == (wanted.coverage, wanted.precision, wanted.recall)


def test_types_that_are_not_coded_go_to_review_whatever_their_confidence(make_split: MakeSplit) -> None:
    split = split_entities(make_split([([a(0), b(4)], [(a(0), 0.9), (b(4), 1.0)])]))
    (row,) = outcomes(split.only(["A"]), (0.0,), NONE)
    assert (row.auto_coded, row.review, row.automation.value, row.recall.value) == (1, 1, 0.5, 0.5)
    (none,) = outcomes(split.only([]), (0.0,), NONE)
    assert (none.auto_coded, none.automation.value, none.precision.value) == (0, 0.0, None)


# Documents ------------------------------------------------------------------------------------------------


def test_a_document_is_coded_if_all_that_is_predicted_in_it_is_sure(make_split: MakeSplit) -> None:
    low, high = document_outcomes(split_entities(make_split(THREE)), (0.6, 0.8), NONE)
    # At 0.6 d0 (a wrong entity, and a missed one beside the mistyped) and d1; at 0.8 d1. d2 has nothing to trust.
    assert (low.documents, low.auto_coded, low.review, low.right, low.missed) == (3, 2, 1, 1, 2)
    assert (low.automation.value, low.entirely_right.value) == (pytest.approx(2 / 3), 0.5)
    assert (low.precision.value, low.recall.value, low.unseen.value) == (3 / 4, 3 / 5, 2 / 6)
    assert (high.auto_coded, high.right, high.missed) == (1, 1, 0)
    # Entity by entity d0 leaves one for a reader at 0.8: shares 2/3 and 1, of the documents with predictions.
    assert high.share_auto_coded.value == pytest.approx((2 / 3 + 1) / 2)
    assert (high.review_median, high.review_p90, high.review_max) == (0.0, pytest.approx(0.8), 1)


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNPARSED, Status.TRUNCATED])
def test_a_document_that_was_not_read_whole_goes_to_a_reader(make_split: MakeSplit, status: Status) -> None:
    data = make_split([([a(0)], [(a(0), 1.0)])], statuses=[status])
    (row,) = document_outcomes(split_entities(data), (0.5,), NONE)
    assert (row.auto_coded, row.review, row.entirely_right.value) == (0, 1, None)


def test_a_right_document_has_no_missed_entity(make_split: MakeSplit) -> None:
    (row,) = document_outcomes(split_entities(make_split([([a(0), a(4)], [(a(0), 1.0)])])), (0.5,), NONE)
    assert (row.auto_coded, row.right, row.missed, row.precision.value) == (1, 0, 1, 1.0)


@pytest.mark.parametrize(
    ("documents", "automation"),
    [([], None), ([([a(0)], [])], 0.0), ([([a(0)], [(a(0), None)])], None)],
    ids=["no documents", "nothing predicted", "no confidences"],
)
def test_what_is_undefined_is_none_with_a_reason(
    make_split: MakeSplit, documents: list[object], automation: float | None
) -> None:
    split = split_entities(make_split(documents))
    (entity,), (document,) = (
        outcomes(split, (0.5,), Resampling(20)),
        document_outcomes(split, (0.5,), Resampling(20)),
    )
    assert document.automation.value == automation
    for score in (entity.automation, entity.precision, document.entirely_right, document.share_auto_coded):
        assert score.value is None
        assert score.reason


# Whatever is predicted ------------------------------------------------------------------------------------

_entities = st.builds(lambda label, start, n: Entity.of(label, start, start + n), st.sampled_from("AB"),
                      st.integers(0, 8), st.integers(1, 3))  # fmt: skip
_confidences = st.none() | st.sampled_from([0.0, 0.3, 0.5, 0.85, 1.0])
_documents = st.lists(
    st.tuples(st.lists(_entities, max_size=4), st.lists(st.tuples(_entities, _confidences), max_size=4)),
    max_size=4,
)


@given(_documents)
@settings(max_examples=60, deadline=None)
def test_counts_add_up_and_automation_falls_with_the_threshold(
    make_split: MakeSplit, documents: list[object]
) -> None:
    split = split_entities(make_split(documents))
    rows, whole = outcomes(split, (0.0, *THRESHOLDS), NONE), document_outcomes(split, (0.0, *THRESHOLDS), NONE)
    for row in rows:
        assert row.auto_coded + row.review == row.predicted
        assert row.right + row.wrong == row.auto_coded
        fates = (row.pointed.value, row.hidden.value, row.unseen.value)
        if split.judged.gold:
            assert row.right / split.judged.gold + sum(fates) == pytest.approx(1)  # type: ignore[arg-type]
        else:
            assert fates == (None, None, None)
    for document in whole:
        assert document.auto_coded + document.review == document.documents
        assert document.right <= document.auto_coded
    for counts in ([row.auto_coded for row in rows], [row.auto_coded for row in whole]):
        assert counts == sorted(counts, reverse=True)
    assert len({row.unseen.value for row in rows}) == 1, "no threshold brings back what was never predicted"
