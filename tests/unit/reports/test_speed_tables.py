"""A measurement on the terminal: nothing is cut, and what is not known says why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from tabib.analysis.speed import analyse_speed
from tabib.core.scores import Score
from tabib.records.speed import SpeedMeasurement, Timing, VariantSpeed
from tabib.reports.speed_tables import print_speed

FP32 = VariantSpeed(
    "fp32",
    "cpu",
    timings=(Timing(1, (0.25,) * 20, 20, 6000, 30000), Timing(32, reason="a batch would take about 80 s")),
    memory={"loaded_gib": 0.5, "process_gib": 0.75},
    score=Score(0.5512, low=0.5, high=0.6),
    difference=Score(0.0),
    identical=Score(1.0),
    agreement=Score(1.0),
)
INT8 = replace(
    FP32, variant="int8", timings=(Timing(1, (0.125,) * 20, 20, 6000, 30000),), difference=Score(-0.0206)
)
ONNX = VariantSpeed("onnx-int8", "cpu", "onnx is not installed. Install it with: pip install 'tabib[onnx]'")
MEASURED = SpeedMeasurement(
    identity="1f0c",
    dataset="maccrobat_token",
    name="MiniLM token NER",
    seed=42,
    task="ner_token",
    split="test",
    metric="strict_f1",
    started="2026-01-01T10:00:00+00:00",
    updated="2026-01-01T10:01:00+00:00",
    complete=True,
    documents=20,
    words=6000,
    characters=30000,
    split_documents=31,
    batch_sizes=(1, 32),
    rounds=1,
    rounds_asked=5,
    limit=60.0,
    hardware={"cpu": "AMD EPYC", "gpu": None},
    threads=1,
    versions={},
    training_memory={"process_gib": 3.4},
    variants=(FP32, INT8, ONNX),
)


def lines_of(measured: SpeedMeasurement, width: int = 200) -> list[str]:
    console = Console(width=width, color_system=None, force_terminal=True, highlight=False)
    with console.capture() as captured:
        print_speed(console, "title", analyse_speed(measured))
    return captured.get().splitlines()


def test_batches_variants_and_what_is_not_known_are_shown() -> None:
    lines = lines_of(MEASURED)
    text = "\n".join(lines)
    assert "20 of 31 documents of 300 words on average, 1 round" in text
    assert "on AMD EPYC, 1 thread, 2026-01-01T10:01:00+00:00" in text
    streaming = next(line.split() for line in lines if line.strip().startswith("1 "))
    assert streaming == ["1", "20", *["250", "ms"] * 4, "4", "1,200"]
    int8 = next(line.split() for line in lines if "-2.1" in line)
    assert int8 == ["int8", "55.1", "-2.1", "100.0", "8", "2.0×", "0.75", "GiB", "21", "min", "21", "min"]
    assert "n/a" in next(line for line in lines if line.strip().startswith("onnx-int8"))
    assert "fp32, 32 at a time n/a: a batch would take about 80 s" in text
    assert "onnx-int8 n/a: onnx is not installed" in text
    assert "training took 3.40 GiB at most" in text


def test_a_measurement_that_was_cut_off_says_so() -> None:
    assert any("cut off" in line for line in lines_of(replace(MEASURED, complete=False)))


def test_a_model_that_was_not_measured_has_its_reason() -> None:
    nothing = replace(MEASURED, variants=(VariantSpeed("own", "cpu", "the model is on a server"),), documents=0)
    text = "\n".join(lines_of(nothing))
    assert "own n/a: the model is on a server" in text
    assert "0 of 31 documents, 1 round" in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line.rstrip()) for line in lines_of(MEASURED, width)) <= width
