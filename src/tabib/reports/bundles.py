"""What each analysis leaves: its content as JSON, its tables and its plots, all by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tabib.analysis.comparison import Comparison
from tabib.analysis.confidence import ConfidenceAnalysis
from tabib.analysis.confusion import TypeConfusion
from tabib.analysis.error_analysis import ErrorAnalysis
from tabib.analysis.production.analysis import ProductionAnalysis
from tabib.analysis.rows import to_json
from tabib.analysis.selection import Selection
from tabib.analysis.speed import SpeedAnalysis
from tabib.analysis.tradeoffs import TradeOff, trade_off_rows
from tabib.analysis.types import TypeAnalysis
from tabib.reports.comparison_text import comparison_statements
from tabib.reports.csv_file import spreadsheet_safe, write_csv
from tabib.reports.figures.base import save_figure
from tabib.reports.figures.comparison import draw_pairs, draw_score_speed
from tabib.reports.figures.confidence import (
    draw_histogram,
    draw_precision_coverage,
    draw_reliability,
    draw_risk_coverage,
)
from tabib.reports.figures.confusion import draw_confusion
from tabib.reports.figures.errors import draw_error_classes, draw_lengths
from tabib.reports.figures.production import draw_automation, draw_false_positives
from tabib.reports.figures.speed import draw_throughput
from tabib.reports.figures.types import draw_bars, draw_frequency
from tabib.reports.production_text import production_statements
from tabib.reports.selection_text import selection_statements
from tabib.reports.statements import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Draw = Callable[[], "Figure | None"]


class Bundle(NamedTuple):
    """One analysis of one run, as it is written into files.

    Args:
        name: of the JSON file, without suffix. content: what it holds.
        tables: name of the CSV file → rows.
        plots: name of the image → what draws it; a plot of None has nothing to show.
    """

    name: str
    content: Mapping[str, Any]
    tables: Tables
    plots: Mapping[str, Draw]


def types_bundle(title: str, analysis: TypeAnalysis, confusion: TypeConfusion) -> Bundle:
    """Scores by type and tier, and what was taken for what."""
    return Bundle(
        "types",
        {"run": title, **analysis.to_json(), "confusion": confusion.to_json()},
        {
            "types": analysis.type_rows(),
            "tiers": analysis.tier_rows(),
            "type_numbers": analysis.number_rows(),
            "confusion": confusion.matrix_rows(),
            "confused": confusion.confused_rows(),
        },
        {
            "types_f1": lambda: draw_bars(analysis, title),
            "types_frequency": lambda: draw_frequency(analysis, title),
            "confusion": lambda: draw_confusion(confusion, title),
        },
    )


def errors_bundle(title: str, analysis: ErrorAnalysis) -> Bundle:
    """Classes of errors, lengths, patterns, examples."""
    return Bundle(
        "errors",
        {"run": title, **analysis.to_json()},
        {
            "errors": analysis.rates.rows(),
            "error_numbers": analysis.number_rows(),
            "lengths": analysis.lengths.rows(),
            "patterns": analysis.patterns.rows(),
            "examples": [_safe(example.to_row()) for example in analysis.examples],
        },
        {
            "error_classes": lambda: draw_error_classes(analysis.rates, title),
            "lengths": lambda: draw_lengths(analysis.lengths, title),
        },
    )


def _safe(row: dict[str, Any]) -> dict[str, Any]:
    """Texts of documents as no spreadsheet takes them for formulas."""
    return {name: spreadsheet_safe(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def confidence_bundle(title: str, analysis: ConfidenceAnalysis) -> Bundle:
    """Confidences: means, thresholds, calibration, risk over coverage."""
    return Bundle(
        "confidence",
        {"run": title, **analysis.to_json()},
        {
            "confidence": analysis.summary_rows(),
            "thresholds": analysis.threshold_rows(),
            "reliability": analysis.reliability_rows(),
            "confidence_histogram": analysis.histogram_rows(),
            "precision_coverage": analysis.curve_rows(),
            "risk_coverage": analysis.risk_rows(),
        },
        {
            "confidence_histogram": lambda: draw_histogram(analysis, title),
            "reliability": lambda: draw_reliability(analysis, title),
            "precision_coverage": lambda: draw_precision_coverage(analysis, title),
            "risk_coverage": lambda: draw_risk_coverage(analysis, title),
        },
    )


def production_bundle(analysis: ProductionAnalysis) -> Bundle:
    """Production readiness: outcomes by threshold, types, policies, the recommendation in numbers and in words."""
    said = [statement.to_json() for statement in production_statements(analysis)]
    return Bundle(
        "production",
        {**analysis.to_json(), "statements": said},
        analysis.tables(),
        {
            "production_automation": lambda: draw_automation(analysis),
            "production_false_positives": lambda: draw_false_positives(analysis),
        },
    )


def speed_bundle(title: str, analysis: SpeedAnalysis) -> Bundle:
    """Latency, throughput and memory by variant and batch size."""
    return Bundle(
        "speed",
        {"run": title, **analysis.to_json()},
        {
            "speed": analysis.speed_rows(),
            "speed_variants": analysis.variant_rows(),
            "speed_runs": analysis.run_rows(),
        },
        {"speed": lambda: draw_throughput(analysis, title)},
    )


def comparison_bundle(comparison: Comparison, selection: Selection, trades: Sequence[TradeOff]) -> Bundle:
    """Models over seeds, their pairs, the best of each type, and the one that is chosen."""
    tables: Tables = {
        "comparison_numbers": comparison.number_rows(),
        "models": comparison.model_rows(),
        "pairs": comparison.pair_rows(),
        "best_by_type": comparison.type_rows(),
        "selection_choice": selection.choice_rows(),
        "selection": selection.candidate_rows(),
        "selection_weights": selection.criterion_rows(),
        "selection_sensitivity": selection.sensitivity_rows(),
        "tradeoffs": trade_off_rows(trades),
    }
    title = comparison.title
    return Bundle(
        "comparison",
        {
            "compared": title,
            **comparison.to_json(),
            "selection": selection.to_json(),
            "tradeoffs": [to_json(row) for row in trades],
            "statements": [
                statement.to_json()
                for statement in (*comparison_statements(tables), *selection_statements(tables))
            ],
        },
        tables,
        {
            "score_speed": lambda: draw_score_speed(comparison, title, selection.chosen),
            "pairs": lambda: draw_pairs(comparison, title),
        },
    )


def write_tables(folder: Path, tables: Tables) -> None:
    """Write each table as ``name.csv``."""
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", rows)


def write_plots(folder: Path, plots: Mapping[str, Draw]) -> list[str]:
    """Draw each plot into ``name.png`` and ``name.svg``; the names of those that had something to show.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    drawn = []
    for name, draw in plots.items():
        figure = draw()
        if figure is not None:
            save_figure(figure, folder, name)
            drawn.append(name)
    return drawn
