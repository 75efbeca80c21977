"""How a corpus whose publishers made no split is divided: by shares, or with one of k folds as test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tabib.core.errors import ConfigError
from tabib.data.corpus import SPLITS, SplitName
from tabib.data.splits import Unit, k_fold, split


@dataclass(frozen=True, slots=True)
class Division:
    """The settings of a division, as ``dataset_args`` name them.

    Args:
        dev_fraction: the share of all documents that becomes dev, in (0, 1).
        test_fraction: the share that becomes test, in (0, 1); of no effect where there are folds.
        split_seed: of the division; not the seed of a run, so that all runs see the same splits.
        folds: how many folds there are, of which one is test; None: test is a share.
        fold: which of them, counted from 0.
    """

    dev_fraction: float
    test_fraction: float
    split_seed: int
    folds: int | None = None
    fold: int | None = None

    def divide(self, items: Sequence[Unit]) -> dict[SplitName, frozenset[str]]:
        """The ids of each split; groups stay together, labels in proportion (``splits.split``).

        With folds, test is one of them, and dev is taken from the others. The folds of a seed do not depend on
        which of them is asked for, nor on the size of dev.

        Raises:
            ConfigError: nothing would be left for train, or there is no such fold.
        """
        if self.folds is None:
            if self.fold is not None:
                raise ConfigError(f"dataset_args.fold: {self.fold} of how many? Set folds too, or remove it")
            dev, test = self.dev_fraction, self.test_fraction
            self._require_train(1 - dev - test, f"dev_fraction {dev:g} and test_fraction {test:g} together")
            parts = split(items, {"train": 1 - dev - test, "dev": dev, "test": test}, seed=self.split_seed)
            return {part: frozenset(parts[part]) for part in SPLITS}
        chosen = self._test_fold(items, self.folds)
        dev = self.dev_fraction * self.folds / (self.folds - 1)
        self._require_train(1 - dev, f"dev_fraction {self.dev_fraction:g} and a test of one of {self.folds} folds")
        rest = [item for item in items if item.id not in chosen]
        parts = split(rest, {"train": 1 - dev, "dev": dev}, seed=self.split_seed)
        return {"train": frozenset(parts["train"]), "dev": frozenset(parts["dev"]), "test": chosen}

    def describe(self) -> str:
        """How it was done, for notes: ``seed 42`` or ``seed 42, test is fold 0 of 5``."""
        return f"seed {self.split_seed}" + (
            "" if self.folds is None else f", test is fold {self.fold} of {self.folds}"
        )

    def _test_fold(self, items: Sequence[Unit], folds: int) -> frozenset[str]:
        if self.fold is None or not 0 <= self.fold < folds:
            found = "none is named" if self.fold is None else f"found {self.fold}"
            raise ConfigError(f"dataset_args.fold: {found}, expected one of 0 to {folds - 1}, as folds is {folds}")
        n_groups = len({item.group or item.id for item in items})
        if folds > n_groups:
            raise ConfigError(
                f"dataset_args.folds: found {folds}, expected at most {n_groups}, as many as there are documents"
                " that do not belong together"
            )
        return frozenset(k_fold(items, folds, seed=self.split_seed)[self.fold].held_out)

    @staticmethod
    def _require_train(share: float, what: str) -> None:
        if share < 1e-9:
            raise ConfigError(f"dataset_args.dev_fraction: {what} leave nothing to train on; make dev smaller")
