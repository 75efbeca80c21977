"""CAS: two corpora of one set of BRAT files, in two layouts."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.core.examples import LossReason
from tabib.data.corpora import cas
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.sample import SAMPLES

Copied = Callable[[str], Path]


def entities(corpus: Corpus) -> Counter[str]:
    return Counter(entity.label for split in SPLITS for one in corpus.split(split) for entity in one.gold)


def test_types_of_the_other_subtask_are_passed_over(copied: Copied) -> None:
    folder = copied("CAS1")
    with (folder / "test" / "filepdf-11-1-cas.ann").open("a", encoding="utf-8") as file:
        file.write("T90\tanatomie 3 10\tpatient\nA1\tnorme T90\n")
    assert entities(cas.load("cas1", folder)) == entities(cas.load("cas1", SAMPLES / "CAS1"))


def test_a_type_of_no_subtask_is_an_error(copied: Copied) -> None:
    folder = copied("CAS2")
    with (folder / "test" / "filepdf-11-1-cas.ann").open("a", encoding="utf-8") as file:
        file.write("T90\tmaladie 3 10\tpatient\n")
    with pytest.raises(DataError, match=r"cas\.ann:\d+: T90 has the unknown label 'maladie'"):
        cas.load("cas2", folder)


def test_the_distribution_of_2021_has_both_corpora_in_one_folder(tmp_path: Path) -> None:
    """Its table says for each case where it was used; those that were not in 2020 are of neither split."""
    (tmp_path / "DEFT-cas-cliniques").mkdir()
    table = []
    for split in ("train", "test"):
        for text in sorted((SAMPLES / "CAS1" / split).glob("*.txt")):
            both = [SAMPLES / name / split / text.with_suffix(".ann").name for name in ("CAS1", "CAS2")]
            lines = [line for file in both for line in file.read_text(encoding="utf-8").splitlines()]
            renumbered = [f"T{number}\t{line.split(chr(9), 1)[1]}\n" for number, line in enumerate(lines, 1)]
            shutil.copy(text, tmp_path / "DEFT-cas-cliniques")
            annotations = tmp_path / "DEFT-cas-cliniques" / text.with_suffix(".ann").name
            annotations.write_text("".join(renumbered), encoding="utf-8")
            table.append(f"{text.name}\ttrain 2019\t{split} 2020\ttrain 2021\n")
    table[0] = table[0].replace("train 2020", "-")
    (tmp_path / "distribution-corpus.txt").write_text("".join(table), encoding="utf-8")
    for name in ("cas1", "cas2"):
        apart, together = cas.load(name, SAMPLES / name.upper()), cas.load(name, tmp_path)
        assert together.test == apart.test
        assert len(together.train) + len(together.dev) == len(apart.train) + len(apart.dev) - 1


def test_a_case_of_the_table_that_is_absent(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "CAS1" / "train", tmp_path / "DEFT-cas-cliniques")
    (tmp_path / "distribution-corpus.txt").write_text("a.txt\t-\ttrain 2020\t-\nb.txt\t-\ttest 2020\t-\n")
    with pytest.raises(DataError, match=r"2 cases are absent, for example a\.txt"):
        cas.load("cas1", tmp_path)


def test_a_folder_of_dev_is_taken_as_it_is(copied: Copied) -> None:
    folder = copied("CAS1")
    (folder / "dev").mkdir()
    for file in folder.glob("train/filepdf-1-*"):
        file.rename(folder / "dev" / file.name)
    corpus = cas.load("cas1", folder)
    assert [example.id for example in corpus.dev] == ["filepdf-1-1-cas"]
    assert corpus.notes == ()


def test_the_coarsest_granularity_loses_what_is_inside_another() -> None:
    fine, coarse = cas.load("cas2", SAMPLES / "CAS2"), cas.load("cas2", SAMPLES / "CAS2", coarsest=True)
    lost = [one for split in SPLITS for one in coarse.lost[split]]
    assert {one.reason for one in lost} == {LossReason.NESTED}
    assert entities(coarse).total() + len(lost) == entities(fine).total()


def test_what_dev_lost_goes_with_it() -> None:
    """Whatever documents become dev, each loss is listed with its document's split."""
    corpus = cas.load("cas2", SAMPLES / "CAS2", coarsest=True, dev_fraction=0.5)
    for split in SPLITS:
        ids = {example.id for example in corpus.split(split)}
        assert {one.document_id for one in corpus.lost[split]} <= ids
