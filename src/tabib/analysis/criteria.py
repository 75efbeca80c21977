"""What a choice of a model goes by: criteria as shares of the best candidate, their weights, and other weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tabib.analysis.model_scores import ModelScores

Criterion = Literal["score", "rare_types", "speed"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)

NOT_MEASURED = "speed was not measured for every candidate"
NOTHING = "it is 0 for every candidate"
_TIES = 1e-12  # totals that are one number


@dataclass(frozen=True, slots=True)
class CriterionUse:
    """One criterion.

    Args:
        weight: as it was asked for, all weights summing to 1.
        used: after the weights of criteria that are left out went to the others; ``why`` it was left out.
    """

    criterion: Criterion
    weight: float
    used: float
    why: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """In how many of all weightings a candidate wins; equally good candidates share one."""

    model: str
    won: float
    weightings: int
    share: float


def weigh(
    able: Sequence[ModelScores], asked: Mapping[str, float], nobody: str
) -> tuple[tuple[CriterionUse, ...], dict[str, dict[Criterion, float | None]]]:
    """What each criterion counts for, and model → criterion → share of the best candidate's.

    Args:
        able: the candidates, with their scores of dev.
        asked: criterion → weight; not all of them 0.
        nobody: why nothing counts where there is no candidate.
    """
    shares: dict[str, dict[Criterion, float | None]] = {row.model: dict.fromkeys(CRITERIA) for row in able}
    left_out: dict[Criterion, str] = {}
    for criterion in CRITERIA:
        values = {row.model: _value(row, criterion) for row in able}
        known = [value for value in values.values() if value is not None]
        if len(known) < len(able):
            rare = next((row.rare_f1.reason for row in able if row.rare_f1.reason), "")
            left_out[criterion] = NOT_MEASURED if criterion == "speed" else rare
        elif not known or max(known) <= 0:
            left_out[criterion] = NOTHING if known else nobody
        else:
            for model, value in values.items():
                shares[model][criterion] = (value or 0.0) / max(known)
    whole = sum(asked.values())
    weights = {criterion: asked.get(criterion, 0.0) / whole for criterion in CRITERIA}
    rest = sum(weight for criterion, weight in weights.items() if criterion not in left_out)
    if able and not rest:
        # All the weight lay on what is not known: the score, which every candidate has, decides.
        weights_used = {criterion: float(criterion == "score") for criterion in CRITERIA}
    else:
        weights_used = {
            criterion: 0.0 if criterion in left_out or not rest else weight / rest
            for criterion, weight in weights.items()
        }
    uses = (
        CriterionUse(criterion, weights[criterion], weights_used[criterion], left_out.get(criterion, ""))
        for criterion in CRITERIA
    )
    return tuple(uses), shares


def _value(row: ModelScores, criterion: Criterion) -> float | None:
    if criterion == "speed":
        return row.documents_per_second
    return row.f1.value if criterion == "score" else row.rare_f1.value


def sensitivity(
    shares: Mapping[str, Mapping[Criterion, float | None]], criteria: Sequence[CriterionUse], step: float
) -> tuple[Sensitivity, ...]:
    """Who wins with each weighting of the criteria that are known.

    Args:
        shares: candidate → criterion → share of the best one's.
        step: of the weights, a part of 1.
    """
    known = [use.criterion for use in criteria if not use.why]
    if not shares or not known:
        return ()
    weights_WC = np.array(list(_weightings(len(known), round(1 / step))), np.float64) * step
    values_MC = np.array(
        [[of_model[criterion] for criterion in known] for of_model in shares.values()], np.float64
    )
    totals_WM = weights_WC @ values_MC.T
    wins_WM = totals_WM >= totals_WM.max(axis=1, keepdims=True) - _TIES
    won_M = (wins_WM / wins_WM.sum(axis=1, keepdims=True)).sum(axis=0)
    n = len(weights_WC)
    rows = [Sensitivity(name, float(won), n, float(won) / n) for name, won in zip(shares, won_M, strict=True)]
    return tuple(sorted(rows, key=lambda row: (-row.won, row.model)))


def _weightings(criteria: int, steps: int) -> list[tuple[int, ...]]:
    """All ways to share ``steps`` out."""
    if criteria == 1:
        return [(steps,)]
    return [(first, *rest) for first in range(steps + 1) for rest in _weightings(criteria - 1, steps - first)]
