"""Plots of a comparison: readable with two models and with twelve, with long names and without measurements."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from tabib.analysis.comparison import Comparison, ModelPair
from tabib.analysis.model_scores import ModelScores
from tabib.core.scores import Score
from tabib.reports.figures.comparison import MOST_PAIRS, draw_pairs, draw_score_speed

Unreadable = Callable[[Any], list[tuple[str, str]]]
NAMES = (
    "PubMedBERT 2e-5", "PubMedBERT 5e-5", "BioBERT 2e-5", "BioBERT 5e-5", "Bioformer 2e-5", "Bioformer 5e-5",
    "Bio_ClinicalBERT 2e-5", "Bio_ClinicalBERT 5e-5", "MiniLM token NER 5e-4", "MiniLM span NER", "dictionary",
    "majority",
)  # fmt: skip


def comparison_of(n: int, *, speeds: bool = True, names: tuple[str, ...] = NAMES) -> Comparison:
    """``n`` models with falling F1; every second pair is significant."""
    rng = random.Random(n)
    models = []
    for name, f1 in zip(names[:n], sorted((rng.uniform(0.4, 0.7) for _ in range(n)), reverse=True), strict=True):
        score = Score(f1, low=f1 - 0.03, high=f1 + 0.03)
        speed = 10 ** rng.uniform(0, 2.5) if speeds else None
        models.append(
            ModelScores(
                name,
                "token_ner",
                3,
                score,
                0.01,
                score,
                score,
                score,
                score,
                1.0,
                None,
                1.0,
                None,
                None,
                speed,
                "",
            )
        )
    pairs = []
    for index, (one, other) in enumerate(combinations(models, 2)):
        value = (one.f1.value or 0) - (other.f1.value or 0)
        score = Score(value, low=value - 0.04, high=value + 0.04)
        sure = index % 2 == 0
        pairs.append(
            ModelPair(
                one.model, other.model, score, 0.01, 0.02, sure, score, 0.01, 0.02, sure, "exact", 1, 30, 3, 3
            )
        )
    return Comparison("maccrobat", "test", 30, "exact_f1", 100, tuple(models), tuple(pairs), ())


@pytest.mark.parametrize("n", [1, 2, 6, 12])
def test_score_against_speed_can_be_read(unreadable: Unreadable, n: int) -> None:
    figure = draw_score_speed(comparison_of(n), "maccrobat, test", NAMES[0])
    assert figure is not None
    assert unreadable(figure) == []
    assert len(figure.axes[0].lines) == n  # the intervals


@pytest.mark.parametrize("n", [2, 6])
def test_every_model_is_named_where_there_is_room(n: int) -> None:
    figure = draw_score_speed(comparison_of(n), "maccrobat, test")
    assert figure is not None
    assert {text.get_text() for text in figure.axes[0].texts} == set(NAMES[:n])


def test_without_speeds_there_is_nothing_to_draw_them_against() -> None:
    assert draw_score_speed(comparison_of(3, speeds=False), "maccrobat, test") is None


@pytest.mark.parametrize("n", [2, 6, 12])
def test_pairs_can_be_read(unreadable: Unreadable, n: int) -> None:
    figure = draw_pairs(comparison_of(n), "maccrobat, test")
    assert figure is not None
    assert unreadable(figure) == []


def test_of_many_models_the_pairs_of_the_best_are_shown() -> None:
    figure = draw_pairs(comparison_of(12), "maccrobat, test")
    assert figure is not None
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == 11
    assert all(label.startswith("PubMedBERT 2e-5 −") for label in labels)
    assert MOST_PAIRS < 66
    assert "the pairs of the best model, 11 of 66" in figure.axes[0].get_title(loc="left")


def test_long_names_are_broken_and_shortened(unreadable: Unreadable) -> None:
    names = tuple(
        f"{letter} model with a name that is as long as one that somebody would write down" for letter in "ABC"
    )
    for figure in (
        draw_pairs(comparison_of(3, names=names), "maccrobat, test"),
        draw_score_speed(comparison_of(3, names=names), "maccrobat, test"),
    ):
        assert figure is not None
        assert unreadable(figure) == []


def test_one_model_has_no_pairs() -> None:
    assert draw_pairs(comparison_of(1), "maccrobat, test") is None
