"""A corpus whose splits leak into each other is not loaded; one of another size says so."""

from __future__ import annotations

import json
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


def test_a_pair_of_test_that_train_has_the_other_way_round_is_shared(tmp_path: Path) -> None:
    folder = tmp_path / "mini_pairs_fr"
    shutil.copytree(SHIPPED / "mini_pairs_fr", folder)
    _, first, second, score = (folder / "test.tsv").read_text(encoding="utf-8").splitlines()[1].split("\t")
    with (folder / "train.tsv").open("a", encoding="utf-8") as train:
        train.write(f"another\t{second}\t{first}\t{score}\n")
    with pytest.raises(DataError, match="train and test share 1 texts, the card says 0"):
        load_corpus("mini_pairs_fr", data_dir=tmp_path)


def test_a_question_of_test_that_train_has_with_its_options_in_another_order_is_shared(tmp_path: Path) -> None:
    folder = tmp_path / "mini_mcqa_fr"
    shutil.copytree(SHIPPED / "mini_mcqa_fr", folder)
    row = json.loads((folder / "test.jsonl").read_text(encoding="utf-8").splitlines()[0])
    changed = {"id": "another", "options": row["options"][::-1], "right": ["A"], "single": True}
    with (folder / "train.jsonl").open("a", encoding="utf-8") as train:
        train.write(json.dumps(row | changed) + "\n")
    with pytest.raises(DataError, match="train and test share 1 texts, the card says 0"):
        load_corpus("mini_mcqa_fr", data_dir=tmp_path)


def test_another_size_than_the_published_one_is_a_note_of_the_results(copy: Path) -> None:
    path = copy / NAME / "test.tsv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:11]) + "\n", encoding="utf-8")
    assert "test: 10 documents, the card says 150" in load_corpus(NAME, data_dir=copy).notes
