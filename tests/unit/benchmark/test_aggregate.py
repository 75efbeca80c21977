"""Means over seeds, worked out by hand, and what happens to undefined scores."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tabib.benchmark.aggregate import aggregate, mean_of
from tabib.benchmark.plan import plan
from tabib.config.load import load_benchmark_config
from tabib.core.scores import Score


def test_mean_sample_deviation_and_interval() -> None:
    summary = mean_of({1: Score(0.6, low=0.5, high=0.7), 2: Score(0.8, low=0.6, high=0.9)})
    assert summary.mean == pytest.approx(0.7)
    # sqrt(((0.6 - 0.7)^2 + (0.8 - 0.7)^2) / (2 - 1))
    assert summary.std == pytest.approx(math.sqrt(0.02))
    assert (summary.low, summary.high) == (pytest.approx(0.55), pytest.approx(0.8))
    assert summary.n == 2


def test_one_seed_has_its_own_interval_and_no_deviation() -> None:
    summary = mean_of({42: Score(0.6, low=0.5, high=0.7)})
    assert (summary.mean, summary.low, summary.high, summary.std) == (0.6, 0.5, 0.7, None)
    assert summary.std_reason == "one seed"


def test_a_metric_that_is_undefined_for_one_seed_has_no_mean() -> None:
    summary = mean_of({1: Score(0.9), 2: Score(None, "nothing was predicted")})
    assert summary.mean is None
    assert summary.std is None
    assert summary.reason == "seed 2: nothing was predicted"


def test_a_seed_without_interval_leaves_the_mean_without_one() -> None:
    summary = mean_of({1: Score(0.6, low=0.5, high=0.7), 2: Score(0.8)})
    assert (summary.mean, summary.low, summary.high) == (pytest.approx(0.7), None, None)


def test_a_group_of_corpora_that_no_model_is_configured_for_is_not_planned(tmp_path: Path) -> None:
    (tmp_path / "majority.yaml").write_text("model: majority\n")
    (tmp_path / "benchmark.yaml").write_text(
        "datasets: {cls: [mini_triage_fr], ner: [mini_ner_fr]}\n"
        "model_groups: {base: {configs: {cls: majority.yaml}, models: {majority: null}}}\n"
        f"output: {{runs: {tmp_path / 'runs'}}}\n"
    )
    benchmark = load_benchmark_config(tmp_path / "benchmark.yaml")
    planned, left_out = aggregate(benchmark, plan(benchmark)).cells
    assert (planned.dataset, planned.planned) == ("mini_triage_fr", True)
    assert (left_out.dataset, left_out.task, left_out.primary) == ("mini_ner_fr", "ner_span", "exact_f1")
    assert not left_out.planned


def test_a_row_says_how_its_texts_were_cut(tmp_path: Path) -> None:
    (tmp_path / "ner.yaml").write_text("model: majority\n")
    (tmp_path / "benchmark.yaml").write_text(
        "datasets: {ner: [mini_ner_fr]}\n"
        "model_groups: {base: {configs: {ner: ner.yaml}, models: {whole: null, lines: {preprocessing: line}}}}\n"
        f"output: {{runs: {tmp_path / 'runs'}}}\n"
    )
    benchmark = load_benchmark_config(tmp_path / "benchmark.yaml")
    readings = {cell.model: cell.reading for cell in aggregate(benchmark, plan(benchmark)).cells}
    assert readings["whole"] == ""
    assert readings["lines"].startswith("read in pieces (line): ")
