"""The Markdown page holds what is needed to believe a number, and nothing breaks its tables."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tabib.core.scores import ItemCounts, Score
from tabib.records.results import (
    CellResult,
    Environment,
    Results,
    SeedResult,
    Summary,
    read_results,
    write_results,
)
from tabib.reports.markdown import render_markdown
from tabib.reports.terminal import print_results


def seed(number: int, value: float, **changes: object) -> SeedResult:
    values = {
        "metrics": {"exact_f1": Score(value, low=value - 0.02, high=value + 0.02)},
        "items": ItemCounts(ok=14, truncated=1),
        "seconds": {"fit": 100.0},
        "tokens": {"train": 12_345},
        "threads": 1,
    }
    return SeedResult(number, "done", **(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def results() -> Results:
    common = ("ner", "emea", "ner_span")
    cells = (
        CellResult(
            *common, "base", "majority", "majority", "", "test", "exact_f1",
            {"exact_f1": Summary(0.0, std=0.0, low=0.0, high=0.0, n=2)},
            (seed(42, 0.0, suspect=("F1 near 0",), tokens={}), seed(43, 0.0, tokens={})),
            documents=15, notes=("one text of dev is also a text of test",), lost={"exact duplicate": 3},
        ),
        CellResult(
            *common, "span", "Mini|LM *x*", "span_ner", "org/mini", "test", "exact_f1",
            {"exact_f1": Summary(0.70, std=0.0141421, low=0.68, high=0.72, n=2)},
            (seed(42, 0.69), seed(43, 0.71)), documents=15,
        ),
        CellResult(
            *common, "token", "broken", "token_ner", "org/mini", "test", "exact_f1",
            seeds=(SeedResult(42, "failed", "MemoryError: out of memory"), SeedResult(43, "missing")),
        ),
        CellResult(*common, "cls", "text only", "", "", "test", "exact_f1"),
    )  # fmt: skip
    machine = {"cpu": "a processor", "cores": 2, "memory_gib": 23.0, "gpu": None}
    return Results(
        "QUAERO", "benchmark.yaml", "tabib benchmark benchmark.yaml", "2026-01-01T00:00:00+00:00", (42, 43),
        "bootstrap over documents", cells, (Environment({"python": "3.11", "tabib": "0.1"}, machine, 1, 4),),
    )  # fmt: skip


def test_results_come_back_equal(tmp_path: Path, results: Results) -> None:
    write_results(tmp_path / "results.json", results)
    assert read_results(tmp_path / "results.json") == results


def test_the_page_names_metric_scorer_n_seeds_command_and_machine(results: Results) -> None:
    page = render_markdown(results)
    for part in (
        "`exact_f1`", "same start, end and label", "15 documents", "seeds 42, 43", "70.0 ± 1.4",
        "[68.0, 72.0]", "`tabib benchmark benchmark.yaml`", "a processor", "python 3.11", "2026-01-01",
        "bootstrap over documents", "3 exact duplicate", "also a text of test",
    ):  # fmt: skip
        assert part in page, part


def test_failed_and_missing_are_no_zeros(results: Results) -> None:
    page = render_markdown(results)
    row = next(line for line in page.splitlines() if line.startswith("| broken"))
    assert "✗ failed" in row
    assert "0.0" not in row
    assert "MemoryError: out of memory" in page
    assert "**1 failed.** **1 missing.**" in page
    assert "not planned" in next(line for line in page.splitlines() if line.startswith("| text only"))


def test_every_row_of_a_table_has_the_columns_of_its_head(results: Results) -> None:
    lines = [line for line in render_markdown(results).splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(results.cells)
    assert {line.replace("\\|", "").count("|") for line in lines} == {7}


def test_a_mean_over_fewer_seeds_than_asked_is_marked(results: Results) -> None:
    partly = replace(
        results.cells[1],
        metrics={"exact_f1": Summary(0.69, std_reason="one seed", low=0.67, high=0.71, n=1)},
        seeds=(seed(42, 0.69), SeedResult(43, "failed", "it broke")),
    )
    changed = replace(results, cells=(results.cells[0], partly))
    page = render_markdown(changed)
    assert "| 69.0! <sup>" in page
    assert "!: a mean over fewer seeds than were asked for." in page
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    print_results(console, changed)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "69.0!" in shown
    assert "!: mean over fewer seeds than were asked for" in shown
