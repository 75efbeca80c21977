"""Texts that are read in one place and tested on in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tabib.core.examples import Document, Example
from tabib.data.corpus import Card, Corpus
from tabib.data.leaks import CrossLeak, beyond, cross_leaks, near_duplicates

CARD = Card(
    name="one",
    task="classification",
    languages=("fr",),
    licence="none",
    citation="none",
    access="none",
    folders=("one",),
    labels=("x",),
    statistics={},
)
LONG = " ".join(f"mot{i}" for i in range(50))


def corpus(name: str, train: Sequence[str], dev: Sequence[str], test: Sequence[str]) -> Corpus:
    def examples(split: str, texts: Sequence[str]) -> tuple[Example[str], ...]:
        return tuple(Example(Document(f"{split}{i}", text), "x") for i, text in enumerate(texts))

    return Corpus(replace(CARD, name=name), examples("train", train), examples("dev", dev), examples("test", test))


class TestWithinACorpus:
    def test_documents_of_the_later_split_are_counted(self) -> None:
        """Both of test repeat the one of train; the one of dev is another text."""
        made = corpus("one", [LONG], ["toux"], [LONG + " fin", LONG.upper()])
        assert near_duplicates(made) == {("train", "test"): 2}

    def test_one_that_is_near_through_another_only_is_not(self) -> None:
        """A chain: the text of dev lies between those of train and test, which are not near each other."""
        words = [f"w{i}" for i in range(100)]
        train, dev, test = (" ".join(words[first : first + 80]) for first in (0, 5, 10))
        assert near_duplicates(corpus("one", [train], [dev], [test])) == {("train", "dev"): 1, ("dev", "test"): 1}

    def test_the_second_text_and_the_options_count(self) -> None:
        made = corpus("one", ["a"], ["b"], ["a"])
        test = Example(replace(made.test[0].document, second="another"), "x")
        assert near_duplicates(replace(made, test=(test,))) == {}


class TestAcrossCorpora:
    ONE = corpus("one", [LONG], ["toux"], ["fièvre"])
    TWO = corpus("two", ["Fièvre !", "rien"], ["toux"], [LONG + " fin"])

    def test_shared_texts_are_counted_with_their_places(self) -> None:
        assert cross_leaks([self.ONE, self.TWO]) == [
            CrossLeak("one", "two", 3, 4, {("train", "test"): 1, ("dev", "dev"): 1, ("test", "train"): 1})
        ]
        assert cross_leaks([self.ONE, self.TWO])[0].across == 2

    def test_a_text_in_two_splits_of_the_first_is_one_document_of_the_second(self) -> None:
        twice = corpus("one", [LONG], ["toux"], [LONG])
        (leak,) = cross_leaks([twice, corpus("two", ["a"], ["b"], [LONG])])
        assert (leak.shared, leak.by_split) == (1, {("train", "test"): 1, ("test", "test"): 1})

    def test_every_pair_that_shares_a_text_is_there(self) -> None:
        three = corpus("three", ["rien"], ["autre"], ["chose"])
        leaks = cross_leaks([self.ONE, self.TWO, three])
        assert [(leak.one, leak.other) for leak in leaks] == [("one", "two"), ("two", "three")]

    def test_corpora_of_mentions_are_passed_over(self) -> None:
        mentions = replace(self.TWO, card=replace(self.TWO.card, texts_repeat=True))
        assert cross_leaks([self.ONE, mentions]) == []


def test_documents_longer_than_a_model_reads() -> None:
    made = corpus("one", ["a b c", "a b"], ["a"], ["a b c d"])
    count = beyond(made, lambda documents: [len(document.text.split()) for document in documents], 2)
    assert count == {"train": 1, "dev": 0, "test": 1}
