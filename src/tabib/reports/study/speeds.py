"""The speed of a corpus's models, as it was measured and kept in their run folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from tabib.analysis.speed import analyse_speed
from tabib.analysis.speed_models import compare_models, model_rows
from tabib.config.study import SpeedSection, StudySettings
from tabib.records.record import read_record
from tabib.records.speed import SpeedMeasurement, read_speed
from tabib.reports.bundles import Bundle
from tabib.reports.figures.speed import draw_throughput


def plot_name(index: int) -> str:
    """Of the model in a row of the table ``speed_models``."""
    return f"speed_{index + 1}"


def speed_of_models(folders: Sequence[Path], settings: StudySettings) -> tuple[Bundle, Mapping[str, float]]:
    """Tables over all models that were measured, and each one's documents per second at its best batch size.

    Of several measured runs of a model the first counts.

    Raises:
        RecordError: a measurement is damaged.
    """
    found: dict[str, SpeedMeasurement] = {}
    for folder in folders:
        measured = read_speed(folder)
        if measured is not None and measured.complete and measured.identity == read_record(folder).identity:
            found.setdefault(measured.name, measured)
    notes = (settings.speed or SpeedSection()).notes
    analyses = [analyse_speed(measured, notes) for measured in found.values()]
    models = compare_models(list(found.values()), notes=notes)
    tables = {
        "speed_models": model_rows(models),
        "speed_variants": [row for analysis in analyses for row in analysis.variant_rows()],
        "speed": [row for analysis in analyses for row in analysis.speed_rows()],
        "speed_runs": [row for analysis in analyses for row in analysis.run_rows()],
    }
    plots = {
        plot_name(index): partial(draw_throughput, analysis, analysis.title)
        for index, analysis in enumerate(analyses)
    }
    content = {"models": tables["speed_models"]}
    speeds = {row.model: row.documents_per_second for row in models if row.documents_per_second is not None}
    return Bundle("speed", content, tables, plots), speeds
