"""ESSAI: two files of words with marks, one label for each sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.data.corpora import essai
from tabib.data.corpus import SPLITS
from tabib.data.sample import SAMPLES

Copied = Callable[[str], Path]
Replace = Callable[[Path, str, str], None]


def test_a_sentence_has_the_marks_of_both_files() -> None:
    corpus = essai.load("essai", SAMPLES / "essai")
    by_text = {one.document.text: one.gold for split in SPLITS for one in corpus.split(split)}
    assert by_text["Absence d' allergie à l' iode ."] == "negation"
    assert by_text["Une toxicité cutanée est suspectée ."] == "speculation"
    assert by_text["L' absence de métastase est probable ."] == "negation_speculation"
    assert by_text["Cet essai recrute dans douze centres ."] == "neutral"


def test_both_ways_to_part_the_sentences() -> None:
    for how in ("grouped", "drbenchmark"):
        corpus = essai.load("essai", SAMPLES / "essai", split=how)  # type: ignore[arg-type]
        assert sum(len(corpus.split(split)) for split in SPLITS) == 44
        assert ("as DrBenchmark drew them" in corpus.notes[0]) == (how == "drbenchmark")


def test_a_sentence_that_one_file_alone_has_gets_its_mark(tmp_path: Path) -> None:
    (tmp_path / "ESSAI_neg.txt").write_text("0\t0\tToux\ttoux\tNOM\t***\n", encoding="utf-8")
    rows = ["1\t0\tFièvre\tfièvre\tNOM\t_\tB_scope_spec", "1\t1\tpossible\tpossible\tADJ\tB_cue_spec\t_"]
    rows += [f"{n}\t0\tmot{n}\tmot\tNOM\t***" for n in range(2, 20)]
    (tmp_path / "ESSAI_spec.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    corpus = essai.load("essai", tmp_path)
    labels = {one.document.text: one.gold for split in SPLITS for one in corpus.split(split)}
    assert (labels["Fièvre possible"], labels["Toux"]) == ("speculation", "neutral")
    assert corpus.notes[1] == (
        "20 sentences are in one of the two files only, for example '0': what the other would mark is not known"
    )


def test_an_identifier_of_two_sentences_is_noted(copied: Copied) -> None:
    folder = copied("essai")
    assert len(essai.load("essai", folder).notes) == 1
    for file, word in (("ESSAI_neg.txt", "Toux"), ("ESSAI_spec.txt", "Fièvre")):
        rows = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(f"{rows}\nx\t0\t{word}\tmot\tNOM\t***\n", encoding="utf-8")
    assert essai.load("essai", folder).notes[1] == (
        "1 sentences read otherwise in the two files, for example 'x': their marks may be of different sentences"
    )


def test_a_line_with_too_few_values(copied: Copied, replace_in: Replace) -> None:
    folder = copied("essai")
    replace_in(folder / "ESSAI_spec.txt", "\t***", "")
    with pytest.raises(DataError, match=r"ESSAI_spec\.txt:\d+: expected at least 6 tab-separated values"):
        essai.load("essai", folder)
