"""Each thing that can be wrong with a corpus is found, and named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.spans import Entity, split_words
from tabib.data.check import Lengths, check_corpus, nested_entities
from tabib.data.corpus import Card, Corpus

TEXT = "fracture du col du fémur"


def example(
    id_: str, text: str = TEXT, *, group: str = "", entities: tuple[Entity, ...] | None = None
) -> Example[Any]:
    gold = (
        (Entity.of("ANAT", 12, 24, id="T1"), Entity.of("DISO", 0, 24, id="T2")) if entities is None else entities
    )
    return Example(Document(id_, text, split_words(text), group), gold)


CARD = Card(
    name="tiny",
    task="ner_span",
    languages=("fr",),
    licence="none",
    citation="none",
    access="none",
    folders=("tiny",),
    labels=("ANAT", "DISO"),
    statistics={split: {"documents": 1, "annotations": 2} for split in ("train", "dev", "test")},
)
GOOD = Corpus(
    CARD, (example("1", TEXT + " droit"),), (example("2", TEXT + " gauche"),), (example("3", TEXT + "."),)
)


def problems(**changes: Any) -> tuple[str, ...]:
    return check_corpus(replace(GOOD, **changes)).problems


def test_a_good_corpus_has_no_problem() -> None:
    assert check_corpus(GOOD).problems == ()


def test_the_facts_of_a_split() -> None:
    report = check_corpus(GOOD).splits["test"]
    assert (report.documents, report.annotations, report.without_annotations) == (1, 2, 0)
    assert report.support == {"ANAT": 1, "DISO": 1}
    assert report.lengths == Lengths(25, 25, 25)
    assert (report.nested, report.discontinuous) == (1, 0)


def test_a_repeated_id() -> None:
    assert problems(test=(example("1", TEXT + "."),)) == ("1 document ids are repeated, for example ['1']",)


def test_an_entity_beyond_the_text() -> None:
    wrong = (Entity.of("ANAT", 12, 24), Entity.of("DISO", 0, 99, id="T2"))
    assert problems(test=(example("3", TEXT + ".", entities=wrong),)) == (
        "test 3: T2 DISO ((0, 99),) is beyond the text (25 characters)",
    )


def test_words_that_overlap() -> None:
    good = example("3", TEXT + ".")
    wrong = replace(good, document=replace(good.document, words=((0, 8), (4, 11))))
    assert problems(test=(wrong,)) == ("test 3: the word (4, 11) overlaps another or is beyond the text",)


def test_a_token_entity_that_is_no_run_of_words() -> None:
    token = replace(GOOD, card=replace(CARD, task="ner_token"))
    wrong = (Entity.of("ANAT", 12, 24), Entity.of("DISO", 0, 5, id="T2"))
    found = check_corpus(replace(token, test=(example("3", TEXT + ".", entities=wrong),))).problems
    assert found == ("test 3: T2 DISO ((0, 5),) is not a run of whole words",)


def test_a_label_that_the_card_does_not_name() -> None:
    wrong = (Entity.of("ANAT", 12, 24), Entity.of("CHEM", 0, 24))
    assert problems(test=(example("3", TEXT + ".", entities=wrong),)) == (
        "labels that the card does not name: CHEM",
    )


class TestLabelsFromTrain:
    """Nothing of dev and test makes a label."""

    CARD = replace(CARD, labels_from_train=True, statistics={})
    ONE = (Entity.of("DISO", 0, 24),)

    def corpus(self, labels: tuple[str, ...], lost: Lost, test: tuple[Entity, ...] = ONE) -> Corpus:
        return Corpus(
            replace(self.CARD, labels=labels),
            (example("1", TEXT + " droit", entities=self.ONE),),
            (example("2", TEXT + " gauche", entities=self.ONE),),
            (example("3", TEXT + ".", entities=test),),
            {"test": (lost,)},
        )

    @pytest.mark.parametrize("reason", [LossReason.UNKNOWN_LABEL, LossReason.BEYOND_TOP_K, LossReason.NO_CODE])
    def test_gold_beyond_them_is_lost_and_no_problem(self, reason: LossReason) -> None:
        assert check_corpus(self.corpus(("DISO",), Lost("3", "ANAT", reason))).problems == ()

    def test_gold_lost_for_another_reason_has_a_known_label(self) -> None:
        assert check_corpus(self.corpus(("DISO",), Lost("3", "ANAT", LossReason.NESTED))).problems == (
            "labels that the card does not name: ANAT",
        )

    def test_a_label_of_the_card_cannot_be_unknown(self) -> None:
        assert check_corpus(self.corpus(("DISO",), Lost("3", "DISO", LossReason.UNKNOWN_LABEL))).problems == (
            "labels of the card that gold was lost for: DISO",
        )

    def test_a_label_that_train_does_not_hold(self) -> None:
        lost = Lost("3", "CHEM", LossReason.UNKNOWN_LABEL)
        test = (Entity.of("ANAT", 0, 24),)
        assert check_corpus(self.corpus(("ANAT", "DISO"), lost, test)).problems == (
            "the labels are not those of train's gold",
        )


def test_a_lost_annotation_counts_as_published() -> None:
    """Gold is conserved: one entity kept and one lost are the two of the card."""
    kept = (Entity.of("DISO", 0, 24),)
    lost = {"test": (Lost("3", "ANAT", LossReason.NESTED),)}
    changed = replace(GOOD, test=(example("3", TEXT + ".", entities=kept),), lost=lost)
    assert check_corpus(changed).problems == ()
    assert check_corpus(changed).splits["test"].lost == {"inside a longer entity": 1}
    assert check_corpus(replace(changed, lost={})).problems == ("test: 1 annotations, the card says 2",)


def test_a_dev_that_is_not_published_counts_as_train() -> None:
    statistics = {"train": {"documents": 2, "annotations": 4}, "test": {"documents": 1, "annotations": 2}}
    assert problems(card=replace(CARD, statistics=statistics)) == ()
    statistics["train"] = {"documents": 9, "annotations": 4}
    assert problems(card=replace(CARD, statistics=statistics)) == ("train and dev: 2 documents, the card says 9",)


def test_an_empty_split() -> None:
    found = problems(dev=())
    assert found[0] == "the dev split is empty"


def test_a_group_in_two_splits() -> None:
    found = problems(
        train=(example("1", TEXT + " droit", group="p"),), test=(example("3", TEXT + ".", group="p"),)
    )
    assert found == ("the group 'p' is in test and train",)


class TestSharedTexts:
    SHARING = replace(GOOD, test=(example("3", TEXT + " gauche"),))

    def test_undeclared(self) -> None:
        assert check_corpus(self.SHARING).problems == ("dev and test share 1 texts, the card says 0",)

    def test_declared(self) -> None:
        declared = replace(self.SHARING, card=replace(CARD, shared_texts={("dev", "test"): 1}))
        assert check_corpus(declared).problems == ()

    def test_declared_and_absent(self) -> None:
        declared = replace(GOOD, card=replace(CARD, shared_texts={("dev", "test"): 1}))
        assert check_corpus(declared).problems == ("dev and test share 0 texts, the card says 1",)

    def test_near_duplicates_are_a_fact(self) -> None:
        report = check_corpus(replace(GOOD, test=(example("3", TEXT.upper() + " gauche !"),)))
        assert report.near_duplicates == {("dev", "test"): 1}
        assert report.problems == ()


@pytest.mark.parametrize(
    ("entities", "nested"),
    [
        ([("A", 0, 9), ("B", 2, 5)], 1),
        ([("A", 0, 9), ("B", 0, 9)], 2),
        ([("A", 0, 9), ("B", 0, 5), ("C", 5, 9)], 2),
        ([("A", 0, 5), ("B", 3, 9)], 0),
        ([("A", 0, 9), ("B", 0, 9), ("A", 1, 2)], 3),
    ],
)
def test_nested_entities_by_hand(entities: list[tuple[str, int, int]], nested: int) -> None:
    assert nested_entities(tuple(Entity.of(*entity) for entity in entities)) == nested
