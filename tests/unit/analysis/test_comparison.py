"""Models over seeds on the same documents, worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tabib.analysis.comparison import NOT_FOUND, ONE_MODEL, Comparison, compare
from tabib.analysis.models import NO_RARE, NO_TRAIN_COUNTS, group_models
from tabib.analysis.runs import RunData
from tabib.analysis.types import NO_SUPPORT, Thresholds
from tabib.core.errors import RecordError
from tabib.core.predictions import Status
from tabib.core.spans import Entity
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

MakeRun = Callable[..., RunData]
FEW = Resampling(200)
A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")
GOLD = [[A(0, 1), A(2, 3)], [A(0, 1), B(4, 5)], [B(0, 1)]]


def compared(runs: Sequence[RunData], **options: object) -> Comparison:
    return compare(group_models(runs), Thresholds(), FEW, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def says(make_run: MakeRun) -> MakeRun:
    """A run on ``GOLD`` of a model that finds the first ``n`` entities of each document."""

    def make(name: str, n: int, seed: int = 42, **changes: object) -> RunData:
        documents = [(gold, gold[:n]) for gold in GOLD]
        changes = {"train_counts": {"A": 500, "B": 3}} | changes
        return make_run(documents, name=name, seed=seed, identity=f"{seed}" * 32, **changes)

    return make


def test_a_line_is_the_mean_over_seeds(says: MakeRun) -> None:
    """One seed finds 3 of 5 entities and nothing else (F1 0.75), the other one all of them."""
    found = compared([says("m", 1, 42), says("m", 2, 43)])
    (line,) = found.models

    assert (line.model, line.seeds) == ("m", 2)
    assert line.f1.value == pytest.approx((0.75 + 1) / 2)
    assert line.f1_sd == pytest.approx(0.25 / 2**0.5)
    assert (line.precision.value, line.recall.value) == (1.0, pytest.approx((0.6 + 1) / 2))
    assert line.rare_f1.value == pytest.approx((2 / 3 + 1) / 2)  # B: one of two, then both
    assert line.f1_macro.value == pytest.approx(((0.8 + 2 / 3) / 2 + 1) / 2)  # A: two of three, then all
    assert line.f1.low is not None
    assert line.f1.low <= line.f1.value <= (line.f1.high or 0)
    assert (found.pairs, found.documents, found.metric) == ((), 3, "exact_f1")


def test_one_seed_has_no_standard_deviation(says: MakeRun) -> None:
    assert compared([says("m", 1)]).models[0].f1_sd is None


@pytest.mark.parametrize("task", ["ner_span", "ner_token"])
def test_f1_is_the_primary_score_of_the_task(make_run: MakeRun, task: str) -> None:
    """Predictions that begin inside words: right over words, wrong over characters."""
    rng = random.Random(0)
    words = [(3 * i, 3 * i + 2) for i in range(20)]

    def entities(n: int) -> list[Entity]:
        chosen = rng.sample(words, n)
        return [Entity.of(rng.choice("AB"), start + rng.choice([0, 0, 1]), end) for start, end in chosen]

    documents = [(entities(6), entities(9)) for _ in range(8)]
    data = make_run(documents, words=[words] * 8, task=task)
    scores = get_task(task).score(data.references, data.predictions, data.record.labels, FEW)
    (line,) = compared([data]).models

    assert line.f1.value == scores.primary_score.value
    # One seed: the interval is that of the score, too.
    assert (line.f1.low, line.f1.high) == (scores.primary_score.low, scores.primary_score.high)


def test_pairs_go_from_the_better_model_to_the_other(says: MakeRun) -> None:
    found = compared([says("worse", 1), says("none", 0), says("better", 2)])
    pairs = {(pair.model, pair.other): pair for pair in found.pairs}

    assert [line.model for line in found.models] == ["better", "worse", "none"]
    assert list(pairs) == [("better", "worse"), ("better", "none"), ("worse", "none")]
    pair = pairs["better", "worse"]
    assert pair.difference.value == pytest.approx(0.25)
    # The third document is the same for both: 2 of 2^2 swaps are as far apart.
    assert (pair.p, pair.test, pair.swaps) == (0.5, "exact randomisation", 4)
    assert (pair.documents, pair.seeds, pair.other_seeds) == (3, 1, 1)
    assert [pair.p for pair in found.pairs] == [0.5, 0.25, 0.25]
    assert [pair.p_holm for pair in found.pairs] == [0.75, 0.75, 0.75]
    assert not any(pair.significant for pair in found.pairs)


def test_models_that_say_the_same_do_not_differ(says: MakeRun) -> None:
    (pair,) = compared([says("one", 1), says("other", 1)]).pairs

    assert (pair.difference.value, pair.p, pair.p_holm, pair.significant) == (0.0, 1.0, 1.0, False)


def test_the_best_model_of_each_type(make_run: MakeRun) -> None:
    """On 20 documents one finds A always, the other B always; both find C, nobody D, and E is not there."""
    gold = [Entity.of(label, 2 * i, 2 * i + 1) for i, label in enumerate("ABCD")]
    runs = [
        make_run([(gold, [gold[index], gold[2]])] * 20, name=name, labels=tuple("ABCDE"), train_counts={"A": 200})
        for name, index in (("first", 0), ("second", 1))
    ]
    found = {row.label: row for row in compared(runs).types}

    assert (found["A"].best, found["A"].second, found["A"].lead.value) == ("first", "second", 1.0)
    assert (found["A"].verdict, found["B"].best, found["B"].verdict) == ("ahead", "second", "ahead")
    assert (found["A"].tier, found["A"].train, found["B"].tier, found["B"].train) == ("medium", 200, "rare", 0)
    assert (found["C"].best, found["C"].tied, found["C"].verdict, found["C"].p) == ("first", 2, "tied", 1.0)
    assert (found["D"].best, found["D"].verdict, found["D"].why) == (None, "n/a", NOT_FOUND)
    assert (found["E"].best, found["E"].support, found["E"].why) == (None, 0, NO_SUPPORT)
    # Three types were tested, so the smallest p counts three times.
    assert found["A"].p_holm == pytest.approx(3 * (found["A"].p or 0))


def test_a_lead_over_few_documents_may_be_chance(says: MakeRun) -> None:
    found = {row.label: row for row in compared([says("better", 2), says("worse", 1)]).types}

    assert (found["B"].best, found["B"].verdict) == ("better", "may be chance")


def test_one_model_is_the_best_of_one(says: MakeRun) -> None:
    row = compared([says("m", 1)]).types[0]

    assert (row.best, row.second, row.verdict) == ("m", None, "n/a")
    assert (row.lead.value, row.lead.reason) == (None, ONE_MODEL)


def test_a_model_without_answers_has_no_precision_and_is_suspect(says: MakeRun, make_run: MakeRun) -> None:
    failed = make_run([(gold, gold) for gold in GOLD], name="failed", statuses=[Status.FAILED] * 3)
    majority = says("majority", 0, model="majority")
    lines = {line.model: line for line in compared([says("m", 1), failed, majority]).models}

    assert (lines["failed"].f1.value, lines["failed"].precision.value) == (0.0, None)
    assert "not above the majority baseline" in lines["failed"].suspect
    assert (lines["m"].suspect, lines["majority"].suspect) == ("", "")


def test_one_document(make_run: MakeRun) -> None:
    runs = [make_run([([A(0, 1)], said)], name=name) for name, said in (("all", [A(0, 1)]), ("none", []))]
    (pair,) = compared(runs).pairs

    assert (pair.difference.value, pair.difference.low, pair.p, pair.significant) == (1.0, None, 1.0, False)


def test_rare_types_need_counts_of_train_and_gold(says: MakeRun) -> None:
    unknown = compared([says("one", 1, train_counts=None), says("other", 2, train_counts=None)])
    common = {"A": 500, "B": 500}
    none = compared([says("one", 1, train_counts=common), says("other", 2, train_counts=common)])

    assert (unknown.models[0].rare_f1.reason, unknown.pairs[0].rare_difference.reason) == (NO_TRAIN_COUNTS,) * 2
    assert (none.models[0].rare_f1.reason, none.pairs[0].rare_p) == (NO_RARE, None)
    assert unknown.types[0].tier is None


def test_what_training_took_comes_from_the_records(says: MakeRun) -> None:
    seeds = [
        says(
            "m",
            1,
            seed,
            seconds={"fit": 60.0 * (seed - 41), "predict_test": 5.0},
            memory={"process_gib": 1.0 + seed - 42},
            tokens={"train": 1000, "train_padded": 1200},
            fit={"parameters": 22_000_000},
        )
        for seed in (42, 43)
    ]
    line = compared(seeds, documents_per_second={"m": 12.5}).models[0]

    assert (line.train_seconds, line.memory_gib, line.gpu_gib, line.train_tokens) == (90.0, 2.0, None, 1000)
    assert (line.parameters, line.documents_per_second) == (22_000_000, 12.5)
    assert compared([says("m", 1)]).models[0].train_seconds is None


def test_documents_may_stand_in_another_order(says: MakeRun) -> None:
    run, other = says("one", 1), says("other", 2)
    turned = replace(other, references=other.references[::-1], predictions=other.predictions[::-1])

    assert compared([run, turned]) == compared([run, other])


def test_runs_on_other_gold_are_refused_by_name(says: MakeRun, make_run: MakeRun) -> None:
    other = make_run([([A(0, 1)], [])] * 3, name="elsewhere", seed=7)
    with pytest.raises(
        RecordError, match=r"notes--m--s42--\d+ and notes--elsewhere--s7--\w+ .* 3 documents differ"
    ):
        group_models([says("m", 1), other])
    with pytest.raises(RecordError, match=r"different corpora .* \(notes\) .* \(letters\)"):
        group_models([says("m", 1), says("o", 1, dataset="letters")])
    with pytest.raises(RecordError, match="different splits"):
        group_models([says("m", 1), replace(says("o", 1), split="dev")])


def test_two_models_of_one_name_are_refused(says: MakeRun) -> None:
    with pytest.raises(RecordError, match=r"two models are named .m.: .* differ in training"):
        group_models([says("m", 1, config={"training": {"learning_rate": 1}}), says("m", 1, 43)])
    with pytest.raises(RecordError, match="two runs of 'm' have the seed 42"):
        group_models([says("m", 1), says("m", 2)])
    with pytest.raises(RecordError, match="no runs"):
        group_models([])


def test_tables_hold_every_number(says: MakeRun) -> None:
    found = compared([says("one", 1), says("other", 2)])

    assert found.model_rows()[0]["f1"] == 1.0
    assert found.pair_rows()[0]["difference_low"] == found.pairs[0].difference.low
    assert [row["label"] for row in found.type_rows()] == ["A", "B"]
    assert found.to_json()["pairs"][0]["difference"]["value"] == pytest.approx(0.25)
