"""CLISTER: pairs that name their sentences; dev split off train."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.data.corpora import clister
from tabib.data.sample import SAMPLES

Copied = Callable[[str], Path]
Replace = Callable[[Path, str, str], None]


def test_a_pair_is_looked_up_among_the_sentences() -> None:
    corpus = clister.load("clister", SAMPLES / "clister")
    first = corpus.test[0]
    assert first.document.text == "Le patient a maigri de 5 kg."
    assert (first.document.second, first.gold) == ("Une perte de poids de 5 kg est notée.", 4.9)


def test_pairs_with_a_common_sentence_stay_together(copied: Copied) -> None:
    folder = copied("clister")
    rows = ["id_1\tid_2\tsim"]
    for number in range(60):  # a chain of four pairs, then another
        left = number if number % 4 else number * 2 + 1000
        rows.append(f"f{left}_1_cas\tf{number + 1}_1_cas\t{number % 6}")
    names = {name.removesuffix("_cas") for row in rows[1:] for name in row.split("\t")[:2]}
    (folder / "train.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    sentences = {name: f"Phrase {name}." for name in names}
    (folder / "id_to_sentence_train.json").write_text(json.dumps(sentences), encoding="utf-8")
    corpus = clister.load("clister", folder)
    used = {
        split: {text for one in corpus.split(split) for text in (one.document.text, one.document.second)}
        for split in ("train", "dev")
    }
    assert corpus.dev
    assert not used["train"] & used["dev"]


def test_the_pairs_that_drbenchmark_drew() -> None:
    corpus = clister.load("clister", SAMPLES / "clister", dev="drbenchmark")
    assert (len(corpus.train), len(corpus.dev)) == (16, 4)
    assert "as DrBenchmark drew them" in corpus.notes[0]


def test_columns_may_stand_in_another_order_among_others(copied: Copied, replace_in: Replace) -> None:
    folder = copied("clister")
    rows = [row.split("\t") for row in (folder / "test.csv").read_text(encoding="utf-8").splitlines()]
    (folder / "test.csv").write_text("\n".join("\t".join([c, "x", b, a]) for a, b, c in rows) + "\n")
    replace_in(folder / "test.csv", "sim\tx\tid_2", "sim\tannotators\tid_2")
    assert clister.load("clister", folder).test == clister.load("clister", SAMPLES / "clister").test


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "filetest-1_1",
            "filetest-99_1",
            "test.csv:2: the sentence 'filetest-99_1' is not in id_to_sentence_test.json",
        ),
        ("id_1", "first", "test.csv:1: the column 'id_1' is absent"),
        ("4.9", "6", "test.csv:2: the score 6 is beyond the scale"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(
    old: str, new: str, message: str, copied: Copied, replace_in: Replace
) -> None:
    folder = copied("clister")
    replace_in(folder / "test.csv", old, new)
    with pytest.raises(DataError) as caught:
        clister.load("clister", folder)
    assert message in str(caught.value)


def test_sentences_that_are_no_object_are_named_with_their_file(copied: Copied) -> None:
    folder = copied("clister")
    (folder / "id_to_sentence_train.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match=r"id_to_sentence_train\.json: expected an object"):
        clister.load("clister", folder)
