"""Scores by type and tier, worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from scipy.stats import spearmanr
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from tabib.analysis import types
from tabib.analysis.runs import RunData
from tabib.analysis.types import NO_SUPPORT, NO_TRAIN_COUNTS, Thresholds, TypeAnalysis, TypeScores
from tabib.core.errors import ConfigError
from tabib.core.spans import Entity, Span
from tabib.core.tags import spans_to_tags
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

MakeRun = Callable[..., RunData]
FEW = Resampling(200)
A, B, C = (lambda start, end, label=label: Entity.of(label, start, end) for label in "ABC")


def analyse_types(
    data: RunData, thresholds: Thresholds | None = None, resampling: Resampling = FEW
) -> TypeAnalysis:
    return types.analyse_types(data, thresholds or Thresholds(), resampling)


def row_of(analysis: TypeAnalysis, label: str) -> TypeScores:
    return next(row for row in analysis.types if row.label == label)


def test_a_type_by_hand(make_run: MakeRun) -> None:
    data = make_run([([A(0, 4), A(5, 9)], [A(0, 4), A(10, 12)]), ([A(0, 2), B(3, 4)], [A(0, 2)])])
    row = row_of(analyse_types(data), "A")
    assert (row.support, row.predicted, row.correct) == (3, 3, 2)
    assert (row.precision.value, row.recall.value, row.f1.value) == (2 / 3, 2 / 3, pytest.approx(2 / 3))
    assert row.f1.low is not None
    assert row.f1.low <= 2 / 3 <= (row.f1.high or 0)


def test_numbers_and_intervals_are_those_of_the_scores(make_run: MakeRun) -> None:
    rng = random.Random(0)

    def entities(n: int) -> list[Entity]:
        return [Entity.of(rng.choice("AB"), i, i + 1) for i in range(n)]

    data = make_run([(entities(6), entities(5)) for _ in range(12)])
    scores = get_task("ner_span").score(data.references, data.predictions, data.record.labels, FEW)
    analysis = analyse_types(data)
    for row in analysis.types:
        assert row.f1 == scores.per_label[row.label]["exact_f1"]
    assert analysis.overall.f1 == scores.metrics["exact_f1"]
    assert analysis.overall.f1_macro == scores.metrics["exact_f1_macro"]


def test_flat_entities_of_whole_words_score_as_in_seqeval(make_run: MakeRun) -> None:
    rng = random.Random(1)
    words: list[Span] = [(3 * i, 3 * i + 2) for i in range(30)]

    def flat() -> list[Entity]:
        cuts = sorted(rng.sample(range(30), 12))
        return [
            Entity.of(rng.choice("ABC"), words[first][0], words[last - 1][1])
            for first, last in zip(cuts[::2], cuts[1::2], strict=True)
        ]

    documents = []
    for _ in range(8):
        gold = flat()
        kept = [Entity(rng.choice([e.label, "A"]), e.spans) for e in gold if rng.random() < 0.7]
        documents.append((gold, kept if rng.random() < 0.7 else flat()))
    tags = [[list(spans_to_tags(words, side)[0]) for side in document] for document in documents]
    theirs = classification_report(
        [gold for gold, _ in tags], [other for _, other in tags],
        mode="strict", scheme=IOB2, output_dict=True, zero_division=0,
    )  # fmt: skip
    analysis = analyse_types(make_run(documents), resampling=Resampling(0))
    for row in analysis.types:
        assert row.f1.value == pytest.approx(theirs[row.label]["f1-score"])
        assert row.support == theirs[row.label]["support"]
    assert analysis.overall.f1.value == pytest.approx(theirs["micro avg"]["f1-score"])


def test_a_type_without_support_is_not_zero(make_run: MakeRun) -> None:
    """Its false positive still lowers the micro precision."""
    analysis = analyse_types(make_run([([A(0, 4)], [A(0, 4), B(5, 9)])]))
    row = row_of(analysis, "B")
    assert (row.f1.value, row.precision.value, row.f1.reason) == (None, None, NO_SUPPORT)
    assert (row.support, row.predicted, row.correct) == (0, 1, 0)
    assert analysis.overall.precision.value == 0.5
    assert analysis.overall.f1_macro.value == 1.0
    assert analysis.types[-1].label == "B"


def test_types_come_by_falling_f1_then_support_then_name(make_run: MakeRun) -> None:
    gold = [C(0, 1), B(2, 3), B(4, 5), A(6, 7)]
    analysis = analyse_types(make_run([(gold, [A(6, 7)])], labels=("A", "B", "C", "D")))
    assert [row.label for row in analysis.types] == ["A", "B", "C", "D"]
    assert [row.f1.value for row in analysis.types] == [1.0, 0.0, 0.0, None]


def test_tiers_come_from_train_alone(make_run: MakeRun) -> None:
    """B is the most frequent type of test and the rarest of train; C was never seen in train."""
    gold = [A(0, 1), B(2, 3), B(4, 5), B(6, 7), C(8, 9)]
    data = make_run([(gold, [A(0, 1), B(2, 3)])], train_counts={"A": 50, "B": 2}, labels=("A", "B", "C"))
    analysis = analyse_types(data, Thresholds(rare_below=3, frequent_above=40))
    assert {row.label: (row.tier, row.train) for row in analysis.types} == {
        "A": ("frequent", 50),
        "B": ("rare", 2),
        "C": ("rare", 0),
    }
    frequent, rare = analysis.tiers
    assert (frequent.tier, frequent.types, frequent.f1.value) == ("frequent", 1, 1.0)
    assert (rare.tier, rare.types, rare.scored, rare.support, rare.correct) == ("rare", 2, 2, 4, 1)
    assert rare.f1.value == pytest.approx(2 * 1 / (4 + 1))
    assert rare.f1_macro.value == pytest.approx((2 * 1 / (3 + 1) + 0) / 2)


@pytest.mark.parametrize(("train", "tier"), [(99, "rare"), (100, "medium"), (1000, "medium"), (1001, "frequent")])
def test_limits_of_the_tiers(train: int, tier: str) -> None:
    assert Thresholds().tier(train) == tier


def test_tiers_without_a_middle_may_touch_and_not_cross() -> None:
    assert Thresholds(10, 9).tier(9) == "rare"
    assert Thresholds(10, 9).tier(10) == "frequent"
    with pytest.raises(ConfigError, match="rare below 10 and frequent above 8"):
        Thresholds(10, 8)


def test_without_train_counts_there_are_no_tiers_and_the_reason_is_said(make_run: MakeRun) -> None:
    analysis = analyse_types(make_run([([A(0, 4)], [A(0, 4)])]))
    assert (analysis.tiers, analysis.no_tiers) == ((), NO_TRAIN_COUNTS)
    assert (analysis.types[0].tier, analysis.types[0].train) == (None, None)
    assert (analysis.frequency.value, analysis.frequency.reason) == (None, NO_TRAIN_COUNTS)


def test_frequency_against_f1_is_spearmans_correlation(make_run: MakeRun) -> None:
    labels = "ABCDE"
    gold = [Entity.of(label, 10 * i + j, 10 * i + j + 1) for i, label in enumerate(labels) for j in range(4)]
    right = dict(zip(labels, (4, 1, 3, 3, 0), strict=True))
    predicted = [e for i, label in enumerate(labels) for e in gold[4 * i : 4 * i + right[label]]]
    train = dict(zip(labels, (90, 20, 20, 50, 1), strict=True))
    data = make_run([(gold, predicted), (gold, predicted)], train_counts=train, labels=tuple(labels))
    analysis = analyse_types(data)
    f1 = [row_of(analysis, label).f1.value for label in labels]
    assert analysis.frequency.value == pytest.approx(spearmanr(f1, list(train.values())).statistic)


def test_frequency_is_undefined_where_nothing_varies_or_few_types_are_there(make_run: MakeRun) -> None:
    gold = [A(0, 1), B(2, 3), C(4, 5)]
    equal = make_run([(gold, gold)], train_counts={"A": 1, "B": 2, "C": 3})
    few = make_run([(gold[:2], gold)], train_counts={"A": 1, "B": 2, "C": 3})
    assert "same for all types" in analyse_types(equal).frequency.reason
    assert "2 types with gold" in analyse_types(few).frequency.reason


@pytest.mark.parametrize(
    ("documents", "f1", "precision"),
    [
        ([([A(0, 4)], []), ([B(0, 4)], [])], 0.0, None),
        ([([A(0, 4), B(5, 6)], [A(0, 4), B(5, 6)])], 1.0, 1.0),
        ([([A(0, 4)], [B(0, 4)])], 0.0, 0.0),
    ],
    ids=["nothing predicted", "all right, one document", "all wrong"],
)
def test_extremes(
    make_run: MakeRun, documents: list[tuple[list[Entity], list[Entity]]], f1: float, precision: float | None
) -> None:
    overall = analyse_types(make_run(documents, train_counts={})).overall
    assert (overall.f1.value, overall.precision.value) == (f1, precision)


def test_tables_and_json_hold_every_number_and_no_zero_for_none(make_run: MakeRun) -> None:
    analysis = analyse_types(make_run([([A(0, 4)], [A(0, 4), B(1, 2)])], train_counts={"A": 7}))
    first, last = analysis.type_rows()
    assert (first["label"], first["train"], first["f1"], first["f1_low"]) == ("A", 7, 1.0, None)
    assert (last["label"], last["f1"], last["reason"]) == ("B", None, NO_SUPPORT)
    assert [row["tier"] for row in analysis.tier_rows()] == ["rare", "all"]
    assert analysis.to_json()["types"][1]["f1"] == {"value": None, "reason": NO_SUPPORT}


def test_the_gap_between_tiers_by_hand(make_run: MakeRun) -> None:
    """A is frequent: 2 of 2 right, F1 1. B is rare: 1 of 2 found, F1 2/3. The gap is 1/3."""
    data = make_run(
        [([A(0, 4), B(5, 9)], [A(0, 4), B(5, 9)]), ([A(0, 2), B(3, 4)], [A(0, 2)])], train_counts={"A": 9, "B": 1}
    )
    analysis = analyse_types(data, Thresholds(rare_below=2, frequent_above=5))
    gap = analysis.gaps["frequent", "rare"]
    assert gap.value == pytest.approx(1 / 3)
    assert gap.low is not None
    assert gap.low == pytest.approx(0), "a resample of the first document only has no gap"
    assert (gap.high or 0) == pytest.approx(1), "one of the second only finds no B"
    row = analysis.number_rows()[1]
    assert (row["name"], row["value"]) == ("f1_frequent_minus_rare", gap.value)


def test_without_tiers_there_is_no_gap(make_run: MakeRun) -> None:
    assert not analyse_types(make_run([([A(0, 4)], [A(0, 4)])])).gaps
