"""Which model to take: a rule over scores of dev, rare types and speed, and what another weighting would take.

Each criterion is a share of the best candidate's value, so 1 is the best; the weighted mean of the shares decides.
A criterion that is not known for all candidates is left out, and its weight goes to the others in proportion. The
split that is evaluated takes no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tabib.analysis.criteria import CRITERIA, Criterion, CriterionUse, Sensitivity, sensitivity, weigh
from tabib.analysis.model_scores import Counted, ModelScores, count_models, score_models
from tabib.analysis.models import Models, run_name
from tabib.analysis.rows import to_json, to_row
from tabib.analysis.types import Thresholds
from tabib.core.errors import ConfigError
from tabib.core.scores import Score
from tabib.registry import nearest
from tabib.tasks.base import Resampling

NO_DEV = "it has no dev predictions of every seed"
NO_DEV_AT_ALL = "no model has dev predictions, and nothing is chosen on what is evaluated"
BASELINE = "it is the majority baseline"
NOT_ABOVE = "its score on dev is not above the majority baseline's"
NOT_ASKED = "it is not among the candidates"
NO_CANDIDATE = "there is no candidate"


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
    criteria, shares = weigh(able, settings.weights, NO_CANDIDATE)
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
        sensitivity(shares, criteria, settings.step),
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
