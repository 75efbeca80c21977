"""A folder of BRAT files as examples, and their flat version: what is kept, and what is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.examples import LossReason
from tabib.core.spans import Entity
from tabib.data.corpora.brat_ner import load_split, word_tagged

TEXT = "Fracture du col du fémur, douleurs des mains et des pieds"
ANNOTATIONS = """\
T1\tDISO 0 24\tFracture du col du fémur
T2\tANAT 12 24\tcol du fémur
T3\tDISO 26 44\tdouleurs des mains
T4\tDISO 26 34;48 57\tdouleurs des pieds
T5\tANAT 12 24\tcol du fémur
"""
FRACTURE, NECK, HANDS = Entity.of("DISO", 0, 24), Entity.of("ANAT", 12, 24), Entity.of("DISO", 26, 44)
FEET = Entity("DISO", ((26, 34), (48, 57)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "7_1.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "7_1.ann").write_text(ANNOTATIONS, encoding="utf-8")
    return tmp_path


def test_nested_and_discontinuous_entities_are_kept_and_duplicates_lost(folder: Path) -> None:
    (example,), (lost,) = load_split(folder, ("ANAT", "DISO"))
    assert example.gold == (FRACTURE, NECK, HANDS, FEET)
    assert (lost.document_id, lost.label, lost.reason) == ("7_1", "ANAT", LossReason.DUPLICATE)
    assert lost.entity is not None
    assert lost.entity.id == "T5"


def test_the_document_is_the_file_untouched_with_its_words(folder: Path) -> None:
    (example,), _ = load_split(folder, ("ANAT", "DISO"), group=lambda stem: stem.split("_")[0])
    assert (example.document.id, example.document.group, example.document.text) == ("7_1", "7", TEXT)
    assert [TEXT[start:end] for start, end in example.document.words[:3]] == ["Fracture", "du", "col"]


def test_coarsest_drops_what_is_inside_another(folder: Path) -> None:
    (example,), lost = load_split(folder, ("ANAT", "DISO"), coarsest=True)
    assert example.gold == (FRACTURE, HANDS, FEET)
    assert [one.reason for one in lost] == [LossReason.DUPLICATE, LossReason.NESTED]


def test_tags_over_words_cannot_hold_fragments(folder: Path) -> None:
    (example,), lost = word_tagged(*load_split(folder, ("ANAT", "DISO"), coarsest=True))
    assert example.gold == (FRACTURE, HANDS)
    assert [one.reason for one in lost] == [LossReason.DUPLICATE, LossReason.NESTED, LossReason.DISCONTINUOUS]
