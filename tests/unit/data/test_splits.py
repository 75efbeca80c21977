"""Splits: groups stay together, labels stay in proportion, the order of the input does not matter."""

from __future__ import annotations

import random
import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.core.examples import Document, Example
from tabib.data.overlap import word_shingles
from tabib.data.splits import (
    Unit,
    k_fold,
    leave_one_group_out,
    near_duplicates,
    same_text,
    split,
    units,
)

FRACTIONS = {"train": 0.7, "dev": 0.1, "test": 0.2}

some_units = st.lists(
    st.builds(
        Unit,
        id=st.text(string.ascii_letters, min_size=1, max_size=6),
        group=st.sampled_from(["", "g1", "g2", "g3"]),
        labels=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    ),
    unique_by=lambda unit: unit.id,
    min_size=1,
    max_size=40,
)


@given(some_units, st.integers(0, 5), st.randoms(use_true_random=False))
def test_a_split_is_a_partition_that_no_order_changes(
    items: list[Unit], seed: int, shuffler: random.Random
) -> None:
    parts = split(items, FRACTIONS, seed=seed)
    assert sorted(id_ for ids in parts.values() for id_ in ids) == sorted(unit.id for unit in items)
    shuffled = list(items)
    shuffler.shuffle(shuffled)
    assert split(shuffled, FRACTIONS, seed=seed) == parts


@given(some_units, st.integers(0, 5))
def test_no_group_straddles_a_split(items: list[Unit], seed: int) -> None:
    part_of = {id_: part for part, ids in split(items, FRACTIONS, seed=seed).items() for id_ in ids}
    for group in ("g1", "g2", "g3"):
        assert len({part_of[unit.id] for unit in items if unit.group == group}) <= 1


class TestStratification:
    ITEMS = tuple(Unit(f"{i:03d}", labels=("rare",) if i % 20 == 0 else ("common",)) for i in range(200))

    def test_parts_have_the_sizes_asked_for(self) -> None:
        parts = split(self.ITEMS, FRACTIONS, seed=0)
        assert {part: len(ids) for part, ids in parts.items()} == {"train": 140, "dev": 20, "test": 40}

    def test_a_rare_label_is_shared_out_in_proportion(self) -> None:
        rare = {unit.id for unit in self.ITEMS if unit.labels == ("rare",)}
        parts = split(self.ITEMS, FRACTIONS, seed=0)
        assert {part: len(rare & set(ids)) for part, ids in parts.items()} == {"train": 7, "dev": 1, "test": 2}

    def test_another_seed_is_another_split(self) -> None:
        assert split(self.ITEMS, FRACTIONS, seed=0) != split(self.ITEMS, FRACTIONS, seed=1)

    def test_the_split_of_a_seed_never_changes(self) -> None:
        """Written down, so that another version of the code cannot move documents between splits unseen."""
        items = [Unit(letter) for letter in "abcdefghij"]
        assert split(items, {"train": 0.8, "dev": 0.2}, seed=7)["dev"] == ("b", "g")

    def test_one_large_group_goes_where_there_is_room(self) -> None:
        items = [*(Unit(f"big{i}", "big") for i in range(30)), *(Unit(f"small{i}") for i in range(70))]
        parts = split(items, {"train": 0.9, "dev": 0.1}, seed=0)
        assert {part: len(ids) for part, ids in parts.items()} == {"train": 90, "dev": 10}
        assert "big0" in parts["train"]


@pytest.mark.parametrize(
    "fractions", [{"train": 0.5, "dev": 0.4}, {"train": 1.0, "dev": 0.0}, {"train": 1.5, "dev": -0.5}]
)
def test_fractions_that_are_none_are_refused(fractions: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be positive and sum to 1"):
        split([Unit("a")], fractions, seed=0)


def test_repeated_ids_are_refused() -> None:
    with pytest.raises(ValueError, match=r"ids must be unique, repeated: \['a'\]"):
        split([Unit("a"), Unit("a")], FRACTIONS, seed=0)


class TestFolds:
    ITEMS = tuple(Unit(f"{i:02d}", group=f"g{i // 2}", labels=("ab"[i % 2],)) for i in range(20))

    def test_every_unit_is_held_out_once_and_groups_stay_together(self) -> None:
        folds = k_fold(self.ITEMS, 5, seed=0)
        assert Counter(id_ for fold in folds for id_ in fold.held_out) == Counter(unit.id for unit in self.ITEMS)
        for fold in folds:
            assert len(fold.held_out) == 4
            assert sorted(fold.train + fold.held_out) == [unit.id for unit in self.ITEMS]
            groups = {unit.id: unit.group for unit in self.ITEMS}
            assert not {groups[id_] for id_ in fold.train} & {groups[id_] for id_ in fold.held_out}

    def test_leaving_one_group_out_names_the_group(self) -> None:
        folds = leave_one_group_out(self.ITEMS[:6])
        assert [(fold.name, fold.held_out) for fold in folds] == [
            ("g0", ("00", "01")),
            ("g1", ("02", "03")),
            ("g2", ("04", "05")),
        ]
        assert folds[0].train == ("02", "03", "04", "05")

    @pytest.mark.parametrize("k", [1, 11])
    def test_more_folds_than_groups_are_refused(self, k: int) -> None:
        with pytest.raises(ValueError, match=r"between 2 and the number of groups \(10\)"):
            k_fold(self.ITEMS, k, seed=0)

    def test_one_group_cannot_be_left_out(self) -> None:
        with pytest.raises(ValueError, match="at least two groups"):
            leave_one_group_out(self.ITEMS[:2])


LEAFLET = (
    "One tablet in the morning, with water, before the first meal of the day, for ten days in all, no longer."
)


class TestNearDuplicates:
    def test_a_text_with_one_word_more_is_a_near_duplicate_and_another_is_not(self) -> None:
        documents = [
            Document("b", LEAFLET),
            Document("a", LEAFLET.upper() + " Really."),
            Document("c", "Two drops in each eye at night, for as long as the redness lasts."),
        ]
        assert near_duplicates(documents) == {"a": "a", "b": "a", "c": "c"}

    def test_clusters_are_chains_of_neighbours(self) -> None:
        words = [f"w{i}" for i in range(100)]
        texts = {"a": words[:80], "b": words[5:85], "c": words[10:90]}
        documents = [Document(id_, " ".join(text)) for id_, text in texts.items()]
        assert set(near_duplicates(documents).values()) == {"a"}
        assert near_duplicates([documents[0], documents[2]]) == {"a": "a", "c": "c"}

    def test_short_texts_are_compared_whole(self) -> None:
        documents = [Document("1", "Fever, cough."), Document("2", "fever cough"), Document("3", "Fever.")]
        assert near_duplicates(documents) == {"1": "1", "2": "1", "3": "3"}

    @settings(max_examples=50)
    @given(
        st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), min_size=2, max_size=12),
        st.sampled_from([0.3, 0.5, 0.8, 1.0]),
    )
    def test_it_finds_what_comparing_all_pairs_finds(self, texts: list[list[str]], threshold: float) -> None:
        documents = [Document(f"{i:02d}", " ".join(text)) for i, text in enumerate(texts)]
        found = near_duplicates(documents, threshold=threshold, n=2)
        expected = {document.id: document.id for document in documents}
        for one in documents:
            for other in documents:
                first, second = word_shingles(one.text, 2), word_shingles(other.text, 2)
                if len(first & second) >= threshold * len(first | second):
                    lower, upper = sorted((expected[one.id], expected[other.id]))
                    expected = {id_: lower if name == upper else name for id_, name in expected.items()}
        assert found == expected

    def test_a_threshold_out_of_range_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"in \(0, 1\]"):
            near_duplicates([], threshold=0)


def test_same_text_forgives_case_punctuation_and_forms() -> None:
    documents = [
        Document("2", "Avez-vous mal ?"),
        Document("1", "avez vous  mal"),
        Document("3", "Avez-vous bu ?"),
    ]
    assert same_text(documents) == {"1": "1", "2": "1", "3": "3"}


def test_units_join_the_documents_own_groups_with_others() -> None:
    """a and b are one patient's; b and c say the same; so a, b and c stay together."""
    examples = [
        Example(Document("a", "fever", group="patient 1"), "x"),
        Example(Document("b", "cough", group="patient 1"), "y"),
        Example(Document("c", "Cough!", group="patient 2"), "y"),
        Example(Document("d", "pain"), "x"),
    ]
    found = units(examples, lambda gold: (gold,), same_text(example.document for example in examples))
    assert found == [
        Unit("a", "a", ("x",)),
        Unit("b", "a", ("y",)),
        Unit("c", "a", ("y",)),
        Unit("d", "d", ("x",)),
    ]
