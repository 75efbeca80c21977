"""Ways of deploying a model that differ in the threshold and in the types that are coded without a reader."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tabib.analysis.production.outcomes import Outcome, outcomes
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.production.split import SplitEntities
from tabib.analysis.production.type_classes import TypeDecision
from tabib.analysis.thresholds import SweetSpot, choose_threshold
from tabib.tasks.base import Resampling

EVERYTHING = "everything that has a confidence"
ASKED = "threshold as asked"
CHOSEN = "threshold chosen on dev"
CHOSEN_TYPES = "threshold and types chosen on dev"


@dataclass(frozen=True, slots=True)
class Policy:
    """A threshold, and the types that are coded without a reader at or above it.

    Args:
        name: key of the table.
        types: None: all.
    """

    name: str
    threshold: float
    types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """What a policy does on dev (where its threshold or its types were chosen: too good) and on the split.

    Args:
        dev: None without dev.
    """

    policy: Policy
    dev: Outcome | None
    test: Outcome

    def rows(self) -> list[dict[str, Any]]:
        """Two rows: ``where`` is ``dev`` or ``split``; ``types_auto_coded`` None: all."""
        policy = self.policy
        types = None if policy.types is None else len(policy.types)
        head = {"policy": policy.name, "types_auto_coded": types}
        both = (("dev", self.dev), ("split", self.test))
        return [{**head, "where": where, **made.to_row()} for where, made in both if made is not None]


def policies(
    dev: SplitEntities | None,
    chosen: SweetSpot,
    decisions: Collection[TypeDecision],
    settings: ProductionSettings,
) -> tuple[Policy, ...]:
    """Those that are compared: everything; the threshold that was asked for; the one chosen on dev; and types too.

    The last takes the types that are candidates or, where no threshold reaches the target over all types, only
    those that are shown to reach it. Its threshold is chosen by the same rule, over dev's entities of these types.
    """
    found = [Policy(EVERYTHING, 0.0), Policy(ASKED, settings.threshold)]
    if chosen.threshold is not None:
        found.append(Policy(CHOSEN, chosen.threshold))
    types = tuple(
        row.label
        for row in decisions
        if (row.candidate if chosen.threshold is not None else row.decided == "auto")
    )
    if dev is not None and types:
        threshold, _ = choose_threshold(dev.of_types(types), settings.rule)
        if threshold is not None:
            found.append(Policy(CHOSEN_TYPES, threshold, types))
    return tuple(found)


def compare_policies(
    found: Sequence[Policy], dev: SplitEntities | None, test: SplitEntities, resampling: Resampling
) -> tuple[PolicyOutcome, ...]:
    """What each does on both splits, with bootstrap intervals over documents."""
    return tuple(
        PolicyOutcome(
            policy,
            None if dev is None else _outcome(policy, dev, resampling),
            _outcome(policy, test, resampling),
        )
        for policy in found
    )


def _outcome(policy: Policy, split: SplitEntities, resampling: Resampling) -> Outcome:
    masked = split if policy.types is None else split.only(policy.types)
    return outcomes(masked, [policy.threshold], resampling)[0]
