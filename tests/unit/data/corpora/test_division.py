"""Shares or folds: who is train, dev and test, and what cannot be asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from tabib.core.errors import ConfigError
from tabib.data.corpora.division import Division
from tabib.data.corpus import SPLITS
from tabib.data.splits import Unit

SHARES = Division(dev_fraction=0.2, test_fraction=0.1, split_seed=1)
FOLDS = Division(dev_fraction=0.2, test_fraction=0.1, split_seed=1, folds=5, fold=0)
ITEMS = [Unit(f"{i:02d}", f"g{i // 2}", ("all", "rare") if i % 10 == 0 else ("all",)) for i in range(40)]
"""Pairs that belong together; one document in ten has a rare label."""


def sizes(division: Division) -> tuple[int, ...]:
    parts = division.divide(ITEMS)
    return tuple(len(parts[split]) for split in SPLITS)


def test_shares_are_of_all_documents() -> None:
    assert sizes(SHARES) == (28, 8, 4)
    assert SHARES.describe() == "seed 1"


def test_of_folds_one_is_test_and_dev_keeps_its_share_of_all_documents() -> None:
    assert sizes(FOLDS) == (24, 8, 8)
    assert FOLDS.describe() == "seed 1, test is fold 0 of 5"


@pytest.mark.parametrize("division", [SHARES, FOLDS, replace(FOLDS, fold=3)])
def test_a_division_is_a_partition_that_no_group_straddles(division: Division) -> None:
    parts = division.divide(ITEMS)
    assert Counter(id_ for ids in parts.values() for id_ in ids) == Counter(item.id for item in ITEMS)
    groups = {item.id: item.group for item in ITEMS}
    for one, other in combinations(SPLITS, 2):
        assert not {groups[id_] for id_ in parts[one]} & {groups[id_] for id_ in parts[other]}


def test_every_document_is_in_test_of_one_fold_whatever_the_size_of_dev() -> None:
    folds = [replace(FOLDS, fold=number).divide(ITEMS)["test"] for number in range(5)]
    assert Counter(id_ for fold in folds for id_ in fold) == Counter(item.id for item in ITEMS)
    assert replace(FOLDS, dev_fraction=0.1).divide(ITEMS)["test"] == folds[0]


def test_a_label_of_few_documents_is_in_train_of_every_fold() -> None:
    rare = {item.id for item in ITEMS if "rare" in item.labels}
    for number in range(5):
        assert rare & replace(FOLDS, fold=number).divide(ITEMS)["train"]


@pytest.mark.parametrize(
    ("division", "message"),
    [
        (replace(FOLDS, fold=None), r"dataset_args\.fold: none is named, expected one of 0 to 4, as folds is 5"),
        (replace(FOLDS, fold=5), r"dataset_args\.fold: found 5, expected one of 0 to 4"),
        (replace(SHARES, fold=1), r"dataset_args\.fold: 1 of how many\? Set folds too, or remove it"),
        (replace(FOLDS, folds=21), r"dataset_args\.folds: found 21, expected at most 20, as many as"),
        (replace(SHARES, dev_fraction=0.9), r"dataset_args\.dev_fraction: .*0\.9 and test_fraction 0\.1 together"),
        (
            replace(FOLDS, dev_fraction=0.8),
            r"dataset_args\.dev_fraction: .*0\.8 and a test of one of 5 folds leave",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_setting(division: Division, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        division.divide(ITEMS)
