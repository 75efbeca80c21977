"""The schemes of SemEval-2013 by hand, and beside nervaluate 1.2.1.

Where entities do not overlap within gold nor within the predictions and both lists are sorted by position,
nervaluate is right in strict, exact and partial, and ours are equal. We differ, each shown below:

1. Nested or crossing entities: nervaluate takes the first free overlapping gold entity in list order, so that
   another order of the same entities gives other counts.
2. ``ent_type`` even on flat data: a prediction that touches two gold entities may take one that a later
   prediction needed, so again the order decides.
3. An overlap of less than 1% of the gold entity is none to nervaluate.
4. Repeated entities: nervaluate counts each, we count one.
5. By label, nervaluate looks at that label alone, so its ``incorrect`` is not the one of the whole. We give none.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from nervaluate import Evaluator

from tabib.core.spans import Entity
from tabib.metrics.matching import components, overlapping
from tabib.metrics.ner import Pair, partial_counts
from tabib.metrics.semeval import SCHEMES, Scheme, SchemeCounts, scheme_counts

THEIR_NAME = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}


def total(documents: Sequence[Pair], scheme: Scheme) -> SchemeCounts:
    return sum(scheme_counts(documents, scheme), SchemeCounts())


def nervaluate(documents: Sequence[tuple[Sequence[Entity], Sequence[Entity]]], scheme: Scheme) -> SchemeCounts:
    """Its counts; its ends are inclusive."""

    def rows(entities: Sequence[Entity]) -> list[dict[str, Any]]:
        return [{"label": e.label, "start": e.start, "end": e.end - 1} for e in entities]

    evaluator = Evaluator(
        [rows(gold) for gold, _ in documents],
        [rows(other) for _, other in documents],
        tags=list("ABC"),
        loader="dict",
    )
    result = evaluator.evaluate()["overall"][THEIR_NAME[scheme]]
    return SchemeCounts(result.correct, result.incorrect, result.partial, result.missed, result.spurious)


def flat_entities(rng: random.Random, length: int = 60) -> list[Entity]:
    """Disjoint entities in the order of the text."""
    cuts = sorted(rng.sample(range(length), 2 * rng.randint(0, 8)))
    return [Entity.of(rng.choice("ABC"), *cut) for cut in zip(cuts[::2], cuts[1::2], strict=True)]


def flat_documents(seed: int) -> list[tuple[list[Entity], list[Entity]]]:
    """Predictions are part gold, part gold under another label, part elsewhere."""
    rng = random.Random(seed)
    documents = []
    for _ in range(8):
        gold = flat_entities(rng)
        predicted: list[Entity] = []
        for entity in sorted([*flat_entities(rng), *rng.sample(gold, len(gold) // 2)], key=lambda e: e.start):
            if not predicted or entity.start >= predicted[-1].end:
                label = entity.label if rng.random() < 0.7 else rng.choice("ABC")
                predicted.append(Entity(label, entity.spans))
        documents.append((gold, predicted))
    return documents


A, B, C = (lambda start, end, label=label: Entity.of(label, start, end) for label in "ABC")

HAND_WORKED: list[tuple[str, Pair, dict[Scheme, SchemeCounts]]] = [
    (
        "right",
        ([A(0, 4)], [A(0, 4)]),
        dict.fromkeys(SCHEMES, SchemeCounts(correct=1)),
    ),
    (
        "right span, wrong label",
        ([A(0, 4)], [B(0, 4)]),
        {
            "strict": SchemeCounts(incorrect=1),
            "exact": SchemeCounts(correct=1),
            "partial": SchemeCounts(correct=1),
            "type": SchemeCounts(incorrect=1),
        },
    ),
    (
        "right label, overlapping span",
        ([A(0, 4)], [A(2, 6)]),
        {
            "strict": SchemeCounts(incorrect=1),
            "exact": SchemeCounts(incorrect=1),
            "partial": SchemeCounts(partial=1),
            "type": SchemeCounts(correct=1),
        },
    ),
    (
        "wrong label, overlapping span",
        ([A(0, 4)], [B(2, 6)]),
        {
            "strict": SchemeCounts(incorrect=1),
            "exact": SchemeCounts(incorrect=1),
            "partial": SchemeCounts(partial=1),
            "type": SchemeCounts(incorrect=1),
        },
    ),
    (
        "missed and spurious",
        ([A(0, 4)], [A(4, 8)]),
        dict.fromkeys(SCHEMES, SchemeCounts(missed=1, spurious=1)),
    ),
    (
        "one prediction over two gold entities",
        ([A(0, 4), B(5, 9)], [B(0, 9)]),
        {
            "strict": SchemeCounts(incorrect=1, missed=1),
            "exact": SchemeCounts(incorrect=1, missed=1),
            "partial": SchemeCounts(partial=1, missed=1),
            "type": SchemeCounts(correct=1, missed=1),
        },
    ),
]


@pytest.mark.parametrize(
    ("document", "expected"), [row[1:] for row in HAND_WORKED], ids=[r[0] for r in HAND_WORKED]
)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_by_hand_and_as_nervaluate(
    document: tuple[list[Entity], list[Entity]], expected: dict[Scheme, SchemeCounts], scheme: Scheme
) -> None:
    assert total([document], scheme) == expected[scheme] == nervaluate([document], scheme)


def test_precision_recall_and_f1_by_hand() -> None:
    counts = SchemeCounts(correct=3, incorrect=1, partial=2, missed=4, spurious=1)
    assert (counts.actual, counts.possible) == (7, 10)
    assert counts.precision == pytest.approx(4 / 7)
    assert counts.recall == pytest.approx(4 / 10)
    assert counts.f1 == pytest.approx(2 * (4 / 7) * 0.4 / (4 / 7 + 0.4))
    assert (SchemeCounts().precision, SchemeCounts().recall, SchemeCounts().f1) == (None, None, None)


@pytest.mark.parametrize("scheme", ["strict", "exact", "partial"])
@pytest.mark.parametrize("seed", range(40))
def test_equals_nervaluate_on_sorted_flat_data(seed: int, scheme: Scheme) -> None:
    documents = flat_documents(seed)
    assert total(documents, scheme) == nervaluate(documents, scheme)


def simple(document: tuple[list[Entity], list[Entity]]) -> bool:
    """No entity touches two of the other side."""
    groups = components(overlapping(*document), len(document[1]))
    return all(len(gold) == len(predicted) == 1 for gold, predicted in groups)


def test_type_equals_nervaluate_where_no_entity_touches_two() -> None:
    documents = [document for seed in range(200) for document in flat_documents(seed) if simple(document)]
    assert len(documents) > 100
    assert total(documents, "type") == nervaluate(documents, "type")


@pytest.mark.parametrize("seed", range(40))
def test_type_is_never_below_nervaluate(seed: int) -> None:
    # Most correct pairs first, then most pairs: no greedy order does better.
    for document in flat_documents(seed):
        ours, theirs = total([document], "type"), nervaluate([document], "type")
        assert (ours.correct, ours.incorrect) >= (theirs.correct, theirs.incorrect)


def test_difference_1_nested_entities_depend_on_nervaluates_order() -> None:
    gold, predicted = [A(0, 9), B(0, 3)], [C(0, 2), A(0, 9)]
    assert nervaluate([(gold, predicted)], "strict") == SchemeCounts(incorrect=2)
    assert nervaluate([(gold, predicted[::-1])], "strict") == SchemeCounts(correct=1, incorrect=1)
    for order in (predicted, predicted[::-1]):
        assert total([(gold, order)], "strict") == SchemeCounts(correct=1, incorrect=1)


def test_difference_2_type_depends_on_nervaluates_order_even_on_flat_data() -> None:
    gold, predicted = [A(0, 4), A(5, 9)], [A(1, 7), A(8, 12)]
    assert nervaluate([(gold, predicted)], "type") == SchemeCounts(correct=2)
    gold = [A(0, 3), A(5, 9)]
    predicted = [A(2, 8), A(8, 12)]  # the first is nearer to the second gold entity, which the other needs
    assert nervaluate([(gold, predicted)], "type") == SchemeCounts(correct=1, missed=1, spurious=1)
    assert nervaluate([(gold, predicted[::-1])], "type") == SchemeCounts(correct=2)
    for order in (predicted, predicted[::-1]):
        assert total([(gold, order)], "type") == SchemeCounts(correct=2)


def test_difference_3_nervaluate_takes_an_overlap_below_one_percent_for_none() -> None:
    document = ([A(0, 200)], [A(199, 210)])
    assert nervaluate([document], "type") == SchemeCounts(missed=1, spurious=1)
    assert total([document], "type") == SchemeCounts(correct=1)


def test_difference_4_repetitions_count_once() -> None:
    document = ([A(0, 4)], [A(0, 4), A(0, 4)])
    assert nervaluate([document], "strict") == SchemeCounts(correct=1, spurious=1)
    assert total([document], "strict") == SchemeCounts(correct=1)


def any_entities(rng: random.Random, n: int) -> list[Entity]:
    found = []
    for _ in range(n):
        cuts = sorted(rng.sample(range(25), rng.choice([2, 2, 4])))
        found.append(Entity(rng.choice("ABC"), tuple(zip(cuts[::2], cuts[1::2], strict=True))))
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("seed", range(20))
def test_nested_and_discontinuous_entities_in_any_order(seed: int, scheme: Scheme) -> None:
    rng = random.Random(seed)
    gold, predicted = any_entities(rng, 7), any_entities(rng, 7)
    counts = total([(gold, predicted)], scheme)
    assert counts == total([(rng.sample(gold, len(gold)), rng.sample(predicted, len(predicted)))], scheme)
    assert (counts.possible, counts.actual) == (len(set(gold)), len(set(predicted)))
    swapped = total([(predicted, gold)], scheme)  # gold and predictions play the same part
    assert (swapped.correct, swapped.missed, swapped.spurious) == (counts.correct, counts.spurious, counts.missed)


@pytest.mark.parametrize("seed", range(20))
def test_types_correct_pairs_are_partials_true_positives(seed: int) -> None:
    rng = random.Random(seed)
    document = (set(any_entities(rng, 9)), set(any_entities(rng, 9)))
    assert total([document], "type").correct == partial_counts([document], "ABC").tp[0, -1]
