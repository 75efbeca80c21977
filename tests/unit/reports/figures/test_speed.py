"""The plot of speed: a line for each variant that was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tabib.analysis.speed import analyse_speed
from tabib.records.speed import SpeedMeasurement, Timing, VariantSpeed
from tabib.reports.figures.speed import draw_throughput

Unreadable = Callable[[Any], list[tuple[str, str]]]
TITLE = "maccrobat_token, MiniLM token NER, seed 42, test"
SIZES = (1, 8, 16, 32)
MEASURED = SpeedMeasurement(
    identity="1f0c",
    dataset="maccrobat_token",
    name="MiniLM token NER",
    seed=42,
    task="ner_token",
    split="test",
    metric="exact_f1",
    started="2026-01-01T10:00:00+00:00",
    updated="2026-01-01T10:01:00+00:00",
    complete=True,
    documents=30,
    words=9000,
    characters=50000,
    split_documents=30,
    batch_sizes=SIZES,
    rounds=1,
    rounds_asked=5,
    limit=60.0,
    hardware={"cpu": "AMD EPYC", "gpu": "NVIDIA H100"},
    threads=1,
    versions={},
)


def variant(name: str, documents_per_second: float, device: str = "cpu") -> VariantSpeed:
    timings = tuple(Timing(size, (size / documents_per_second,), size, size * 300, size * 1500) for size in SIZES)
    return VariantSpeed(name, device, timings=timings)


def test_each_variant_is_a_line_over_the_batch_sizes(unreadable: Unreadable) -> None:
    names = ("fp32", "int8", "onnx", "onnx-int8")
    rows = tuple(variant(name, 4.0 + index) for index, name in enumerate(names))
    figure = draw_throughput(analyse_speed(replace(MEASURED, variants=rows)), TITLE)
    assert figure is not None
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines] == list(names)
    assert [round(float(value), 6) for value in axes.lines[1].get_ydata()] == [5.0] * 4
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "8", "16", "32"]
    assert axes.get_title(loc="left").endswith("AMD EPYC, 1 thread")
    assert unreadable(figure) == []


def test_speeds_that_are_far_apart_have_a_logarithmic_axis(unreadable: Unreadable) -> None:
    rows = (variant("fp32", 2.0), variant("gpu-bf16", 900.0, "gpu"))
    figure = draw_throughput(analyse_speed(replace(MEASURED, variants=rows)), TITLE)
    assert figure is not None
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    assert "NVIDIA H100" in axes.get_title(loc="left")
    assert unreadable(figure) == []


def test_a_variant_that_was_not_measured_has_no_line() -> None:
    rows = (variant("fp32", 2.0), VariantSpeed("onnx", "cpu", "not installed"))
    figure = draw_throughput(analyse_speed(replace(MEASURED, variants=rows)), TITLE)
    assert figure is not None
    assert [line.get_label() for line in figure.axes[0].lines] == ["fp32"]


def test_where_nothing_was_measured_there_is_no_plot() -> None:
    nothing = replace(MEASURED, variants=(VariantSpeed("own", "cpu", "the model is on a server"),))
    assert draw_throughput(analyse_speed(nothing), TITLE) is None
