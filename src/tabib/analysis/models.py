"""Runs of one split, grouped into models with their seeds, and the counts that their scores are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from tabib.analysis.runs import RunData
from tabib.analysis.types import Thresholds
from tabib.core.errors import RecordError
from tabib.metrics.counts import Counts, Ints, label_set
from tabib.metrics.ner import exact_counts
from tabib.metrics.words import WordsPair, iob2_counts, without_words
from tabib.records.folder import folder_name
from tabib.records.record import RunRecord
from tabib.tasks.load import get_task

NO_TRAIN_COUNTS = "the records do not say how often train held each type"
NO_RARE = "no gold of rare types in the split"


@dataclass(frozen=True, slots=True)
class ModelRuns:
    """One model: its runs by rising seed, all on the same documents."""

    name: str
    runs: tuple[RunData, ...]

    @property
    def record(self) -> RunRecord:
        """The first seed's."""
        return self.runs[0].record

    @property
    def family(self) -> str:
        return self.record.model


@dataclass(frozen=True, slots=True)
class Models:
    """What is compared: at least one model, all on the same gold.

    Args:
        labels: of gold, of every prediction and of the records; sorted.
        train_counts: label → gold entities of train; None where no record has them.
    """

    models: tuple[ModelRuns, ...]
    labels: tuple[str, ...]
    train_counts: Mapping[str, int] | None

    @property
    def first(self) -> RunData:
        return self.models[0].runs[0]

    def rare_labels(self, thresholds: Thresholds) -> tuple[str, ...] | None:
        """Types that are rare in train; None where nobody knows."""
        train = self.train_counts
        if train is None:
            return None
        return tuple(label for label in self.labels if thresholds.tier(train.get(label, 0)) == "rare")


def group_models(runs: Sequence[RunData]) -> Models:
    """Group runs by the name of their model, in the order in which the names come.

    Raises:
        RecordError: there are none, they are of different corpora, splits or gold, a seed is there twice, or two
            models have one name.
    """
    if not runs:
        raise RecordError("no runs to compare; expected at least one")
    first = runs[0]
    by_name: dict[str, list[RunData]] = {}
    for data in (_like(first, data) for data in runs):
        by_name.setdefault(data.record.name, []).append(data)
    models = tuple(_model(name, of_name) for name, of_name in by_name.items())
    counted = next((data.train_counts for data in runs if data.train_counts is not None), None)
    return Models(models, label_set(*(data.labels for data in runs)), counted)


def dev_models(models: Models, dev_runs: Sequence[RunData]) -> Models | None:
    """The runs on dev of those models that have one for every seed; None where no model has.

    Raises:
        RecordError: the runs are not on the same gold.
    """
    there = {(data.record.name, data.record.seed): data for data in dev_runs}
    chosen: list[RunData] = []
    for model in models.models:
        keys = [(model.name, data.record.seed) for data in model.runs]
        if all(key in there for key in keys):
            chosen += [there[key] for key in keys]
    return group_models(chosen) if chosen else None


def _like(first: RunData, data: RunData) -> RunData:
    """The run with its documents in the order of the first one's. Raises: RecordError: they are others."""
    for what, one, other in (
        ("corpora", first.record.dataset, data.record.dataset),
        ("tasks", first.record.task, data.record.task),
        ("splits", first.split, data.split),
    ):
        if one != other:
            raise RecordError(
                f"runs of different {what} cannot be compared: {run_name(first)} ({one}) and"
                f" {run_name(data)} ({other})"
            )
    wanted, found = ({row.id: row for row in one.references} for one in (first, data))
    differing = [
        id_
        for id_ in dict.fromkeys([*wanted, *found])
        if id_ not in wanted
        or id_ not in found
        or set(wanted[id_].gold) != set(found[id_].gold)
        or wanted[id_].words != found[id_].words
    ]
    if differing:
        raise RecordError(
            f"{run_name(first)} and {run_name(data)} were scored on different gold: {len(differing)} documents"
            f" differ, among them {differing[0]!r}; expected runs of one version and one division of the corpus"
        )
    if data.ids == first.ids:
        return data
    references = tuple(found[id_] for id_ in first.ids)
    ordered = RunData.of(data.record, data.split, references, data.predictions, data.train_counts)
    return replace(ordered, folder=data.folder)


def _model(name: str, runs: Sequence[RunData]) -> ModelRuns:
    ordered = sorted(runs, key=lambda data: data.record.seed)
    for one, other in pairwise(ordered):
        if differing := _differing(one.record, other.record):
            raise RecordError(
                f"two models are named {name!r}: {run_name(one)} and {run_name(other)} differ in"
                f" {', '.join(differing)}; give them names of their own, or compare one of them"
            )
        if one.record.seed == other.record.seed:
            raise RecordError(
                f"two runs of {name!r} have the seed {one.record.seed}: {run_name(one)}, {run_name(other)};"
                " expected each seed once"
            )
    return ModelRuns(name, tuple(ordered))


def _differing(one: RunRecord, other: RunRecord) -> list[str]:
    """Settings that make two runs other models than one with two seeds."""
    settings = [
        {
            "model": record.model,
            "model_name_or_path": record.weights,
            **{key: record.config.get(key) for key in ("backend_args", "preprocessing", "dataset_args")},
            "training": _without_places(record.config.get("training")),
        }
        for record in (one, other)
    ]
    return [key for key in settings[0] if settings[0][key] != settings[1][key]]


def _without_places(training: Any) -> Any:
    if not isinstance(training, Mapping):
        return training
    return {key: value for key, value in training.items() if key not in ("output_dir", "save_steps")}


def run_name(data: RunData) -> str:
    """The name of the run's folder: the one that it was read from, else the one that every such run has."""
    record = data.record
    return data.folder or folder_name(record.dataset, record.name, record.seed, record.identity)


# Counts -----------------------------------------------------------------------------------------------------


def primary_counts(data: RunData, labels: Sequence[str]) -> Counts:
    """The counts behind the primary score of the run's task: exact entities, or strict IOB2 entities over words.

    Raises:
        RecordError: the gold has no words and the score is over words.
    """
    primary = get_task(data.record.task).primary
    if primary == "exact_f1":
        return exact_counts(data.pairs(), labels)
    assert primary == "f1", f"the primary score {primary} of {data.record.task} is no known function of counts"
    documents: list[WordsPair] = [
        (reference.words, *pair) for reference, pair in zip(data.references, data.pairs(), strict=True)
    ]
    if n := without_words(documents):
        raise RecordError(f"{run_name(data)}: {n} documents of {data.split} have entities but no words to score")
    return iob2_counts(documents, labels)


def stacked(counts: Counts, groups: Sequence[Sequence[int]]) -> Ints:
    """``Counts.stacked`` with one column for each group of columns: (D, 4 K)."""
    arrays = (counts.gold, counts.predicted, counts.found, counts.right)
    return np.hstack(
        [np.stack([array[:, list(group)].sum(axis=1) for group in groups], axis=1) for array in arrays]
    )
