"""Labels from train alone, splits by document, and gold that is counted where it is left out."""

from __future__ import annotations

import pytest

from tabib.core.examples import LossReason
from tabib.data.corpora.coding import (
    NEAR_DUPLICATES,
    Mention,
    document_corpus,
    group_of,
    mention_corpus,
    splits_of,
    vocabulary,
)
from tabib.data.corpus import SPLITS, Card, SplitName

CARD = Card(
    name="codes",
    task="classification",
    languages=("fr",),
    licence="none",
    citation="none",
    access="none",
    folders=("codes",),
    labels=(),
    statistics={},
    labels_from_train=True,
)
SPLIT_OF: dict[str, SplitName] = {"a": "train", "b": "train", "c": "dev", "d": "test"}
CODES = {"a": ["C1", "C2", "C2", "C2"], "b": ["C1", "C3", ""], "c": ["C1", "C4"], "d": ["C2", "C3", "C9", ""]}
"""Mentions of train: C2 three, C1 two, C3 one. Documents of train: C1 two, C2 and C3 one."""
MENTIONS = [
    Mention(f"{document}:{i}", document, f"expression {i}", code, "tumour")
    for document, codes in CODES.items()
    for i, code in enumerate(codes)
]


class TestVocabulary:
    def test_the_most_frequent_of_equally_frequent_ones_the_first_by_name(self) -> None:
        codes = ["d", "b", "b", "c", "c", "a"]
        assert vocabulary(codes) == ("a", "b", "c", "d")
        assert vocabulary(codes, 1) == ("b",)
        assert vocabulary(codes, 3) == ("a", "b", "c")
        assert vocabulary(codes, 9) == ("a", "b", "c", "d")


class TestSplit:
    IDS = tuple(f"d{i}" for i in range(200))

    def test_80_10_10_whatever_the_order(self) -> None:
        split_of = splits_of(self.IDS)
        assert [sum(part == name for part in split_of.values()) for name in SPLITS] == [160, 20, 20]
        assert splits_of(reversed(self.IDS)) == split_of

    def test_near_duplicates_stay_together(self) -> None:
        split_of = splits_of([*self.IDS, *NEAR_DUPLICATES, *NEAR_DUPLICATES.values()])
        for one, other in NEAR_DUPLICATES.items():
            assert split_of[one] == split_of[other]
            assert group_of(one) == group_of(other) == other


class TestMentions:
    def test_codes_that_train_does_not_have_are_lost_elsewhere(self) -> None:
        corpus = mention_corpus(CARD, MENTIONS, SPLIT_OF)
        assert corpus.card.labels == ("C1", "C2", "C3")
        assert [(example.id, example.gold) for example in corpus.test] == [("d:0", "C2"), ("d:1", "C3")]
        assert [(lost.document_id, lost.label, lost.reason) for lost in corpus.lost["test"]] == [
            ("d:2", "C9", LossReason.UNKNOWN_LABEL),
            ("d:3", "tumour", LossReason.NO_CODE),
        ]
        assert [lost.label for lost in corpus.lost["train"]] == ["tumour"]

    def test_the_most_frequent_codes_are_those_of_train(self) -> None:
        """C9 and C4 are as frequent as C3 over all splits; that must not matter."""
        corpus = mention_corpus(CARD, MENTIONS, SPLIT_OF, top_k=2)
        assert corpus.card.labels == ("C1", "C2")
        assert [lost.reason for lost in corpus.lost["test"]] == [
            LossReason.BEYOND_TOP_K,
            LossReason.UNKNOWN_LABEL,
            LossReason.NO_CODE,
        ]
        assert [lost.label for lost in corpus.lost["train"]] == ["C3", "tumour"]

    def test_every_mention_is_an_example_or_lost(self) -> None:
        for top_k in (None, 1, 2):
            corpus = mention_corpus(CARD, MENTIONS, SPLIT_OF, top_k=top_k)
            kept = [example.id for split in SPLITS for example in corpus.split(split)]
            lost = [lost.document_id for split in SPLITS for lost in corpus.lost[split]]
            assert sorted(kept + lost) == sorted(mention.id for mention in MENTIONS)

    def test_mentions_of_a_document_are_one_group(self) -> None:
        corpus = mention_corpus(CARD, MENTIONS, SPLIT_OF)
        assert {example.document.group for example in corpus.train} == {"a", "b"}

    def test_the_notes_say_what_was_done(self) -> None:
        corpus = mention_corpus(CARD, MENTIONS, SPLIT_OF, notes=("more",))
        assert corpus.notes == (
            "no split is published: documents were split 2/1/1 (80/10/10), seed 42;"
            " a document and its mentions stay together",
            "the 3 labels come from train alone; 1 mentions of test (1 of dev, 0 of train) have another code and"
            " are counted as lost",
            "2 of the 2 mentions of test are, letter by letter, also mentions of train",
            "more",
        )


TEXTS = {document: f"texte {document}" for document in CODES}
CODES_OF = {document: {code for code in codes if code} for document, codes in CODES.items()}


class TestDocuments:
    def test_gold_is_every_code_once(self) -> None:
        corpus = document_corpus(CARD, TEXTS, CODES_OF, SPLIT_OF)
        assert [example.gold for example in corpus.train] == [("C1", "C2"), ("C1", "C3")]
        assert [example.gold for example in corpus.test] == [("C2", "C3")]
        assert [(lost.document_id, lost.label) for lost in corpus.lost["test"]] == [("d", "C9")]

    def test_top_k_counts_documents(self) -> None:
        """C1 is in two documents of train, C2 in one, though it has more mentions."""
        corpus = document_corpus(CARD, TEXTS, CODES_OF, SPLIT_OF, top_k=1)
        assert corpus.card.labels == ("C1",)

    def test_a_document_that_is_left_with_none_stays(self) -> None:
        corpus = document_corpus(CARD, TEXTS, CODES_OF, SPLIT_OF, top_k=1)
        assert [(example.id, example.gold) for example in corpus.test] == [("d", ())]
        assert [lost.reason for lost in corpus.lost["test"]] == [
            LossReason.BEYOND_TOP_K,
            LossReason.BEYOND_TOP_K,
            LossReason.UNKNOWN_LABEL,
        ]
        assert "1 documents of test have none of the labels, and stay" in corpus.notes[1]

    @pytest.mark.parametrize("top_k", [None, 1, 2])
    def test_every_code_is_gold_or_lost(self, top_k: int | None) -> None:
        corpus = document_corpus(CARD, TEXTS, CODES_OF, SPLIT_OF, top_k=top_k)
        for split in SPLITS:
            for example in corpus.split(split):
                lost = {lost.label for lost in corpus.lost[split] if lost.document_id == example.id}
                assert set(example.gold) | lost == CODES_OF[example.id]
                assert not set(example.gold) & lost
