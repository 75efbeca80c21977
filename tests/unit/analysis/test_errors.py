"""Classes of errors, by hand; each entity is counted once; beside nervaluate and the task's own scores."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator

from tabib.analysis.errors import Boundary, ErrorClass, boundary_of, classify, matches_of
from tabib.analysis.runs import RunData
from tabib.core.predictions import Status
from tabib.core.spans import Entity
from tabib.metrics.ner import exact_counts, partial_counts

MakeRun = Callable[..., RunData]
A, B, C = (lambda start, end, label=label: Entity.of(label, start, end) for label in "ABC")
EXACT, BOUNDARY, TYPE, BOTH, MISSED, SPURIOUS = ErrorClass


def split(label: str, *spans: tuple[int, int]) -> Entity:
    return Entity(label, spans)


CASES: list[tuple[str, list[Entity], list[Entity], list[ErrorClass]]] = [
    ("right", [A(0, 4)], [A(0, 4)], [EXACT]),
    ("too short", [A(0, 20)], [A(0, 10)], [BOUNDARY]),
    ("other type", [A(0, 4)], [B(0, 4)], [TYPE]),
    ("other type and too long", [A(0, 4)], [B(0, 9)], [BOTH]),
    ("missed and spurious", [A(0, 4)], [A(4, 8)], [MISSED, SPURIOUS]),
    ("nothing predicted", [A(0, 4), B(0, 9)], [], [MISSED, MISSED]),
    ("no gold", [], [A(0, 4)], [SPURIOUS]),
    ("neither", [], [], []),
    ("exact repetitions are one", [A(0, 4), A(0, 4)], [A(0, 4), A(0, 4)], [EXACT]),
    ("same span, two types, one found", [A(0, 4), B(0, 4)], [B(0, 4)], [MISSED, EXACT]),
    ("same span, two types, one of them wrong", [A(0, 4), B(0, 4)], [B(0, 4), C(0, 4)], [EXACT, TYPE]),
    ("exact comes before boundary", [A(0, 9), A(0, 4)], [A(0, 4)], [EXACT, MISSED]),
    ("boundary comes before type", [A(0, 9), B(0, 4)], [B(0, 9)], [BOUNDARY, MISSED]),
    ("type comes before type and boundary", [A(0, 4), B(6, 9)], [C(0, 4), C(3, 9)], [TYPE, BOTH]),
    ("one prediction over two", [A(0, 4), A(5, 9)], [A(0, 9)], [BOUNDARY, MISSED]),
    ("two predictions in one", [A(0, 9)], [A(0, 4), A(5, 9)], [BOUNDARY, SPURIOUS]),
    ("only the inner one found", [A(0, 20), B(5, 9)], [B(5, 9)], [MISSED, EXACT]),
    ("a fragment of a discontinuous one", [split("A", (0, 4), (8, 12))], [A(0, 4)], [BOUNDARY]),
    ("in the gap of a discontinuous one", [split("A", (0, 4), (8, 12))], [A(5, 7)], [MISSED, SPURIOUS]),
    ("discontinuous, all fragments", [split("A", (0, 4), (8, 12))], [split("A", (0, 4), (8, 12))], [EXACT]),
]


@pytest.mark.parametrize(("gold", "predicted", "kinds"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_by_hand(gold: list[Entity], predicted: list[Entity], kinds: list[ErrorClass]) -> None:
    assert sorted(match.kind for match in classify("d", gold, predicted)) == sorted(kinds)


def test_of_two_partners_the_one_that_shares_more_is_taken() -> None:
    pair, alone = classify("d", [A(0, 4), A(5, 15)], [A(0, 15)])[::-1]
    assert (pair.gold, pair.kind, alone.gold, alone.kind) == (A(5, 15), BOUNDARY, A(0, 4), MISSED)


@pytest.mark.parametrize(
    ("predicted", "expected"),
    [
        (A(4, 6), Boundary.UNDER),
        (A(0, 12), Boundary.OVER),
        (A(0, 6), Boundary.SHIFTED),
        (split("A", (2, 4), (6, 10)), Boundary.UNDER),
        (split("A", (2, 10), (12, 14)), Boundary.OVER),
        (split("A", (2, 6), (6, 10)), Boundary.SHIFTED),
    ],
)
def test_how_boundaries_differ(predicted: Entity, expected: Boundary) -> None:
    assert boundary_of(A(2, 10), predicted) is expected


def test_a_span_over_the_gap_is_too_long_by_the_gap() -> None:
    assert boundary_of(split("A", (0, 2), (6, 8)), A(0, 8)) is Boundary.OVER


def test_only_unlike_spans_have_a_boundary_error() -> None:
    exact, other, both = classify("d", [A(0, 4), A(5, 9), A(10, 14)], [A(0, 4), B(5, 9), B(10, 12)])
    assert (exact.boundary, other.boundary, both.boundary) == (None, None, Boundary.UNDER)


def test_what_has_no_answer_has_missed_all(make_run: MakeRun) -> None:
    documents = [([A(0, 4)], [A(0, 4)])] * 3
    run = make_run(documents, statuses=[Status.FAILED, Status.UNPARSED, Status.TRUNCATED])
    assert [(match.document, match.kind) for match in matches_of(run)] == [
        ("d0", MISSED),
        ("d1", MISSED),
        ("d2", EXACT),
    ]


def test_a_match_as_json() -> None:
    (match,) = classify("d", [A(0, 4)], [B(0, 2)])
    assert match.to_json() == {
        "document": "d",
        "class": "type and boundary",
        "boundary": "under",
        "gold": {"label": "A", "spans": [[0, 4]]},
        "predicted": {"label": "B", "spans": [[0, 2]]},
    }


SPANS = st.lists(st.integers(0, 30), min_size=2, max_size=6, unique=True).map(
    lambda ends: tuple(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)
ENTITIES = st.lists(st.builds(Entity, st.sampled_from("ABC"), SPANS), max_size=9)


@settings(deadline=None, max_examples=80)
@given(ENTITIES, ENTITIES, st.randoms(use_true_random=False))
def test_every_entity_is_counted_once_in_any_order(
    gold: list[Entity], predicted: list[Entity], rng: random.Random
) -> None:
    """Nested, crossing, discontinuous, several types on one span: nothing is lost, nothing counts twice."""
    matches = classify("d", gold, predicted)
    assert Counter(match.gold for match in matches if match.gold) == Counter(set(gold))
    assert Counter(match.predicted for match in matches if match.predicted) == Counter(set(predicted))
    for match in matches:
        one, other = match.gold, match.predicted
        if one is not None and other is not None:
            assert one.overlap(other) > 0
            same = (one.label == other.label, one.spans == other.spans)
            assert match.kind == {(1, 1): EXACT, (1, 0): BOUNDARY, (0, 1): TYPE, (0, 0): BOTH}[same]
    rng.shuffle(gold)
    rng.shuffle(predicted)
    assert classify("d", gold, predicted) == matches


@settings(deadline=None, max_examples=60)
@given(ENTITIES, ENTITIES)
def test_exact_is_the_true_positives_and_no_pair_is_left_unmade(
    gold: list[Entity], predicted: list[Entity]
) -> None:
    matches = classify("d", gold, predicted)
    kinds = Counter(match.kind for match in matches)
    assert kinds[EXACT] == exact_counts([(set(gold), set(predicted))], "ABC").tp[0, -1]
    missed = [match.gold for match in matches if match.kind is MISSED]
    spurious = [match.predicted for match in matches if match.kind is SPURIOUS]
    assert not any(one.overlap(other) for one in missed for other in spurious if one and other)


def flat(rng: random.Random) -> list[Entity]:
    cuts = sorted(rng.sample(range(60), 2 * rng.randint(0, 8)))
    return [Entity.of(rng.choice("ABC"), *cut) for cut in zip(cuts[::2], cuts[1::2], strict=True)]


def nervaluate(documents: Sequence[tuple[Sequence[Entity], Sequence[Entity]]]) -> Any:
    """Its counts by scheme; its ends are inclusive."""

    def rows(entities: Sequence[Entity]) -> list[dict[str, Any]]:
        return [{"label": e.label, "start": e.start, "end": e.end - 1} for e in entities]

    sides = ([rows(document[side]) for document in documents] for side in (0, 1))
    return Evaluator(*sides, tags=list("ABC"), loader="dict").evaluate()["overall"]


@pytest.mark.parametrize("seed", range(5))
def test_counts_beside_nervaluate_on_flat_entities(seed: int) -> None:
    """Where no entity touches two of the other side, all counts agree; elsewhere those of identical spans do."""
    rng = random.Random(seed)
    documents, simple = [], []
    for _ in range(20):
        gold = flat(rng)
        kept = [Entity(rng.choice([e.label, "A"]), e.spans) for e in gold if rng.random() < 0.5]
        moved = sorted([*flat(rng), *kept], key=lambda e: e.start)
        predicted = [e for i, e in enumerate(moved) if all(e.start >= other.end for other in moved[:i])]
        documents.append((gold, predicted))
        if all(sum(e.overlap(o) > 0 for o in side) <= 1
               for one, side in ((gold, predicted), (predicted, gold)) for e in one):  # fmt: skip
            simple.append((gold, predicted))
    assert len(simple) > 3
    for chosen in (documents, simple):
        theirs = nervaluate(chosen)
        ours = Counter(match.kind for gold, predicted in chosen for match in classify("d", gold, predicted))
        assert ours[EXACT] == theirs["strict"].correct
        # No entity of the same label can be a partner of two: the boundary stage cannot take what TYPE needs.
        if chosen is simple:
            assert ours[EXACT] + ours[TYPE] == theirs["exact"].correct == theirs["partial"].correct
            assert ours[EXACT] + ours[BOUNDARY] == theirs["ent_type"].correct
            assert ours[TYPE] + ours[BOTH] == theirs["ent_type"].incorrect
            assert ours[BOUNDARY] + ours[BOTH] == theirs["partial"].partial
            assert (ours[MISSED], ours[SPURIOUS]) == (theirs["strict"].missed, theirs["strict"].spurious)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6))
def test_flat_exact_and_boundary_are_the_partial_true_positives(seed: int) -> None:
    rng = random.Random(seed)
    gold, predicted = flat(rng), flat(rng)
    kinds = Counter(match.kind for match in classify("d", gold, predicted))
    assert kinds[EXACT] + kinds[BOUNDARY] == partial_counts([(set(gold), set(predicted))], "ABC").tp[0, -1]
