"""MedDialog-FR: texts in one table, labels and splits in another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.core.examples import LossReason
from tabib.data.corpora import meddialog
from tabib.data.sample import SAMPLES

Copied = Callable[[str], Path]
Replace = Callable[[Path, str, str], None]
LABELS = "multilabel_annotation/dataset_multilabel_meddialog_22labels.csv"


def test_the_text_is_the_question_and_the_answer() -> None:
    folder = SAMPLES / "MedDialog-FR-women"
    with_answer, without = (
        meddialog.load("meddialog", folder),
        meddialog.load("meddialog", folder, answer=False),
    )
    question = "J'ai des règles très abondantes depuis trois mois."
    assert without.train[0].document.text == question
    assert with_answer.train[0].document.text.startswith(question + "\n\nUne prise de sang")


def test_the_labels_are_those_of_the_data() -> None:
    corpus = meddialog.load("meddialog", SAMPLES / "MedDialog-FR-women")
    assert corpus.card.labels == tuple(f"C900000{number}" for number in range(1, 7))
    assert corpus.train[1].gold == ("C9000002", "C9000003")


def test_a_question_without_a_text_is_left_out_and_counted(copied: Copied, replace_in: Replace) -> None:
    folder = copied("MedDialog-FR-women")
    replace_in(folder / LABELS, "hm0_1000_q", "hm0_4444_q")
    whole, corpus = (
        meddialog.load("meddialog", SAMPLES / "MedDialog-FR-women"),
        meddialog.load("meddialog", folder),
    )
    assert "1 annotated questions have no text and are left out" in corpus.notes
    assert corpus.card.labels == whole.card.labels
    (first,) = {example.gold for example in whole.train if example.id == "hm0_1000_q"}
    assert [(one.document_id, one.label, one.reason) for one in corpus.lost["train"]] == [
        ("hm0_4444_q", label, LossReason.NO_TEXT) for label in first
    ]


def test_a_label_that_is_there_twice_counts_once_and_is_lost_once(copied: Copied, replace_in: Replace) -> None:
    folder = copied("MedDialog-FR-women")
    replace_in(folder / LABELS, "['C9000001']", "['C9000001', 'C9000001']")
    corpus = meddialog.load("meddialog", folder)
    assert [(one.label, one.reason) for one in corpus.lost["train"]] == [("C9000001", LossReason.DUPLICATE)]


def test_an_identifier_of_two_texts_is_an_error(copied: Copied) -> None:
    folder = copied("MedDialog-FR-women")
    texts = folder / "post-editing" / "meddialog-fr-women_post-editing.csv"
    lines = texts.read_text(encoding="utf-8").rstrip("\n").split("\n")
    texts.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=rf"post-editing\.csv:{len(lines) + 1}: the id '.*' was already used on line 2"
    ):
        meddialog.load("meddialog", folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\ttrain\t", "\tvalid\t", "csv:2: unknown split 'valid'; expected train, dev or test"),
        ("['C9000001']", "C9000001", "csv:2: expected a list of labels like"),
        ("['C9000001']", "__import__('os')", "csv:2: expected a list of labels like"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(
    old: str, new: str, message: str, copied: Copied, replace_in: Replace
) -> None:
    folder = copied("MedDialog-FR-women")
    replace_in(folder / LABELS, old, new)
    with pytest.raises(DataError) as caught:
        meddialog.load("meddialog", folder)
    assert message in str(caught.value)
