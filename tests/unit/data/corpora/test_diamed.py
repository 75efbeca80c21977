"""DiaMED: JSON lists of cases, some of them without a chapter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.data.corpora import diamed
from tabib.data.sample import SAMPLES

Copied = Callable[[str], Path]
Replace = Callable[[Path, str, str], None]


def test_chapters_are_written_with_single_spaces() -> None:
    corpus = diamed.load("diamed", SAMPLES / "diamed")
    assert corpus.test[1].gold == "C00-D49 Neoplasms"
    assert len(corpus.card.labels) == 22


def test_cases_without_a_chapter_are_left_out_and_counted() -> None:
    assert diamed.load("diamed", SAMPLES / "diamed").notes == (
        "2 cases are published without a chapter and are left out",
    )


def test_a_chapter_with_nan_in_it_is_one() -> None:
    """``Pregnancy`` is no case without annotation."""
    labels = [example.gold for example in diamed.load("diamed", SAMPLES / "diamed").train]
    assert "O00-O9A Pregnancy, childbirth and the puerperium" in labels


def test_an_unknown_chapter(copied: Copied, replace_in: Replace) -> None:
    folder = copied("diamed")
    replace_in(folder / "splits" / "validation.json", "I00-I99  Diseases", "I00-I99  Illnesses")
    with pytest.raises(DataError, match=r"validation\.json: item 1: unknown chapter 'I00-I99  Illnesses of"):
        diamed.load("diamed", folder)
