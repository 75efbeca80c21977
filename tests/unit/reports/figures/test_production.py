"""Plots of production readiness: that they can be read, and that there are none of nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tabib.analysis.production.analysis import ProductionAnalysis, analyse_production
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.runs import RunData
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.records.record import RunRecord
from tabib.reports.figures.production import draw_automation, draw_false_positives
from tabib.tasks.base import Resampling

Unreadable = Callable[[Any], list[tuple[str, str]]]
DRAW = (draw_automation, draw_false_positives)
TYPES = tuple(f"A_type_with_quite_a_long_name_{index}" for index in range(40))
RECORD = RunRecord(
    "ab" * 32, "done", "a corpus with a long name", "ner_span", "a model with a long name", "dictionary", "", 1,
    {}, TYPES, {"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"}, {}, {}, 1, "", "",
)  # fmt: skip


def analyse(entities: list[tuple[str, float | None, bool]], documents: int = 6) -> ProductionAnalysis:
    """The same entities in every document: type, confidence, whether it is right."""
    spans = [Entity.of(label, 2 * i, 2 * i + 1) for i, (label, _, _) in enumerate(entities)]
    gold = tuple(span for span, (_, _, right) in zip(spans, entities, strict=True) if right)
    scored = tuple(ScoredEntity(span, row[1]) for span, row in zip(spans, entities, strict=True))
    ids = [f"d{index}" for index in range(documents)]
    data = RunData.of(
        RECORD,
        "test",
        tuple(Reference(id_, gold) for id_ in ids),
        tuple(NerPrediction(id_, scored) for id_ in ids),
    )
    return analyse_production(data, data, ProductionSettings(min_entities=1), Resampling(50))


@pytest.fixture(scope="module")
def usual() -> ProductionAnalysis:
    rows: list[tuple[str, float | None, bool]] = [
        (label, 0.5 + (index % 6) / 10, index % 3 > 0) for index, label in enumerate(TYPES)
    ]
    return analyse(rows)


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_plots_can_be_read(draw: Callable[..., Any], usual: ProductionAnalysis, unreadable: Unreadable) -> None:
    assert unreadable(draw(usual)) == []


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize(
    ("entities", "documents"),
    [([(TYPES[0], 0.9, True)], 1), ([(TYPES[0], 0.9, False)], 3), ([(TYPES[0], 1.0, True)], 3)],
    ids=["one document", "all wrong", "all right"],
)
def test_edge_cases_are_drawn(
    draw: Callable[..., Any], entities: Any, documents: int, unreadable: Unreadable
) -> None:
    assert unreadable(draw(analyse(entities, documents))) == []


def test_of_nothing_there_is_no_plot() -> None:
    assert draw_automation(analyse([])) is None
    assert draw_false_positives(analyse([])) is None
    assert draw_automation(analyse([(TYPES[0], None, True)])) is None
    assert draw_false_positives(analyse([(TYPES[0], None, True)])) is not None, "wrong or right it is all the same"


def test_lines_are_the_rows_of_the_tables(usual: ProductionAnalysis) -> None:
    figure = draw_automation(usual)
    assert figure is not None
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    wanted = [row.automation.value for row in usual.entities]
    assert list(lines["entities: automation"].get_ydata()) == pytest.approx(wanted)
