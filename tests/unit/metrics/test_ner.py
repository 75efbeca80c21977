"""Entity counts worked out by hand, nested and discontinuous entities among them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tabib.core.spans import Entity
from tabib.metrics.counts import Counts, score_counts
from tabib.metrics.ner import Pair, boundary_counts, exact_counts, partial_counts

LABELS = ("CHEM", "DISO")


def chem(start: int, end: int) -> Entity:
    return Entity.of("CHEM", start, end)


def diso(*spans: tuple[int, int]) -> Entity:
    return Entity("DISO", spans)


DOCUMENT: Pair = (
    # Nested: CHEM inside DISO; discontinuous DISO; a CHEM apart.
    {diso((0, 20)), chem(5, 9), diso((30, 34), (40, 44)), chem(50, 55)},
    # Right; wrong label on the right span; one fragment only; too long by one; out of nothing.
    {diso((0, 20)), diso((5, 9)), diso((30, 34)), chem(50, 56), chem(70, 75)},
)


def counted(counts: Counts) -> dict[str, tuple[int, int, int]]:
    """label → (tp, fp, fn), summed over documents; ``all`` is micro."""
    columns = zip(
        (*counts.labels, "all"), counts.tp.sum(axis=0), counts.fp.sum(axis=0), counts.fn.sum(axis=0), strict=True
    )
    return {name: (int(tp), int(fp), int(fn)) for name, tp, fp, fn in columns}


def test_exact_needs_label_and_all_fragments() -> None:
    assert counted(exact_counts([DOCUMENT], LABELS)) == {"CHEM": (0, 2, 2), "DISO": (1, 2, 1), "all": (1, 4, 3)}


def test_partial_needs_label_and_one_common_character() -> None:
    # DISO: (0,20)-(0,20) and the fragment; the second DISO at (5,9) has no gold left. CHEM: (50,55)-(50,56).
    assert counted(partial_counts([DOCUMENT], LABELS)) == {"CHEM": (1, 1, 1), "DISO": (2, 1, 0), "all": (3, 2, 1)}


def test_boundary_ignores_the_label() -> None:
    # (0,20) and (5,9) are there. By label: gold CHEM (5,9) is found, predicted DISO (5,9) is right.
    counts = boundary_counts([DOCUMENT], LABELS)
    assert counts.found.tolist() == [[1, 1, 2]]
    assert counts.right.tolist() == [[0, 2, 2]]
    assert counts.gold.tolist() == [[2, 2, 4]]
    assert counts.predicted.tolist() == [[2, 3, 5]]


def test_boundary_pairs_one_to_one_over_all_labels() -> None:
    # Two gold labels on one span, one prediction: one pair. By label both gold entities are found.
    counts = boundary_counts([({chem(0, 4), diso((0, 4))}, {chem(0, 4)})], LABELS)
    assert counts.right[0, -1] == 1
    assert counts.found.tolist() == [[1, 1, 1]]


def test_boundary_counts_every_pair_on_one_span() -> None:
    # Two gold and two predicted labels on one span are two pairs, not one.
    pair = {chem(0, 4), diso((0, 4))}
    assert boundary_counts([(pair, pair)], LABELS).right[0, -1] == 2


def test_partial_pairs_one_to_one() -> None:
    gold, predicted = {chem(0, 10)}, {chem(0, 3), chem(4, 7)}
    assert counted(partial_counts([(gold, predicted)], LABELS))["all"] == (1, 1, 0)
    assert counted(partial_counts([(predicted, gold)], LABELS))["all"] == (1, 0, 1)


def test_partial_finds_pairs_that_taking_exact_ones_first_would_miss() -> None:
    # Exact first pairs (0,10) with itself and leaves (0,3) and (5,8) alone.
    document = ({chem(0, 10), chem(0, 3)}, {chem(0, 10), chem(5, 8)})
    assert counted(partial_counts([document], LABELS))["all"] == (2, 0, 0)


def test_a_gap_of_a_discontinuous_entity_is_not_part_of_it() -> None:
    assert counted(partial_counts([({diso((0, 4), (8, 12))}, {diso((5, 7))})], LABELS))["all"] == (0, 1, 1)
    assert counted(partial_counts([({diso((0, 4), (8, 12))}, {diso((11, 20))})], LABELS))["all"] == (1, 0, 0)


def test_rates_by_hand() -> None:
    metrics, per_label = score_counts({"exact_": exact_counts([DOCUMENT], LABELS)}, resamples=0, seed=0)
    assert metrics["exact_precision"].value == pytest.approx(1 / 5)
    assert metrics["exact_recall"].value == pytest.approx(1 / 4)
    assert metrics["exact_f1"].value == pytest.approx(2 / 9)
    assert per_label["DISO"]["exact_f1"].value == pytest.approx(2 / 5)
    assert per_label["CHEM"]["exact_f1"].value == 0.0
    assert metrics["exact_f1_macro"].value == pytest.approx((2 / 5 + 0) / 2)


def test_boundary_rates_by_label_are_of_each_side() -> None:
    _, per_label = score_counts({"": boundary_counts([DOCUMENT], LABELS)}, resamples=0, seed=0)
    assert per_label["DISO"]["precision"].value == pytest.approx(2 / 3)
    assert per_label["DISO"]["recall"].value == pytest.approx(1 / 2)
    assert per_label["DISO"]["f1"].value == pytest.approx(4 / 7)  # harmonic mean of 2/3 and 1/2


def test_macro_is_over_labels_with_gold() -> None:
    # GENE is predicted and not in gold: it lowers micro precision and has F1 0 itself, but is not in the mean.
    document = ({chem(0, 4)}, {chem(0, 4), Entity.of("GENE", 6, 8)})
    metrics, per_label = score_counts({"": exact_counts([document], ("CHEM", "DISO", "GENE"))}, 0, 0)
    assert metrics["f1_macro"].value == 1.0
    assert metrics["f1"].value == pytest.approx(2 / 3)
    assert per_label["GENE"]["f1"].value == 0.0
    assert per_label["GENE"]["recall"].reason == "no gold"
    assert per_label["DISO"]["f1"].reason == "neither gold nor predictions"


COUNTERS = [exact_counts, partial_counts, boundary_counts]


@pytest.mark.parametrize("counter", COUNTERS)
def test_nothing_predicted_leaves_precision_undefined_and_f1_zero(counter: Callable[..., Counts]) -> None:
    metrics, _ = score_counts({"": counter([({chem(0, 4)}, set())], LABELS)}, 0, 0)
    assert metrics["precision"].reason == "nothing was predicted"
    assert (metrics["recall"].value, metrics["f1"].value) == (0.0, 0.0)


@pytest.mark.parametrize("counter", COUNTERS)
def test_no_gold_leaves_recall_and_macro_undefined(counter: Callable[..., Counts]) -> None:
    metrics, _ = score_counts({"": counter([(set(), {chem(0, 4)})], LABELS)}, 0, 0)
    assert metrics["recall"].reason == "no gold"
    assert metrics["f1_macro"].reason == "no label has gold"
    assert (metrics["precision"].value, metrics["f1"].value) == (0.0, 0.0)


def test_intervals_hold_the_value_and_come_from_documents() -> None:
    right: Pair = ({chem(0, 4)}, {chem(0, 4)})
    wrong: Pair = ({chem(0, 4)}, {chem(1, 4)})
    metrics, _ = score_counts({"": exact_counts([right] * 60 + [wrong] * 40, LABELS)}, resamples=2000, seed=0)
    score = metrics["f1"]
    assert score.low is not None
    assert score.high is not None
    # F1 is here the share of right documents: 0.6 ± 1.96 · sqrt(0.24 / 100).
    assert score.low == pytest.approx(0.6 - 0.096, abs=0.02)
    assert score.high == pytest.approx(0.6 + 0.096, abs=0.02)
