"""Speed: numbers that were worked out by hand from the seconds of calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tabib.analysis.speed import analyse_speed
from tabib.analysis.speed_models import compare_models, model_rows
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.records.speed import SpeedMeasurement, Timing, VariantSpeed

SCORED = {"score": Score(0.8), "difference": Score(0.0), "identical": Score(1.0), "agreement": Score(1.0)}


def timing(size: int, *seconds: float) -> Timing:
    """Calls over documents of 10 words and 50 characters."""
    n = size * len(seconds)
    return Timing(size, seconds, n, 10 * n, 50 * n)


def measurement(*variants: VariantSpeed, name: str = "MiniLM") -> SpeedMeasurement:
    return SpeedMeasurement(
        identity="1f0c",
        dataset="mini_ner_en",
        name=name,
        seed=42,
        task="ner_span",
        split="test",
        metric="exact_f1",
        started="2026-01-01T10:00:00+00:00",
        updated="2026-01-01T10:01:00+00:00",
        complete=True,
        documents=20,
        words=200,
        characters=1000,
        split_documents=20,
        batch_sizes=(1, 8),
        rounds=1,
        rounds_asked=5,
        limit=60.0,
        hardware={"cpu": "AMD EPYC", "gpu": None},
        threads=1,
        versions={},
        training_memory={"process_gib": 3.0},
        variants=variants,
    )


FP32 = VariantSpeed(
    "fp32", "cpu", timings=(timing(1, *[0.1] * 18, 0.2, 0.2), timing(8, 0.4, 0.6)), memory={"process_gib": 1.0}
)
INT8 = VariantSpeed("int8", "cpu", timings=(timing(1, *[0.05] * 20), timing(8, 0.2, 0.2)))
GPU = VariantSpeed("gpu-fp32", "gpu", "there is no GPU on this machine")


def test_latency_and_throughput_of_streaming_and_of_batches() -> None:
    streaming, batches = analyse_speed(measurement(FP32), notes=100).speed_rows()
    assert (streaming["mode"], batches["mode"]) == ("streaming", "batches")
    assert streaming["median"] == 0.1
    assert streaming["p95"] == pytest.approx(0.2)
    assert streaming["slowest"] == 0.2
    assert streaming["documents_per_second"] == pytest.approx(20 / 2.2)
    assert streaming["words_per_second"] == pytest.approx(200 / 2.2)
    assert streaming["characters_per_second"] == pytest.approx(1000 / 2.2)
    assert streaming["notes_seconds"] == pytest.approx(100 * 2.2 / 20)
    assert batches["median"] == 0.5
    assert batches["document_median"] == 0.5 / 8
    assert batches["documents_per_second"] == pytest.approx(16.0)


def test_a_95th_percentile_needs_20_calls() -> None:
    few = analyse_speed(measurement(FP32)).speed_rows()[1]
    assert few["p95"] is None
    assert few["reason"] == "p95: 2 calls, expected 20 or more"


def test_what_a_variant_gains_and_costs() -> None:
    fp32, int8 = analyse_speed(
        measurement(replace(FP32, **SCORED), replace(INT8, **SCORED | {"difference": Score(-0.02)})), notes=1000
    ).variant_rows()
    assert int8["reference"] == "fp32"
    assert (fp32["best_batch_size"], int8["best_batch_size"]) == (8, 8)
    assert int8["documents_per_second"] == pytest.approx(40.0)
    assert int8["ratio"] == pytest.approx(40 / 16)
    assert int8["streaming_ratio"] == pytest.approx(20 / (20 / 2.2))
    assert int8["batch_gain"] == pytest.approx(2.0)
    assert int8["difference"] == -0.02
    assert fp32["ratio"] == 1.0
    assert fp32["notes_seconds"] == pytest.approx(1000 / 16)
    assert fp32["notes_streaming_seconds"] == pytest.approx(110.0)
    assert fp32["process_gib"] == 1.0
    assert fp32["reason"] == ""


def test_a_variant_that_was_not_measured_has_no_numbers_and_a_reason() -> None:
    row = analyse_speed(measurement(FP32, GPU)).variant_rows()[1]
    assert {row[name] for name in ("score", "documents_per_second", "ratio", "process_gib", "notes_seconds")} == {
        None
    }
    assert row["reason"] == "there is no GPU on this machine"


def test_a_batch_size_that_was_left_out_has_its_reason() -> None:
    slow = replace(FP32, timings=(timing(1, 60.0), Timing(8, reason="a batch would take about 480 s")))
    left_out = analyse_speed(measurement(slow)).speed_rows()[1]
    assert (left_out["calls"], left_out["median"], left_out["documents_per_second"]) == (0, None, None)
    assert left_out["reason"] == "a batch would take about 480 s"


def test_where_nothing_was_measured_there_is_nothing_to_compare_with() -> None:
    analysis = analyse_speed(measurement(VariantSpeed("own", "cpu", "the model is on a server")))
    assert analysis.reference == ""
    assert analysis.base is None
    assert analysis.variant_rows()[0]["ratio"] is None
    assert analysis.speed_rows() == []


def test_fewer_than_one_note_is_refused() -> None:
    with pytest.raises(ConfigError, match="notes: found 0"):
        analyse_speed(measurement(FP32), notes=0)


def test_models_are_compared_with_the_first() -> None:
    quick = VariantSpeed("own", "cpu", timings=(timing(1, 0.01),))
    models = compare_models([measurement(FP32, INT8), measurement(quick, name="dictionary")])
    minilm, dictionary = model_rows(models)
    assert (minilm["variant"], dictionary["variant"]) == ("fp32", "own")
    assert minilm["ratio"] == 1.0
    assert dictionary["ratio"] == pytest.approx(100 / 16)
    assert dictionary["slowdown"] == pytest.approx(16 / 100)
    assert minilm["median"] == 0.1
    assert minilm["training_gib"] == 3.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"threads": 4}, "another number of threads"),
        ({"hardware": {"cpu": "Xeon"}}, "another machine"),
        ({"split": "dev"}, "other documents"),
        ({"variants": (VariantSpeed("own", "cpu", "the model is on a server"),)}, "the model is on a server"),
    ],
)
def test_speeds_that_cannot_be_compared_have_no_ratio(change: dict[str, object], reason: str) -> None:
    other = replace(measurement(FP32, name="other"), **change)  # type: ignore[arg-type]
    row = model_rows(compare_models([measurement(FP32), other]))[1]
    assert row["ratio"] is None
    assert row["slowdown"] is None
    assert reason in row["reason"]


def test_a_reference_that_was_not_measured_is_refused() -> None:
    with pytest.raises(ConfigError, match="found 'BioBERT', expected one of those measured: MiniLM"):
        compare_models([measurement(FP32)], "BioBERT")
    assert compare_models([]) == ()
