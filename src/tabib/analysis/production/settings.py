"""What is asked of a deployment: the threshold, the precision to reach, the types that matter most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tabib.analysis.thresholds import THRESHOLDS, Rule
from tabib.core.errors import ConfigError
from tabib.registry import nearest

HIGH_VALUE = ("Disease_disorder", "Therapeutic_procedure", "Medication")
"""The types of MACCROBAT that bills are made of."""


@dataclass(frozen=True, slots=True)
class ProductionSettings:
    """Args:
        threshold: the one at which types are looked at.
        thresholds: those of the tables.
        high_value: types whose errors cost most; None: those of ``HIGH_VALUE`` that the corpus has.
        target: the precision that what is coded without a reader should have, in (0, 1].
        min_entities: nothing is claimed of the precision of fewer entities than this, and no threshold that keeps
            fewer of dev is chosen.
        assist_precision: the precision, in [0, 1], from which predictions are worth showing to a reader; below it
            there are more wrong ones to take out than right ones to confirm.

    Raises:
        ConfigError: a value out of its range.
    """

    threshold: float = 0.85
    thresholds: tuple[float, ...] = THRESHOLDS
    high_value: tuple[str, ...] | None = None
    target: float = 0.9
    min_entities: int = 10
    assist_precision: float = 0.5

    def __post_init__(self) -> None:
        for name, value in (
            ("threshold", self.threshold),
            ("assist_precision", self.assist_precision),
            *(("thresholds", value) for value in self.thresholds),
        ):
            if not 0 <= value <= 1:
                raise ConfigError(f"{name}: found {value}; expected a number from 0 to 1")
        if self.min_entities < 1:
            raise ConfigError(f"min_entities: found {self.min_entities}; expected at least 1 entity")
        _ = self.rule  # checks the target

    @property
    def grid(self) -> tuple[float, ...]:
        """The thresholds of the tables, ``threshold`` among them, ascending."""
        return tuple(sorted({*self.thresholds, self.threshold}))

    @property
    def rule(self) -> Rule:
        """How the threshold is chosen on dev."""
        return Rule("precision", target=self.target, min_kept=self.min_entities)

    def high_value_of(self, labels: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The high-value types among a corpus's labels, and those of the default that are not.

        Raises:
            ConfigError: a type that was asked for is not among the labels; names the nearest ones.
        """
        if self.high_value is None:
            present = tuple(name for name in HIGH_VALUE if name in labels)
            return present, tuple(name for name in HIGH_VALUE if name not in labels)
        for name in self.high_value:
            if name not in labels:
                raise ConfigError(f"high-value types: the corpus has no type {name!r}{nearest(name, labels)}")
        return tuple(dict.fromkeys(self.high_value)), ()
