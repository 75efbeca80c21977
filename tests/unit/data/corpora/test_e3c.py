"""E3C: UIMA XMI, the published list of training documents, dev split off, entities flagged as discontinuous."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import LossReason
from tabib.data.check import check_corpus
from tabib.data.corpora import e3c
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.formats.xmi import XmiAnnotation, XmiDocument, write_xmi
from tabib.data.load import load_corpus

TEXT = "Une toux sèche\r\net une fièvre."
COUGH = XmiAnnotation("CLINENTITY", 4, 14, "20", {"entityID": "C0850149"})
FEVER = XmiAnnotation("CLINENTITY", 23, 29, "21", {"discontinuous": "DISCONTINUOUS"})
EVENT = XmiAnnotation("EVENT", 4, 8, "22")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five documents for training, one for test."""
    (tmp_path / "French" / "layer1").mkdir(parents=True)
    names = [f"FR10000{number}" for number in range(6)]
    for name in names:
        document = XmiDocument(f"{name} {TEXT}", tuple(moved(one, len(name) + 1) for one in (COUGH, FEVER, EVENT)))
        write_xmi(document, tmp_path / "French" / "layer1" / f"{name}.xml")
    listed = ", ".join(f"'{name}'" for name in names[:5])
    (tmp_path / "train_test_split.txt").write_text(f"FRENCH\n{listed}\nITALIAN\n'IT100002'\n", encoding="utf-8")
    return tmp_path


def moved(one: XmiAnnotation, by: int) -> XmiAnnotation:
    return XmiAnnotation(one.type, one.start + by, one.end + by, one.id, one.features)


def sizes(corpus: Corpus) -> list[int]:
    return [len(corpus.split(split)) for split in SPLITS]


def texts(corpus: Corpus, split: str = "test") -> list[str]:
    assert split in SPLITS
    return [entity.text(example.document.text) for example in corpus.split(split) for entity in example.gold]  # type: ignore[arg-type]


def test_what_the_list_names_is_train_and_a_part_of_it_dev(folder: Path) -> None:
    corpus = e3c.load("e3c", folder)
    assert sizes(corpus) == [4, 1, 1]
    assert corpus.notes[0] == "no dev split is published: 1 documents were split off train, seed 42"


def test_clinical_entities_alone_by_default(folder: Path) -> None:
    corpus = e3c.load("e3c", folder)
    assert texts(corpus) == ["toux sèche", "fièvre"]
    assert corpus.card.labels == ("CLINENTITY",)
    assert corpus.test[0].gold[0].id == "20"


def test_other_types_can_be_asked_for_and_the_card_follows(folder: Path) -> None:
    corpus = e3c.load("e3c", folder, types=["EVENT", "CLINENTITY"])
    assert texts(corpus) == ["toux sèche", "fièvre", "toux"]
    assert corpus.card.labels == ("CLINENTITY", "EVENT")
    assert corpus.card.statistics["test"] == {"documents": 45, "annotations": 731 + 2353}


def test_dev_is_the_same_documents_whatever_the_types(folder: Path) -> None:
    clinical, events = e3c.load("e3c", folder), e3c.load("e3c", folder, types=["EVENT"], discontinuous="lost")
    assert [one.id for one in clinical.dev] == [one.id for one in events.dev]


def test_entities_flagged_as_discontinuous_are_kept_by_their_span_and_counted(folder: Path) -> None:
    assert "6 entities are flagged as discontinuous" in e3c.load("e3c", folder).notes[1]


def test_or_they_are_lost(folder: Path) -> None:
    corpus = e3c.load("e3c", folder, discontinuous="lost")
    assert texts(corpus) == ["toux sèche"]
    (lost,) = corpus.lost["test"]
    assert (lost.reason, lost.document_id) == (LossReason.DISCONTINUOUS, "FR100005")
    assert len(corpus.notes) == 1
    assert sum(len(corpus.lost[split]) for split in SPLITS) == 6


@pytest.mark.parametrize("types", [[], ["EVENT", "EVENT"]])
def test_types_that_make_no_sense(folder: Path, types: Sequence[str]) -> None:
    with pytest.raises(ConfigError, match=r"dataset_args\.types: expected at least one type, none of them twice"):
        e3c.load("e3c", folder, types=list(types))  # type: ignore[arg-type]


def test_a_document_of_the_list_that_is_absent(folder: Path) -> None:
    (folder / "French" / "layer1" / "FR100002.xml").unlink()
    with pytest.raises(
        DataError, match=r"1 documents of train_test_split\.txt are absent, for example FR100002\.xml"
    ):
        e3c.load("e3c", folder)


def test_a_list_without_french_documents(folder: Path) -> None:
    (folder / "train_test_split.txt").write_text("ITALIAN\n'IT100002'\n", encoding="utf-8")
    with pytest.raises(DataError, match="no French documents"):
        e3c.load("e3c", folder)


@pytest.fixture(scope="module")
def published(real_corpora: Path) -> Corpus:
    """The real corpus with all types."""
    return load_corpus("e3c", data_dir=real_corpora, options={"types": list(ANNOTATIONS)})


ANNOTATIONS = {"CLINENTITY": 1327, "EVENT": 4312, "BODYPART": 659, "RML": 508, "ACTOR": 427, "TIMEX3": 333}
"""Counted in the raw files."""


@pytest.mark.corpora
class TestPublished:
    def test_every_annotation_of_81_documents_is_kept(self, published: Corpus) -> None:
        assert check_corpus(published).problems == ()
        assert sum(sizes(published)) == 81
        examples = [example for split in SPLITS for example in published.split(split)]
        assert Counter(entity.label for example in examples for entity in example.gold) == ANNOTATIONS

    def test_spans_begin_and_end_with_letters(self, published: Corpus) -> None:
        """Offsets that were off by one, as with line ends counted wrongly, would begin with spaces."""
        for split in SPLITS:
            found = texts(published, split)
            assert found == [text.strip() for text in found]

    def test_discontinuous_ones_are_counted_or_lost(self, published: Corpus, real_corpora: Path) -> None:
        assert "59 entities are flagged as discontinuous" in published.notes[1]
        lost = load_corpus("e3c", data_dir=real_corpora, options={"discontinuous": "lost"}).lost
        assert sum(len(items) for items in lost.values()) == 59
