"""The models of one corpus, compared; and the one of them, and the run of it, that dev chooses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tabib.analysis.comparison import compare
from tabib.analysis.models import dev_models, group_models
from tabib.analysis.runs import RunData, load_dev_data, load_run_data
from tabib.analysis.selection import SelectionSettings, select
from tabib.analysis.tradeoffs import trade_offs
from tabib.analysis.types import Thresholds
from tabib.config.study import StudySettings
from tabib.records.scoring import resampling_of_record
from tabib.reports.bundles import Bundle, comparison_bundle
from tabib.reports.study.provenance import StudyRuns


@dataclass(frozen=True, slots=True)
class Compared:
    """One corpus: the comparison's bundle, and the folder of the run that dev chooses; None where it cannot."""

    bundle: Bundle
    folder: Path | None
    why: str = ""


def compare_models(
    runs: StudyRuns, dataset: str, settings: StudySettings, documents_per_second: Mapping[str, float] | None
) -> Compared:
    """Compare the models of a corpus whose runs are done, and choose one.

    Args:
        documents_per_second: model → its speed, where it was measured.

    Raises:
        RecordError, PredictionError: files of a run are absent or damaged.
    """
    folders = {
        (cell.model, cell.seed): folder
        for cell in runs.cells
        if cell.dataset == dataset and (folder := cell.folder) is not None
    }
    models = group_models(_named((name, load_run_data(path, runs.split)) for (name, _), path in folders.items()))
    dev = dev_models(
        models, _named((name, load_dev_data(path, runs.split)) for (name, _), path in folders.items())
    )
    tiers = Thresholds(settings.tiers.rare_below, settings.tiers.frequent_above)
    resampling = resampling_of_record(models.first.record)
    comparison = compare(models, tiers, resampling, documents_per_second=documents_per_second)
    candidates = settings.candidates or [model.name for model in models.models if model.record.weights]
    selection = select(
        [row.model for row in comparison.models],
        dev,
        SelectionSettings(settings.weights.model_dump(), tuple(candidates) or None),
        tiers,
        resampling,
        documents_per_second,
    )
    best = next((row for row in selection.candidates if row.rank == 1), None)
    folder = None if best is None or best.seed is None else folders[best.model, best.seed]
    return Compared(
        comparison_bundle(comparison, selection, trade_offs(comparison, selection)), folder, selection.why
    )


def _named(runs: Iterable[tuple[str, RunData | None]]) -> list[RunData]:
    """The runs under the names of this benchmark; a run may have been made under another one."""
    return [replace(data, record=replace(data.record, name=name)) for name, data in runs if data is not None]
