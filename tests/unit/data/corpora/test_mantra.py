"""Mantra GSC: units of text in XML, with offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.core.examples import LossReason
from tabib.data.corpora import mantra
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.sample import SAMPLES

Copied = Callable[[str], Path]
Replace = Callable[[Path, str, str], None]


def entities(corpus: Corpus) -> Counter[str]:
    return Counter(entity.label for split in SPLITS for one in corpus.split(split) for entity in one.gold)


def test_one_source_or_all() -> None:
    folder = SAMPLES / "GSC-v1.1"
    for source, n in (("all", 22), ("emea", 8), ("medline", 8), ("patents", 6)):
        corpus = mantra.load("mantra", folder, source=source)  # type: ignore[arg-type]
        assert sum(len(corpus.split(split)) for split in SPLITS) == n


def test_several_concepts_of_one_span_and_group_are_one_entity(copied: Copied, replace_in: Replace) -> None:
    folder = copied("GSC-v1.1")
    file = folder / "EMEA_GSC_fr_man.xml"
    (element,) = [line for line in file.read_text(encoding="utf-8").splitlines() if 'id="d1.u1.e1"' in line]
    replace_in(file, element, element + "\n" + element.replace("d1.u1.e1", "d1.u1.e9"))
    corpus = mantra.load("mantra", folder)
    assert [one.reason for split in SPLITS for one in corpus.lost[split]] == [LossReason.DUPLICATE]
    assert entities(corpus) == entities(mantra.load("mantra", SAMPLES / "GSC-v1.1"))


def test_a_quote_of_another_text_is_counted(copied: Copied, replace_in: Replace) -> None:
    folder = copied("GSC-v1.1")
    replace_in(folder / "EMEA_GSC_fr_man.xml", ">vaccin<", ">Vaccin<")
    assert "1 annotations quote another text than the one at their offsets" in mantra.load("mantra", folder).notes


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('grp="CHEM"', 'grp="DRUG"', "d1.u1.e1 has the unknown group 'DRUG'"),
        ('len="6"', 'len="600"', "d1.u1.e1: offset 3 and len 600 are not a piece of the text"),
        ("<Corpus", '<!DOCTYPE a [<!ENTITY b "c">]><Corpus', "the file declares an entity"),
        ("</Corpus>", "", "not well-formed XML"),
    ],
)
def test_a_wrong_file(old: str, new: str, message: str, copied: Copied, replace_in: Replace) -> None:
    folder = copied("GSC-v1.1")
    replace_in(folder / "EMEA_GSC_fr_man.xml", old, new)
    with pytest.raises(DataError, match=r"EMEA_GSC_fr_man\.xml:") as caught:
        mantra.load("mantra", folder)
    assert message in str(caught.value)
