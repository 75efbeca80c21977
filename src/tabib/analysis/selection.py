"""Which model to take: a rule over scores of dev, rare types and speed, and what another weighting would take.

Each criterion is a share of the best candidate's value, so 1 is the best; the weighted mean of the shares decides.
A criterion that is not known for all candidates is left out, and its weight goes to the others in proportion. The
split that is evaluated takes no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from tabib.analysis.model_scores import Counted, ModelScores, count_models, score_models
from tabib.analysis.models import Models, run_name
from tabib.analysis.rows import to_json, to_row
from tabib.analysis.types import Thresholds
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.registry import nearest
from tabib.tasks.base import Resampling

Criterion = Literal["score", "rare_types", "speed"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)

NO_DEV = "it has no dev predictions of every seed"
NO_DEV_AT_ALL = "no model has dev predictions, and nothing is chosen on what is evaluated"
BASELINE = "it is the majority baseline"
NOT_ABOVE = "its score on dev is not above the majority baseline's"
NOT_ASKED = "it is not among the candidates that were asked for"
NO_CANDIDATE = "there is no candidate"
NOT_MEASURED = "speed was not measured for every candidate"
NOTHING = "it is 0 for every candidate"
_TIES = 1e-12  # totals that are one number


@dataclass(frozen=True, slots=True)
class SelectionSettings:
    """The rule.

    Args:
        weights: criterion → weight; only their proportions matter. ``score``: dev score; ``rare_types``: dev F1
            over the types that are rare in train; ``speed``: documents per second.
        candidates: names of models; None for all but the majority baseline.
        step: of the weightings that are tried, from 0 to 1.

    Raises:
        ConfigError: an unknown criterion, a negative weight, none above 0, or a step that does not divide 1.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: {"score": 0.6, "rare_types": 0.2, "speed": 0.2})
    candidates: tuple[str, ...] | None = None
    step: float = 0.05

    def __post_init__(self) -> None:
        for name, weight in self.weights.items():
            if name not in CRITERIA:
                raise ConfigError(f"weights: no criterion {name!r}{nearest(name, CRITERIA)}")
            if not 0 <= weight < float("inf"):
                raise ConfigError(f"weights.{name}: found {weight:g}; expected 0 or more")
        if not sum(self.weights.values()) > 0:
            raise ConfigError("weights: all of them are 0; expected one above 0")
        if not 0 < self.step <= 1 or abs(round(1 / self.step) * self.step - 1) > 1e-9:
            raise ConfigError(f"step: found {self.step:g}; expected a part of 1, such as 0.05 or 0.1")


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
class Candidate:
    """One model under the rule.

    Args:
        rank: 1 for the chosen one; None for a model that is no candidate, ``why`` says why.
        total: weighted mean of the shares.
        score, rare_types: on dev, means over seeds. speed: documents per second.
        score_share, rare_types_share, speed_share: of the best candidate's; None where not known or left out.
        seed, run, seed_score: the seed with the highest dev score, which is the one to deploy.
    """

    model: str
    rank: int | None
    total: float | None
    score: Score
    score_share: float | None
    rare_types: Score
    rare_types_share: float | None
    speed: float | None
    speed_share: float | None
    seed: int | None
    run: str
    seed_score: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """In how many of all weightings a candidate wins; equally good candidates share one."""

    model: str
    won: float
    weightings: int
    share: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What the rule chooses.

    Args:
        chosen: None where nothing can be chosen, ``why`` says why.
        candidates: by rank, those that are none last.
    """

    settings: SelectionSettings
    chosen: str | None
    why: str
    criteria: tuple[CriterionUse, ...]
    candidates: tuple[Candidate, ...]
    sensitivity: tuple[Sensitivity, ...]

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = to_json(self)
        return content | {"settings": to_json(self.settings) | {"weights": dict(self.settings.weights)}}

    def choice_rows(self) -> list[dict[str, Any]]:
        """The table ``selection_choice``: one row."""
        ranked = [row for row in self.candidates if row.rank is not None]
        best = ranked[0] if ranked else None
        second = ranked[1] if len(ranked) > 1 else None
        share = next((row for row in self.sensitivity if best and row.model == best.model), None)
        return [
            {
                "model": self.chosen,
                "candidates": len(ranked),
                "models": len(self.candidates),
                "total": best.total if best else None,
                "second": second.model if second else None,
                "second_total": second.total if second else None,
                "run": best.run if best else None,
                "seed": best.seed if best else None,
                "seed_score": best.seed_score if best else None,
                "weightings": share.weightings if share else None,
                "share_of_weightings": share.share if share else None,
                "why": self.why,
            }
        ]

    def candidate_rows(self) -> list[dict[str, Any]]:
        """The table ``selection``, key ``model``."""
        return [to_row(row) for row in self.candidates]

    def criterion_rows(self) -> list[dict[str, Any]]:
        """The table ``selection_weights``, key ``criterion``."""
        return [to_row(row) for row in self.criteria]

    def sensitivity_rows(self) -> list[dict[str, Any]]:
        """The table ``selection_sensitivity``, key ``model``."""
        return [to_row(row) for row in self.sensitivity]


def select(
    names: Sequence[str],
    dev: Models | None,
    settings: SelectionSettings,
    thresholds: Thresholds,
    resampling: Resampling,
    documents_per_second: Mapping[str, float] | None = None,
) -> Selection:
    """Choose a model.

    Args:
        names: all models that are compared.
        dev: their runs on dev; models without are no candidates. None where no model has any.
        thresholds: which types are rare.
        documents_per_second: model → its speed, where it was measured.

    Raises:
        ConfigError: a candidate that is not among the models.
    """
    for name in settings.candidates or ():
        if name not in names:
            raise ConfigError(f"candidates: no model {name!r}{nearest(name, names)}")
    counted = count_models(dev) if dev is not None else ()
    lines = {} if dev is None else {
        row.model: row for row in score_models(dev, counted, thresholds, resampling, documents_per_second)
    }  # fmt: skip
    floor = max((row.f1.value or 0.0 for row in lines.values() if row.family == "majority"), default=None)
    reasons = {name: _excluded(lines.get(name), floor, settings, name) for name in names}
    able = [lines[name] for name in names if not reasons[name]]
    criteria, shares = _criteria(able, settings)
    totals = {
        name: sum(use.used * share for use in criteria if (share := of_model[use.criterion]) is not None)
        for name, of_model in shares.items()
    }
    order = sorted(totals, key=lambda name: (-round(totals[name], 12), -(lines[name].f1.value or 0.0), name))
    best_seeds = {item.model.name: _best_seed(item) for item in counted}
    rows = [
        _candidate(
            name, lines.get(name), rank, totals.get(name), shares.get(name), best_seeds.get(name), reasons[name]
        )
        for name, rank in [
            *((name, rank) for rank, name in enumerate(order, start=1)),
            *((name, None) for name in names if reasons[name]),
        ]
    ]
    return Selection(
        settings,
        order[0] if order else None,
        "" if order else NO_CANDIDATE if lines else NO_DEV_AT_ALL,
        criteria,
        tuple(rows),
        _sensitivity(shares, criteria, settings.step),
    )


def _excluded(line: ModelScores | None, floor: float | None, settings: SelectionSettings, name: str) -> str:
    """Why a model is no candidate; empty for one."""
    if settings.candidates is not None and name not in settings.candidates:
        return NOT_ASKED
    if line is None:
        return NO_DEV
    if line.f1.value is None:
        return f"its score on dev is undefined: {line.f1.reason}"
    if line.family == "majority":
        return BASELINE
    return NOT_ABOVE if floor is not None and line.f1.value <= floor else ""


def _criteria(
    able: Sequence[ModelScores], settings: SelectionSettings
) -> tuple[tuple[CriterionUse, ...], dict[str, dict[Criterion, float | None]]]:
    """What each criterion counts for, and model → criterion → share of the best."""
    shares: dict[str, dict[Criterion, float | None]] = {row.model: dict.fromkeys(CRITERIA) for row in able}
    left_out: dict[Criterion, str] = {}
    for criterion in CRITERIA:
        values = {row.model: _value(row, criterion) for row in able}
        known = [value for value in values.values() if value is not None]
        if len(known) < len(able):
            rare = next((row.rare_f1.reason for row in able if row.rare_f1.reason), "")
            left_out[criterion] = NOT_MEASURED if criterion == "speed" else rare
        elif not known or max(known) <= 0:
            left_out[criterion] = NOTHING if known else NO_CANDIDATE
        else:
            for model, value in values.items():
                shares[model][criterion] = (value or 0.0) / max(known)
    whole = sum(settings.weights.values())
    weights = {criterion: settings.weights.get(criterion, 0.0) / whole for criterion in CRITERIA}
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


def _candidate(
    name: str,
    line: ModelScores | None,
    rank: int | None,
    total: float | None,
    shares: Mapping[Criterion, float | None] | None,
    best: tuple[int, str, float] | None,
    why: str,
) -> Candidate:
    shares = shares or dict.fromkeys(CRITERIA)
    none = Score(None, NO_DEV)
    seed, run, score = best or (None, "", None)
    return Candidate(
        name,
        rank,
        total,
        none if line is None else line.f1,
        shares["score"],
        none if line is None else line.rare_f1,
        shares["rare_types"],
        None if line is None else line.documents_per_second,
        shares["speed"],
        seed,
        run,
        score,
        why,
    )


def _best_seed(item: Counted) -> tuple[int, str, float] | None:
    """Seed, run and score of the run with the highest score; the lowest seed of equally good ones."""
    scored = [
        (value, -data.record.seed, data)
        for value, data in zip(item.seed_f1(), item.model.runs, strict=True)
        if value is not None
    ]
    if not scored:
        return None
    value, _, data = max(scored, key=lambda row: row[:2])
    return data.record.seed, run_name(data), value


def _sensitivity(
    shares: Mapping[str, Mapping[Criterion, float | None]], criteria: Sequence[CriterionUse], step: float
) -> tuple[Sensitivity, ...]:
    """Every weighting of the criteria that are known, in steps."""
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
