"""One speed for each model, worked out by hand from the seconds of calls."""

from __future__ import annotations

import pytest

from tabib.analysis.model_speeds import speeds_of_models
from tabib.records.speed import SpeedMeasurement, Timing, VariantSpeed


def measured(name: str, seconds: float, *, seed: int = 42, documents: int = 10, characters: int = 1000,
             threads: int = 1) -> SpeedMeasurement:  # fmt: skip
    """One call with all documents; 0 seconds: nothing was measured."""
    timings = (Timing(documents, (seconds,), documents, documents, characters),) if seconds else ()
    return SpeedMeasurement(
        identity="1f0c",
        dataset="notes",
        name=name,
        seed=seed,
        task="ner_span",
        split="test",
        metric="exact_f1",
        started="2026-01-01T10:00:00+00:00",
        updated="2026-01-01T10:01:00+00:00",
        complete=True,
        documents=documents,
        words=documents,
        characters=characters,
        split_documents=documents,
        batch_sizes=(documents,),
        rounds=1,
        rounds_asked=1,
        limit=60.0,
        hardware={},
        threads=threads,
        versions={},
        variants=(VariantSpeed("fp32", "cpu", "" if seconds else "no encoder", timings=timings),),
    )


def test_the_mean_of_the_runs_that_were_measured() -> None:
    speeds, notes = speeds_of_models(
        [measured("slow", 2.0), measured("fast", 0.5), measured("slow", 1.0, seed=43)]
    )

    assert speeds == {"slow": pytest.approx((5 + 10) / 2), "fast": pytest.approx(20)}
    assert notes == ()


def test_a_model_that_was_timed_on_longer_documents_is_not_slower_for_that() -> None:
    """Twice the characters in twice the time: as fast."""
    speeds, _ = speeds_of_models([measured("one", 1.0), measured("other", 1.0, documents=5, characters=1000)])

    assert speeds == {"one": pytest.approx(10), "other": pytest.approx(10)}


def test_what_cannot_be_compared_is_left_out_and_said() -> None:
    speeds, notes = speeds_of_models([measured("one", 1.0), measured("other", 1.0, threads=4)])

    assert speeds == {"one": pytest.approx(10)}
    assert notes == (
        "the speed of other, seed 42, is left out: it was measured with another number of threads than one",
    )


def test_the_first_that_was_measured_is_the_one_to_compare_with() -> None:
    speeds, notes = speeds_of_models([measured("none", 0.0), measured("one", 1.0)])

    assert speeds == {"one": pytest.approx(10)}
    assert notes == ("the speed of none, seed 42, is left out: no encoder",)


def test_without_measurements_there_are_no_speeds() -> None:
    assert speeds_of_models([]) == ({}, ())
    assert speeds_of_models([measured("none", 0.0)]) == (
        {},
        ("the speed of none, seed 42: nothing was measured",),
    )
