"""The tables of the terminal: whatever its width, no name and no number is cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from tabib.core.scores import Score
from tabib.records.results import CellResult, Results, SeedResult, Summary
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.terminal import print_results

MODELS = {
    "majority": 0.125,
    "MiniLM": 0.7,
    "almanach/camembertav2-base, short windows": 0.731,
    "DrBERT-4GB-CP-PubMedBERT fine-tuned with a dictionary and with layers frozen, seed by seed": 1.0,
}


def console(width: int, *, terminal: bool = True) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)


def shown_by(console: Console) -> str:
    return str(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.fixture
def results() -> Results:
    cells = []
    for dataset in ("doctor_patient_questions_fr", "mini_triage_fr"):
        for name, mean in MODELS.items():
            seeds = tuple(
                SeedResult(
                    number,
                    "done",
                    metrics={"f1_macro": Score(mean)},
                    seconds={"fit": 5400.0},
                    tokens={"train": 10**8},
                )
                for number in range(10)
            )
            summary = {"f1_macro": Summary(mean, std=0.0123, low=mean - 0.02, high=mean + 0.02, n=10)}
            cells.append(
                CellResult(
                    "cls",
                    dataset,
                    "classification",
                    "g",
                    name,
                    "text",
                    "w",
                    "test",
                    "f1_macro",
                    summary,
                    seeds,
                    400,
                )
            )
        cells.append(
            CellResult(
                "cls", dataset, "classification", "g", "broken", "text", "w", "test", "f1_macro",
                seeds=(SeedResult(1, "failed", "no"),),
            )
        )  # fmt: skip
    return Results("", "b.yaml", "tabib", "2026", tuple(range(10)), "bootstrap", tuple(cells))


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_every_name_score_and_interval_is_whole(results: Results, width: int) -> None:
    page = console(width)
    print_results(page, results)
    lines = shown_by(page).split("\n\n")[0].splitlines()
    for dataset in ("doctor_patient_questions_fr", "mini_triage_fr"):
        assert any(line.startswith(f"{dataset}  f1_macro, test n=400") for line in lines)
    for name, mean in MODELS.items():
        places = [index for index, line in enumerate(lines) if line.strip().startswith(name)]
        assert len(places) == 2, name
        interval = f"[{mean * 100 - 2:.1f}, {mean * 100 + 2:.1f}]"
        for place in places:
            row = lines[place] if interval in lines[place] else lines[place + 1]
            assert f"{mean * 100:.1f}" in row
            assert interval in row
            assert "10/10" in row
            assert ("1.5 h" in row, "100.0M" in row) == (width >= 100, width >= 100)
    assert sum("✗ failed" in line for line in lines) == 2
    assert all(len(line) <= width for line in lines if not any(name in line for name in MODELS))
    assert "…" not in "".join(lines)


def test_in_a_pipe_there_are_no_rules_and_no_blanks_at_the_ends(results: Results) -> None:
    page = console(10_000, terminal=False)
    print_results(page, results)
    lines = shown_by(page).splitlines()
    assert not any(line.endswith(" ") for line in lines)
    assert not any("─" in line for line in lines)


def test_columns_stand_below_each_other_in_all_sections() -> None:
    columns = (Column("name"), Column("n", right=True), Column("rest", optional=True))
    sections = [
        Section(Text("one"), [[Text("a"), Text("5"), Text("x")]]),
        Section(Text("two"), [[Text("long"), Text("1234"), Text("")]]),
    ]
    page = console(100, terminal=False)
    print_sections(page, columns, sections)
    assert shown_by(page).splitlines() == [
        "  name     n  rest",
        "one",
        "  a        5  x",
        "two",
        "  long  1234",
    ]
    page = console(99, terminal=False)
    print_sections(page, columns, sections)
    assert "rest" not in shown_by(page)
