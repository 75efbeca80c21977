"""A corpus whose splits leak into each other is not loaded; one of another size says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.data.load import SHIPPED, load_corpus

NAME = "mini_triage_fr"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a shipped corpus, to be spoilt."""
    shutil.copytree(SHIPPED / NAME, tmp_path / NAME)
    return tmp_path


def test_the_shipped_corpus_is_sound(copy: Path) -> None:
    assert load_corpus(NAME, data_dir=copy).notes == load_corpus(NAME).notes


def test_a_test_split_that_was_trained_on_is_refused(copy: Path) -> None:
    shutil.copy(copy / NAME / "test.tsv", copy / NAME / "train.tsv")
    with pytest.raises(DataError, match=r"150 document ids are repeated.*train and test share \d+ texts"):
        load_corpus(NAME, data_dir=copy)
    assert load_corpus(NAME, data_dir=copy, refuse=False).train


def test_texts_that_two_splits_share_are_refused(copy: Path) -> None:
    test = (copy / NAME / "test.tsv").read_text(encoding="utf-8").splitlines()
    with (copy / NAME / "train.tsv").open("a", encoding="utf-8") as train:
        train.write("another" + test[1][test[1].index("\t") :] + "\n")
    with pytest.raises(DataError, match="train and test share 1 texts, the card says 0"):
        load_corpus(NAME, data_dir=copy)


def test_another_size_than_the_published_one_is_a_note_of_the_results(copy: Path) -> None:
    path = copy / NAME / "test.tsv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:11]) + "\n", encoding="utf-8")
    assert "test: 10 documents, the card says 150" in load_corpus(NAME, data_dir=copy).notes
