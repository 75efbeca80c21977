"""Turns: everything is measured in every round, over the same documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.records.speed import Timing
from tabib.runs.speed.documents import batches, characters, evenly, words
from tabib.runs.speed.rounds import Plan, Turns, plan_round
from tabib.runs.speed.worker import Worker

DOCUMENTS = tuple(Document(str(index), "one two " * (index + 1)) for index in range(10))


class Fake(Worker):
    """Takes a second for each document; fails when it is told to."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.closed = fails, False

    def predict(self, _: Sequence[Sequence[Document]]) -> tuple[list[Any], float]:
        raise AssertionError("turns do not ask for predictions")

    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        if self.fails:
            raise ModelError("out of memory")
        return [float(len(batch)) for batch in batches]

    def begin_memory(self) -> None: ...

    def memory(self) -> dict[str, float]:
        return {}

    def close(self) -> None:
        self.closed = True


def ids(documents: Sequence[Document]) -> list[str]:
    return [document.id for document in documents]


def test_documents_are_taken_evenly() -> None:
    assert ids(evenly(DOCUMENTS, 3)) == ["0", "3", "6"]
    assert evenly(DOCUMENTS, 99) == DOCUMENTS


def test_batches_hold_every_document_and_are_full() -> None:
    assert [ids(batch) for batch in batches(DOCUMENTS[:3], 2)] == [["0", "1"], ["2", "0"]]
    assert [ids(batch) for batch in batches(DOCUMENTS[:2], 5)] == [["0", "1", "0", "1", "0"]]


def test_all_texts_of_a_document_count() -> None:
    question = Document("q", "one two", second="three", options=("four", "five six"))
    assert words(question) == 6
    assert characters(question) == 7 + 5 + 4 + 8


def test_a_quick_model_reads_every_document_in_each_round() -> None:
    plan = plan_round(DOCUMENTS, (1, 8), seconds_per_document=0.1, limit=60)
    assert (plan.documents, plan.sizes, plan.skipped) == (DOCUMENTS, (1, 8), {})


def test_a_slow_model_reads_as_many_as_one_round_has_time_for() -> None:
    plan = plan_round(DOCUMENTS, (1, 8), seconds_per_document=10, limit=60)
    assert len(plan.documents) == 3
    assert plan.sizes == (1,)
    assert plan.skipped == {8: "a batch would take about 80 s, more than the limit of 60 s"}


def test_even_the_slowest_model_reads_one_document() -> None:
    plan = plan_round(DOCUMENTS, (1,), seconds_per_document=600, limit=60)
    assert (len(plan.documents), plan.sizes) == (1, (1,))


def turns(workers: dict[str, Worker], *sizes: int) -> Turns:
    return Turns(Plan(DOCUMENTS, sizes, {}), workers, {variant: {} for variant in workers})


def test_variants_follow_one_another_and_another_one_begins_each_round() -> None:
    order: list[tuple[str, int]] = []
    measured = turns({"fp32": Fake(), "int8": Fake()}, 1, 4)
    for number in (1, 2):
        list(measured.round(number, lambda variant, size, _: order.append((variant, size))))
    assert order[:4] == [("fp32", 1), ("int8", 1), ("fp32", 4), ("int8", 4)]
    assert order[4:] == [("int8", 1), ("fp32", 1), ("int8", 4), ("fp32", 4)]


def test_a_timing_counts_what_was_read() -> None:
    measured = turns({"fp32": Fake()}, 4)
    for number in (1, 2):
        list(measured.round(number, lambda *_: None))
    (timing,) = measured.table("fp32", [4])
    read = [*DOCUMENTS, *DOCUMENTS[:2]]  # the third batch is filled up
    assert timing == Timing(4, (4.0,) * 6, 24, 2 * sum(map(words, read)), 2 * sum(map(characters, read)))
    assert measured.seconds("fp32") == 24


def test_a_variant_that_fails_is_out_and_the_others_go_on() -> None:
    broken = Fake(fails=True)
    measured = turns({"fp32": Fake(), "int8": broken}, 1, 4)
    assert list(measured.round(1, lambda *_: None)) == [("int8", "out of memory")]
    assert broken.closed
    assert [len(timing.seconds) for timing in measured.table("fp32", [1, 4])] == [10, 3]


def test_what_was_not_measured_yet_says_so() -> None:
    measured = turns({"fp32": Fake()}, 1)
    assert [timing.reason for timing in measured.table("fp32", [1])] == ["not measured yet"]


@pytest.mark.parametrize("size", [1, 3, 32])
def test_every_batch_is_full(size: int) -> None:
    assert {len(batch) for batch in batches(DOCUMENTS, size)} == {size}
