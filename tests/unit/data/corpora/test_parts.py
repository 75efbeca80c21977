"""Splits of corpora that publish none: grouped and seeded, or those that DrBenchmark drew."""

from __future__ import annotations

import random

import pytest

from tabib.core.examples import Document, Example
from tabib.data.corpora.parts import SHARES, drbenchmark_ids, knowing_overlap, part, split_off_dev
from tabib.data.corpus import SPLITS, Card, Corpus

CARD = Card("x", "classification", ("fr",), "l", "c", "a", ("x",), ("a",), {"train": {}, "test": {}})


def examples(texts: list[str]) -> list[Example[str]]:
    return [Example(Document(str(number), text), "a") for number, text in enumerate(texts)]


class TestDrBenchmark:
    def test_ids_are_shuffled_three_times_from_seed_4_and_cut(self) -> None:
        """As in its loaders: random.seed(4), three shuffles, int(n * 0.70) and int(n * 0.80)."""
        ids = [str(number) for number in range(107)]
        expected = list(ids)
        rng = random.Random(4)
        for _ in range(3):
            rng.shuffle(expected)
        parts = drbenchmark_ids(ids, SHARES)
        assert parts["train"] == tuple(expected[:74])
        assert parts["dev"] == tuple(expected[74:85])
        assert parts["test"] == tuple(expected[85:])

    def test_the_sizes_that_it_published_for_clister(self) -> None:
        parts = drbenchmark_ids([str(number) for number in range(600)], {"train": 0.8333, "dev": 0.1667})
        assert [len(ids) for ids in parts.values()] == [499, 101]

    @pytest.mark.parametrize(("n", "sizes"), [(100, [70, 10, 20]), (50, [35, 5, 10]), (7247, [5072, 725, 1450])])
    def test_the_sizes_that_it_published_for_mantra_and_essai(self, n: int, sizes: list[int]) -> None:
        parts = drbenchmark_ids([str(number) for number in range(n)], SHARES)
        assert [len(ids) for ids in parts.values()] == sizes

    def test_the_examples_stay_in_the_order_of_the_file(self) -> None:
        parts = part(examples([f"text {number}" for number in range(30)]), "drbenchmark", seed=0)
        for split in SPLITS:
            numbers = [int(example.id) for example in parts[split]]
            assert numbers == sorted(numbers)
        assert sum(len(parts[split]) for split in SPLITS) == 30


class TestGrouped:
    def test_equal_texts_never_straddle(self) -> None:
        parts = part(examples([f"Texte {number % 20}." for number in range(60)]), "grouped", seed=3)
        texts = {split: {example.document.text for example in parts[split]} for split in SPLITS}
        assert all(texts.values())
        assert not texts["train"] & texts["test"]
        assert not texts["train"] & texts["dev"]
        assert not texts["dev"] & texts["test"]

    def test_another_seed_gives_other_parts(self) -> None:
        all_ = examples([f"Texte {number}." for number in range(60)])
        assert part(all_, "grouped", seed=1)["test"] != part(all_, "grouped", seed=2)["test"]

    def test_dev_is_split_off_with_the_groups_that_are_given(self) -> None:
        all_ = examples([f"Texte {number}." for number in range(40)])
        parts = split_off_dev(all_, 0.25, seed=1, groups={str(n): str(n // 2) for n in range(40)})
        in_dev = {int(example.id) // 2 for example in parts["dev"]}
        assert len(parts["dev"]) == 10
        assert not in_dev & {int(example.id) // 2 for example in parts["train"]}


def test_what_published_splits_share_is_known_and_noted() -> None:
    one, two, three = (Example(Document(id, text), "a") for id, text in (("1", "x"), ("2", "y"), ("3", "x")))
    corpus = knowing_overlap(Corpus(CARD, (one,), (two,), (three,)))
    assert corpus.card.shared_texts == {("train", "test"): 1}
    assert corpus.notes == ("as it is split, train and test share 1 texts",)


def test_a_corpus_whose_splits_share_nothing_is_left_as_it_is() -> None:
    corpus = Corpus(CARD, tuple(examples(["x"])), (), ())
    assert knowing_overlap(corpus) is corpus
