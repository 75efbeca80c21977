"""Models over seeds on the same documents: every pair of them, and the best one for each entity type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np

from tabib.analysis.model_scores import Counted, ModelScores, count_models, f1_of, rare_reason, score_models
from tabib.analysis.models import Models
from tabib.analysis.rows import to_json, to_row
from tabib.analysis.types import NO_SUPPORT, Thresholds, Tier
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats
from tabib.metrics.counts import NEITHER
from tabib.metrics.multiplicity import holm
from tabib.metrics.paired import PERMUTATIONS, PairedDifference, paired_differences
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

ONE_MODEL = "one model: there is nothing to compare it with"
NOT_FOUND = "no model finds any of it"

Verdict = Literal["ahead", "may be chance", "tied", "n/a"]


@dataclass(frozen=True, slots=True)
class ModelPair:
    """Two models on the same documents; ``model`` has the higher F1.

    Args:
        difference: F1 of ``model`` minus that of ``other``, means over seeds, with its interval over documents and
            seeds. ``rare_difference``: the same over the types that are rare in train.
        p, rare_p: of the randomisation test over documents. ``p_holm``, ``rare_p_holm``: adjusted for all pairs.
        significant, rare_significant: adjusted p below 0.05, and the interval without 0.
        test, swaps: which randomisation, and among how many.
        documents, seeds, other_seeds: what was compared.
    """

    model: str
    other: str
    difference: Score
    p: float | None
    p_holm: float | None
    significant: bool
    rare_difference: Score
    rare_p: float | None
    rare_p_holm: float | None
    rare_significant: bool
    test: str
    swaps: int
    documents: int
    seeds: int
    other_seeds: int


@dataclass(frozen=True, slots=True)
class TypeLead:
    """The best model for one type, by mean F1 over seeds, and its lead over the second.

    Args:
        tier, train: None where nobody knows how often train held the type.
        support: gold entities of the split.
        best, second: None where there is none; ``why`` says why. Equally good models come by name.
        tied: how many models share the highest F1.
        lead: with its interval. p: of the randomisation test; ``p_holm``: adjusted for all types.
        verdict: ``ahead`` (significant), ``may be chance``, ``tied``, or ``n/a``.
    """

    label: str
    tier: Tier | None
    train: int | None
    support: int
    best: str | None
    best_f1: float | None
    second: str | None
    second_f1: float | None
    tied: int
    lead: Score
    p: float | None
    p_holm: float | None
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models on one split.

    Args:
        dataset, split, documents: on what.
        metric: the name of the score that ``f1`` is: the primary one of the task.
        models: the highest F1 first.
        pairs: every two of them, in the same order.
        types: by falling support.
    """

    dataset: str
    split: str
    documents: int
    metric: str
    resamples: int
    models: tuple[ModelScores, ...]
    pairs: tuple[ModelPair, ...]
    types: tuple[TypeLead, ...]

    @property
    def title(self) -> str:
        return f"{self.dataset}, {self.split}"

    def model(self, name: str) -> ModelScores:
        return next(row for row in self.models if row.model == name)

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = to_json(self)
        return content

    def model_rows(self) -> list[dict[str, Any]]:
        """The table ``models``, key ``model``."""
        return [to_row(row) for row in self.models]

    def number_rows(self) -> list[dict[str, Any]]:
        """The table ``comparison_numbers``: one row."""
        verdicts = [row.verdict for row in self.types]
        return [
            {
                "dataset": self.dataset,
                "split": self.split,
                "documents": self.documents,
                "metric": self.metric,
                "models": len(self.models),
                "pairs": len(self.pairs),
                "significant_pairs": sum(pair.significant for pair in self.pairs),
                "types": sum(row.support > 0 for row in self.types),
                "types_ahead": verdicts.count("ahead"),
                "types_chance": verdicts.count("may be chance"),
                "types_tied": verdicts.count("tied"),
                "types_not_found": sum(row.why == NOT_FOUND for row in self.types),
            }
        ]

    def pair_rows(self) -> list[dict[str, Any]]:
        """The table ``pairs``, keys ``model`` and ``other``."""
        return [to_row(row) for row in self.pairs]

    def type_rows(self) -> list[dict[str, Any]]:
        """The table ``best_by_type``, key ``label``."""
        return [to_row(row) for row in self.types]


def compare(
    models: Models,
    thresholds: Thresholds,
    resampling: Resampling,
    *,
    documents_per_second: Mapping[str, float] | None = None,
    permutations: int = PERMUTATIONS,
) -> Comparison:
    """Compare models in the primary score of their task.

    Args:
        thresholds: which types are rare.
        resampling: of all intervals, and the seed of the randomisation tests.
        documents_per_second: model → its speed in prediction, where it was measured.
        permutations: of each randomisation test.
    """
    counted = count_models(models)
    lines = score_models(models, counted, thresholds, resampling, documents_per_second)
    by_name = {item.model.name: item for item in counted}
    ordered = [by_name[line.model] for line in lines]
    pairs = _pairs(models, ordered, thresholds, resampling, permutations)
    return Comparison(
        models.first.record.dataset,
        models.first.split,
        len(models.first.references),
        get_task(models.first.record.task).primary,
        resampling.n,
        lines,
        pairs,
        _types(models, ordered, thresholds, resampling, permutations),
    )


def _pairs(
    models: Models, ordered: Sequence[Counted], thresholds: Thresholds, resampling: Resampling, permutations: int
) -> tuple[ModelPair, ...]:
    rare = models.rare_labels(thresholds)
    no_rare = rare_reason(models, rare, ordered[0].counts[0])
    columns = [] if no_rare else [models.labels.index(label) for label in rare or ()]
    groups = [[len(models.labels)], columns]
    values = {item.model.name: item.values(groups) for item in ordered}
    found = []
    for one, other in combinations(values, 2):
        overall, of_rare = paired_differences(
            values[one],
            values[other],
            f1_of,
            [NEITHER, no_rare or NEITHER],
            resampling.n,
            resampling.seed,
            permutations,
        )
        found.append((one, other, overall, of_rare))
    adjusted = holm([overall.p for _, _, overall, _ in found])
    rare_adjusted = holm([of_rare.p for *_, of_rare in found])
    return tuple(
        ModelPair(
            one,
            other,
            overall.difference,
            overall.p,
            p,
            overall.significant(p),
            of_rare.difference,
            of_rare.p,
            rare_p,
            of_rare.significant(rare_p),
            overall.test,
            overall.swaps,
            overall.documents,
            overall.seeds_a,
            overall.seeds_b,
        )
        for (one, other, overall, of_rare), p, rare_p in zip(found, adjusted, rare_adjusted, strict=True)
    )


# Types ------------------------------------------------------------------------------------------------------


def _types(
    models: Models, ordered: Sequence[Counted], thresholds: Thresholds, resampling: Resampling, permutations: int
) -> tuple[TypeLead, ...]:
    every = [[index] for index in range(len(models.labels))]
    values = {item.model.name: item.values(every) for item in ordered}
    means = {name: f1_of(array.sum(axis=1)).mean(axis=0) for name, array in values.items()}
    rows = [_unmatched(models, index, means, ordered[0], thresholds) for index in range(len(models.labels))]
    # All types with the same two models at the top are compared at once: one set of draws.
    by_pair: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(rows):
        if row.best is not None and row.second is not None:
            by_pair.setdefault((row.best, row.second), []).append(index)
    leads: dict[int, PairedDifference] = {}
    labels = len(models.labels)
    for (best, second), indices in by_pair.items():
        columns = [part * labels + index for part in range(4) for index in indices]
        found = paired_differences(
            values[best][..., columns],
            values[second][..., columns],
            f1_of,
            [NEITHER] * len(indices),
            resampling.n,
            resampling.seed,
            permutations,
        )
        leads |= dict(zip(indices, found, strict=True))
    adjusted = holm([leads[index].p if index in leads else None for index in range(labels)])
    rows = [
        _with_lead(row, leads[index], adjusted[index]) if index in leads else row for index, row in enumerate(rows)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.support, row.label)))


def _unmatched(
    models: Models, index: int, means: Mapping[str, Floats], any_model: Counted, thresholds: Thresholds
) -> TypeLead:
    """The two best models for a type, before their difference is tested."""
    label = models.labels[index]
    train = None if models.train_counts is None else models.train_counts.get(label, 0)
    support = int(any_model.counts[0].gold[:, index].sum())
    scores = sorted(((-float(mean[index]), name) for name, mean in means.items() if not np.isnan(mean[index])))
    why = NO_SUPPORT if not support else NOT_FOUND if scores[0][0] == 0 else ""
    tied = sum(-score >= -scores[0][0] - 1e-12 for score, _ in scores) if not why else 0
    second = scores[1] if not why and len(scores) > 1 else None
    return TypeLead(
        label=label,
        tier=None if train is None else thresholds.tier(train),
        train=train,
        support=support,
        best=None if why else scores[0][1],
        best_f1=None if why else -scores[0][0],
        second=None if second is None else second[1],
        second_f1=None if second is None else -second[0],
        tied=tied,
        lead=Score(None, why or ONE_MODEL),
        p=None,
        p_holm=None,
        verdict="n/a",
        why=why,
    )


def _with_lead(row: TypeLead, found: PairedDifference, p: float | None) -> TypeLead:
    verdict: Verdict = "tied" if row.tied > 1 else "ahead" if found.significant(p) else "may be chance"
    return replace(row, lead=found.difference, p=found.p, p_holm=p, verdict=verdict)
