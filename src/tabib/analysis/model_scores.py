"""Every model in a line: scores over its seeds, what training took, how fast it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from tabib.analysis.models import NO_RARE, NO_TRAIN_COUNTS, ModelRuns, Models, primary_counts, stacked
from tabib.analysis.types import Thresholds
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats
from tabib.metrics.counts import NEITHER, NO_GOLD, NO_LABEL, NO_PREDICTIONS, Counts, divide, rates
from tabib.metrics.paired import mean_over_seeds
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task
from tabib.tasks.suspicion import suspicions


@dataclass(frozen=True, slots=True)
class ModelScores:
    """One model of the comparison.

    Args:
        family: its name in the registry.
        seeds: runs behind the means.
        f1, precision, recall: over all entities (micro); ``f1`` is the task's primary score. Means over seeds,
            intervals over documents and seeds.
        f1_sd: sample standard deviation over seeds (n - 1); None for one seed.
        f1_macro: mean F1 of the types that have gold.
        rare_f1: micro F1 over the types that are rare in train.
        train_seconds: wall time of fitting, mean over seeds; None where records do not say it. ``train_tokens``:
            sub-tokens read in training, without padding; None for a model that reads none.
        memory_gib, gpu_gib: the most that a run's process had used, and of the GPU's memory.
        parameters: of the model; None where it has none or nobody counted them.
        documents_per_second: in prediction; None where it was not measured.
        suspect: why its scores should be doubted; empty where there is no reason.
    """

    model: str
    family: str
    seeds: int
    f1: Score
    f1_sd: float | None
    precision: Score
    recall: Score
    f1_macro: Score
    rare_f1: Score
    train_seconds: float | None
    train_tokens: float | None
    memory_gib: float | None
    gpu_gib: float | None
    parameters: int | None
    documents_per_second: float | None
    suspect: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A model with the counts of each seed."""

    model: ModelRuns
    counts: tuple[Counts, ...]

    def values(self, groups: Sequence[Sequence[int]]) -> Floats:
        """Counts of groups of labels, by seed and document: (S, D, 4 K)."""
        return np.stack([stacked(counts, groups) for counts in self.counts]).astype(np.float64)

    def seed_f1(self) -> list[float | None]:
        """The primary score of each seed; None where it is undefined."""
        values = (float(rates(counts.stacked().sum(axis=0)).f1[-1]) for counts in self.counts)
        return [None if np.isnan(value) else value for value in values]


def count_models(models: Models) -> tuple[Counted, ...]:
    """Count every run once, over the labels of all of them."""
    return tuple(
        Counted(model, tuple(primary_counts(data, models.labels) for data in model.runs))
        for model in models.models
    )


def f1_of(sums: Floats) -> Floats:
    """F1 of each group: sums (..., 4 K) → (..., K). ``rates(sums).f1``, for pairs made within a label."""
    gold, predicted, _, right = np.split(sums, 4, axis=-1)
    return divide(2 * right, gold + predicted)


def score_models(
    models: Models,
    counted: Sequence[Counted],
    thresholds: Thresholds,
    resampling: Resampling,
    documents_per_second: Mapping[str, float] | None = None,
) -> tuple[ModelScores, ...]:
    """The line of each model, the highest F1 first.

    Args:
        counted: of all models.
        documents_per_second: model → its speed, where it was measured.
    """
    rare = models.rare_labels(thresholds)
    speeds = documents_per_second or {}
    majority = [item.seed_f1()[0] for item in counted if item.model.family == "majority"]
    anchor = None if not majority or majority[0] is None else Score(majority[0])
    rows = [_line(item, rare, models, resampling, speeds.get(item.model.name), anchor) for item in counted]
    return tuple(sorted(rows, key=lambda row: (row.f1.value is None, -(row.f1.value or 0.0), row.model)))


def rare_reason(models: Models, rare: Sequence[str] | None, counts: Counts) -> str:
    """Why there is no score of rare types; empty where there is one."""
    if rare is None:
        return NO_TRAIN_COUNTS
    columns = [models.labels.index(label) for label in rare]
    return "" if counts.gold[:, columns].any() else NO_RARE


def _line(
    item: Counted,
    rare: Sequence[str] | None,
    models: Models,
    resampling: Resampling,
    speed: float | None,
    anchor: Score | None,
) -> ModelScores:
    labels = models.labels
    every = [*([index] for index in range(len(labels))), [len(labels)]]
    no_rare = rare_reason(models, rare, item.counts[0])
    groups = [*every, [] if no_rare else [labels.index(label) for label in rare or ()]]
    k = len(groups)

    def statistic(sums: Floats) -> Floats:
        columns = sums.reshape(*sums.shape[:-1], 4, k)
        overall = rates(columns[..., :-1].reshape(*sums.shape[:-1], -1))
        micro = [values[..., -1] for values in (overall.f1, overall.precision, overall.recall)]
        return np.stack([*micro, overall.f1_macro, f1_of(columns[..., -1])[..., 0]], axis=-1)

    reasons = [NEITHER, NO_PREDICTIONS, NO_GOLD, NO_LABEL, no_rare or NEITHER]
    f1, precision, recall, macro, rare_f1 = mean_over_seeds(
        item.values(groups), statistic, reasons, resampling.n, resampling.seed
    )
    by_seed = [value for value in item.seed_f1() if value is not None]
    records = [data.record for data in item.model.runs]
    return ModelScores(
        model=item.model.name,
        family=item.model.family,
        seeds=len(records),
        f1=f1,
        f1_sd=stdev(by_seed) if len(by_seed) == len(records) > 1 else None,
        precision=precision,
        recall=recall,
        f1_macro=macro,
        rare_f1=rare_f1,
        train_seconds=_mean([record.seconds.get("fit") for record in records]),
        train_tokens=_mean([record.tokens.get("train") or None for record in records]),
        memory_gib=_most([record.memory.get("process_gib") for record in records]),
        gpu_gib=_most([record.memory.get("gpu_gib") for record in records]),
        parameters=(records[0].fit or {}).get("parameters") or None,
        documents_per_second=speed,
        suspect="; ".join(_suspicions(item, models, anchor)),
    )


def _suspicions(item: Counted, models: Models, anchor: Score | None) -> list[str]:
    """Reasons of all seeds, each once. The majority baseline is what others are held against: it has none."""
    if item.model.family == "majority":
        return []
    found: dict[str, None] = {}
    for data, value in zip(item.model.runs, item.seed_f1(), strict=True):
        gold, answers = zip(*data.pairs(), strict=True) if data.references else ((), ())
        score = Score(None, NEITHER) if value is None else Score(value)
        primary = get_task(models.first.record.task).primary
        found |= dict.fromkeys(suspicions(primary, score, anchor, gold, answers, frozenset()))
    return list(found)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known and len(known) == len(values) else None


def _most(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
