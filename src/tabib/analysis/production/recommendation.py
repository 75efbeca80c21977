"""Which deployment the numbers speak for.

Decided on dev alone, in this order:

1. Where some threshold reaches the target precision over all types: a threshold (``thresholds.Rule``) and the
   types that are candidates at it (``type_classes``; high-value types only if they are shown to reach the target),
   all others to a reader.
2. Where none does: the same with those types only that are shown to reach the target.
3. No such types: everything is reviewed (``assist``), if ``assist_precision`` of dev's predictions are right.
4. Else, or without dev: ``not ready``.

The split has one say, a veto: where it shows that the precision of 1 or 2 is below the target, it is ``assist``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tabib.analysis.judged import NO_DEV
from tabib.analysis.production.outcomes import Outcome
from tabib.analysis.production.policies import CHOSEN_TYPES, PolicyOutcome
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.production.split import SplitEntities
from tabib.analysis.production.type_classes import TypeDecision
from tabib.analysis.production.verdicts import Verdict, verdict
from tabib.core.scores import Score

Strategy = Literal["auto-code", "assist", "not ready"]

NO_THRESHOLD_AND_NO_TYPE = "no threshold and no type is shown to reach the target on dev"
NOTHING = "nothing is auto-coded"
REFUTED = "what dev speaks for has a precision below the target on the split"
MOSTLY_WRONG = "too many of dev's predictions are wrong to be worth a reader's time"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do with the model.

    Args:
        strategy: ``auto-code``: entities of ``auto_types`` at or above ``threshold`` go through, all others to a
            reader; ``assist``: a reader sees all of them; ``not ready``: it should not be used.
        reason: why it is not ``auto-code``; empty where it is.
        policy: the name of the policy that dev spoke for, recommended or vetoed; empty where there is none.
        threshold: None where nothing is auto-coded.
        auto_types, review_types: sorted; together all types of the corpus.
        target: the precision to reach.
        precision: of ``policy`` on the split; its interval holds that of the bootstrap, which has no width where
            nothing is wrong, and that of Korn and Graubard.
        confirmed: whether it reaches the target there, where nothing was chosen; ``confirmed_why`` it is unknown.
        dev, test: what ``policy`` does there; None where there is none.
    """

    strategy: Strategy
    reason: str
    policy: str
    threshold: float | None
    auto_types: tuple[str, ...]
    review_types: tuple[str, ...]
    target: float
    precision: Score
    confirmed: Verdict
    confirmed_why: str
    dev: Outcome | None = None
    test: Outcome | None = None

    def to_row(self) -> dict[str, Any]:
        """One row; ``auto_types`` and ``review_types`` as numbers."""
        return {
            "strategy": self.strategy,
            "reason": self.reason,
            "policy": self.policy,
            "threshold": self.threshold,
            "auto_types": len(self.auto_types),
            "review_types": len(self.review_types),
            "types": len(self.auto_types) + len(self.review_types),
            "target": self.target,
            "precision": self.precision.value,
            "precision_low": self.precision.low,
            "precision_high": self.precision.high,
            "confirmed": self.confirmed,
            "confirmed_why": self.confirmed_why,
        }


def recommend(
    dev: SplitEntities | None,
    test: SplitEntities,
    compared: Sequence[PolicyOutcome],
    decisions: Collection[TypeDecision],
    settings: ProductionSettings,
) -> Recommendation:
    """The deployment that the numbers speak for."""
    labels = tuple(sorted(row.label for row in decisions))
    if dev is None:
        return _review("not ready", NO_DEV, labels, settings)
    found = next((made for made in compared if made.policy.name == CHOSEN_TYPES), None)
    if found is None or found.policy.types is None:
        return _without_automation(dev, labels, settings)
    precision = _with_both_intervals(found, test)
    confirmed, why = verdict(precision, found.test.auto_coded, settings.target, settings.min_entities)
    refuted = confirmed == "no"
    return Recommendation(
        _assist_or_not(dev, settings) if refuted else "auto-code",
        REFUTED if refuted else "",
        found.policy.name,
        None if refuted else found.policy.threshold,
        () if refuted else tuple(sorted(found.policy.types)),
        labels if refuted else tuple(label for label in labels if label not in found.policy.types),
        settings.target,
        precision,
        confirmed,
        why,
        found.dev,
        found.test,
    )


def _without_automation(
    dev: SplitEntities, labels: tuple[str, ...], settings: ProductionSettings
) -> Recommendation:
    judged = dev.judged
    if not judged.predicted:
        return _review("not ready", f"dev: {judged.reason}", labels, settings)
    strategy = _assist_or_not(dev, settings)
    why = MOSTLY_WRONG if strategy == "not ready" else judged.reason or NO_THRESHOLD_AND_NO_TYPE
    return _review(strategy, why, labels, settings)


def _assist_or_not(dev: SplitEntities, settings: ProductionSettings) -> Strategy:
    return "assist" if dev.judged.right.mean() >= settings.assist_precision else "not ready"


def _review(
    strategy: Strategy, reason: str, labels: tuple[str, ...], settings: ProductionSettings
) -> Recommendation:
    return Recommendation(
        strategy, reason, "", None, (), labels, settings.target, Score(None, NOTHING), "unknown", NOTHING
    )


def _with_both_intervals(found: PolicyOutcome, test: SplitEntities) -> Score:
    masked = test.only(found.policy.types or ())
    kept = masked.kept(found.policy.threshold)
    exact, drawn = masked.precision_of(kept).scores(NOTHING)[0], found.test.precision
    lows = [score.low for score in (exact, drawn) if score.low is not None]
    highs = [score.high for score in (exact, drawn) if score.high is not None]
    return replace(drawn, low=min(lows, default=None), high=max(highs, default=None))
