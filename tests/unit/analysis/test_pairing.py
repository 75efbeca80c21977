"""Partners by what entities share, whatever the order in which they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tabib.analysis.pairing import by_largest_overlap, most_pairs
from tabib.analysis.runs import in_text_order
from tabib.core.spans import Entity

A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")


def any_pair(_: Entity, __: Entity) -> bool:
    return True


def test_the_largest_overlap_goes_first() -> None:
    """A prediction over two gold entities belongs to the one that it covers more of."""
    assert by_largest_overlap([A(0, 4), A(5, 20)], [A(0, 18)]) == [(1, 0)]


def test_of_equal_overlaps_the_tighter_pair_goes_first_then_the_same_label_then_the_earlier() -> None:
    assert by_largest_overlap([A(0, 20), B(5, 15)], [A(5, 15)]) == [(1, 0)]
    assert by_largest_overlap([B(5, 15), A(5, 15)], [A(5, 15)]) == [(1, 0)]
    assert by_largest_overlap([A(0, 4), A(6, 10)], [B(0, 10)]) == [(0, 0)]


def test_a_gap_is_not_shared() -> None:
    split = Entity("A", ((0, 2), (8, 10)))
    assert by_largest_overlap([split], [A(3, 7)]) == []
    assert by_largest_overlap([split, B(3, 7)], [A(0, 8)]) == [(1, 0)]


def test_most_pairs_come_before_most_characters() -> None:
    """By largest overlap the long prediction would go with the long gold, and two entities stay alone."""
    gold, predicted = [A(0, 10), A(12, 14)], [A(0, 3), A(5, 14)]
    assert by_largest_overlap(gold, predicted) == [(0, 1)]
    assert most_pairs(gold, predicted, any_pair) == [(0, 0), (1, 1)]


def test_of_as_many_pairs_those_with_most_characters_are_taken() -> None:
    assert most_pairs([A(0, 10)], [A(0, 2), A(3, 9), A(9, 10)], any_pair) == [(0, 1)]


def test_only_what_fits_and_overlaps_is_paired() -> None:
    assert most_pairs([A(0, 4)], [B(0, 4), A(4, 8)], lambda one, other: one.label == other.label) == []


ENTITY = st.builds(
    lambda label, start, length, gap, more: Entity(
        label,
        ((start, start + length),)
        if more == 0
        else ((start, start + length), (start + length + gap, start + length + gap + more)),
    ),
    st.sampled_from("ABC"),
    st.integers(0, 25),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(0, 3),
)
ENTITIES = st.lists(ENTITY, max_size=8).map(lambda entities: in_text_order(set(entities)))


@given(ENTITIES, ENTITIES)
def test_pairs_are_one_to_one_and_overlap(gold: list[Entity], predicted: list[Entity]) -> None:
    greedy, most = by_largest_overlap(gold, predicted), most_pairs(gold, predicted, any_pair)
    for pairs in (greedy, most):
        assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
        assert all(gold[i].overlap(predicted[j]) for i, j in pairs)
    assert len(greedy) <= len(most)


@given(ENTITIES, ENTITIES)
def test_every_exact_match_is_aligned_with_itself(gold: list[Entity], predicted: list[Entity]) -> None:
    aligned = {(gold[i], predicted[j]) for i, j in by_largest_overlap(gold, predicted)}
    assert {(entity, entity) for entity in set(gold) & set(predicted)} <= aligned
