"""What a table says of a cell, and what it does not dare to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tabib.records.results import CellResult, SeedResult, Summary
from tabib.reports.table import best_of, minutes_text, notes_of, state_text, value_text


def cell(
    mean: float | None = 0.5,
    low: float | None = None,
    high: float | None = None,
    *,
    states: tuple[str, ...] = ("done", "done"),
    suspect: tuple[str, ...] = (),
    family: str = "text",
) -> CellResult:
    seeds = tuple(
        SeedResult(42 + index, state, detail="it broke" if state == "failed" else "", suspect=suspect)
        for index, state in enumerate(states)
    )
    reason = "" if mean is not None else "seed 42: no gold"
    summary = Summary(mean, reason, std_reason="one seed", low=low, high=high, n=len(states))
    return CellResult(
        "cls", "corpus", "classification", "g", "m", family, "", "test", "f1_macro", {"f1_macro": summary}, seeds
    )


def test_the_best_stands_clear_of_all_others() -> None:
    clear = cell(0.9, 0.85, 0.95)
    assert best_of([cell(0.7, 0.6, 0.8), clear, cell(0.5, 0.4, 0.6)]) is clear


def test_an_undefined_score_is_known_and_keeps_no_other_from_being_the_best() -> None:
    """As a correlation with the constant answer of the majority baseline."""
    clear = cell(0.9, 0.85, 0.95)
    assert best_of([cell(None), clear, cell(0.7, 0.6, 0.8)]) is clear
    assert best_of([cell(None, states=("done", "failed")), clear, cell(0.7, 0.6, 0.8)]) is None


@pytest.mark.parametrize(
    "rivals",
    [
        pytest.param([], id="nobody to be better than"),
        pytest.param([cell(0.8, 0.7, 0.86)], id="the intervals meet"),
        pytest.param([cell(0.8, 0.7, 0.86, states=("done", "failed"))], id="the rival lacks a seed"),
        pytest.param([cell(None)], id="the rival has no score"),
        pytest.param([cell(0.1)], id="the rival has no interval"),
    ],
)
def test_otherwise_nobody_is_called_the_best(rivals: list[CellResult]) -> None:
    assert best_of([cell(0.9, 0.85, 0.95), *rivals]) is None


def test_what_was_computed_by_something_else_than_was_asked_for_says_so_once() -> None:
    used = "backend_fallback: transformers is used in place of vllm (vllm is not installed)"
    both = cell()
    seeds = tuple(replace(seed, notes=(used, "asked by transformers: 5 requests")) for seed in both.seeds)
    assert list(notes_of(replace(both, seeds=seeds))) == [used]


def test_a_suspect_score_is_never_the_best() -> None:
    assert best_of([cell(0.9, 0.85, 0.95, suspect=("constant",)), cell(0.5, 0.4, 0.6)]) is None


def test_none_and_zero_are_told_apart() -> None:
    assert value_text(Summary(0.0, std_reason="one seed")) == "0.0"
    assert value_text(Summary(None, "no gold", std_reason="undefined")) == ""
    assert state_text(cell(None)) == "undefined"
    assert state_text(cell(None, states=("failed", "missing"))) == "✗ failed"
    assert state_text(cell(None, states=("missing",))) == "– missing"
    assert state_text(cell(None, states=())) == "not planned"


def test_a_cell_explains_every_seed_that_is_not_in_its_mean() -> None:
    notes = list(notes_of(cell(states=("done", "failed", "missing"))))
    assert notes == ["✗ seed 43 failed: it broke", "– seed 44 missing", "! mean of 1 of 3 seeds"]


def test_a_cell_says_how_its_texts_were_cut() -> None:
    assert list(notes_of(replace(cell(), reading="read in pieces (line): 9 of 2 documents"))) == [
        "read in pieces (line): 9 of 2 documents"
    ]


def test_suspicions_are_shown_but_not_of_the_baseline_that_they_are_measured_by() -> None:
    assert list(notes_of(cell(suspect=("constant prediction",)))) == ["? suspect: constant prediction"]
    assert not list(notes_of(cell(suspect=("constant prediction",), family="majority")))


@pytest.mark.parametrize(
    ("attention", "note"),
    [
        ({}, None),
        ({"asked": None, "training": "sdpa", "prediction": "sdpa", "why": ""}, None),
        ({"asked": "eager", "training": "eager", "prediction": "eager", "why": ""}, None),
        (
            {
                "asked": "flash_attention_2",
                "training": "flash_attention_2",
                "prediction": "sdpa",
                "why": "float32",
            },
            "attention: flash_attention_2 was asked for, flash_attention_2 in training and sdpa in prediction was"
            " used: float32",
        ),
        (
            {"asked": "sdpa", "prediction": "eager", "why": "the model has none"},
            "attention: sdpa was asked for, eager in prediction was used: the model has none",
        ),
    ],
)
def test_another_attention_than_was_asked_for_is_noted_once(
    attention: dict[str, str | None], note: str | None
) -> None:
    plain = cell()
    seeds = tuple(replace(seed, attention=attention) for seed in plain.seeds)
    assert list(notes_of(replace(plain, seeds=seeds))) == ([] if note is None else [note])


def test_seeds_that_attended_differently_are_noted() -> None:
    plain = cell()
    seeds = tuple(
        replace(seed, attention={"asked": None, "training": used, "prediction": "sdpa", "why": ""})
        for seed, used in zip(plain.seeds, ("sdpa", "eager"), strict=True)
    )
    assert list(notes_of(replace(plain, seeds=seeds))) == [
        "attention differs between seeds: eager, sdpa in training"
    ]


@pytest.mark.parametrize(("seconds", "text"), [(None, ""), (8.4, "8 s"), (192, "3.2 min"), (5400, "1.5 h")])
def test_times_are_short(seconds: float | None, text: str) -> None:
    assert minutes_text(seconds) == text
