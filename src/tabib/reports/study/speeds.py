"""The speed of a corpus's models, as it was measured and kept in their run folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from tabib.analysis.model_speeds import speeds_of_models
from tabib.analysis.speed import analyse_speed
from tabib.analysis.speed_models import compare_models, model_rows
from tabib.config.study import SpeedSection, StudySettings
from tabib.core.errors import RecordError
from tabib.records.record import read_record
from tabib.records.speed import SpeedMeasurement, read_speed
from tabib.reports.bundles import Bundle
from tabib.reports.figures.speed import draw_throughput
from tabib.reports.study.provenance import StudyRuns


def plot_name(index: int) -> str:
    """Of the model in a row of the table ``speed_models``."""
    return f"speed_{index + 1}"


@dataclass(frozen=True, slots=True)
class Speeds:
    """What was measured of the models of a corpus.

    Args:
        bundle: tables and plots.
        documents_per_second: model → its speed, of those that can be held against one another.
        notices: why others cannot.
    """

    bundle: Bundle
    documents_per_second: Mapping[str, float]
    notices: tuple[str, ...]


def speed_of_models(runs: StudyRuns, dataset: str, settings: StudySettings) -> Speeds:
    """The measurements that are kept in the run folders; of several runs of a model the first counts."""
    found: dict[str, SpeedMeasurement] = {}
    damaged: list[str] = []
    for cell in runs.cells:
        if cell.dataset == dataset and cell.folder is not None:
            try:
                measured = read_speed(cell.folder)
            except RecordError as error:
                damaged.append(f"no speed of {cell.model}: {error}")
                continue
            if measured is not None and measured.identity == read_record(cell.folder).identity:
                found.setdefault(cell.model, replace(measured, name=cell.model))
    notes = (settings.speed or SpeedSection()).notes
    analyses = [analyse_speed(measured, notes) for measured in found.values()]
    models = compare_models(list(found.values()), _reference(runs, found), notes)
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
    documents_per_second, notices = speeds_of_models(list(found.values()))
    bundle = Bundle("speed", {"models": tables["speed_models"]}, tables, plots)
    return Speeds(bundle, documents_per_second, (*damaged, *notices))


def _reference(runs: StudyRuns, found: Mapping[str, SpeedMeasurement]) -> str | None:
    """The first model with weights that was measured, else the first of all: any is slow beside a look-up."""
    for cell in runs.cells:
        if cell.model in found and cell.folder is not None and read_record(cell.folder).weights:
            return cell.model
    return next(iter(found), None)
