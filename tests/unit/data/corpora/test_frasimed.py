"""FRASIMED's layout, written here with invented cases: entities, and the codes that stand in notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import LossReason
from tabib.core.spans import Entity
from tabib.core.tags import spans_to_tags
from tabib.data.check import nested_entities
from tabib.data.corpora.frasimed import load
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.leaks import cross_leaks, near_duplicates

N = 20
CANTEMIST = (
    "T1\tmorphology-onco 0 9\tCarcinome\nT2\tmorphology-onco 11 15\ttume\nT3\tmorphology-onco 11 15\ttume\n"
    "#1\tICD-O-3.1 T1\t8010/3\n#2\tSNOMED T1\t68453008\n#3\tICD-O-3.1 T2\t8000/1\n#4\tICD-O-3.1 T3\t8000/6\n"
)
DISTEMIST = "T1\tdisease 0 9\tCarcinome\n#1\tSNOMED T1\t1+2\nT2\tdisease 11 17\ttumeur\n"
TEXT = "Carcinome, tumeur."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A span is cut inside a word, two annotations have the same place, and a disease carries no code."""
    for name, lines in (("CANTEMIST-FRASIMED", CANTEMIST), ("DISTEMIST-FRASIMED", DISTEMIST)):
        (tmp_path / name).mkdir()
        for number in range(N):
            (tmp_path / name / f"d{number}.txt").write_text(TEXT, encoding="utf-8")
            (tmp_path / name / f"d{number}.ann").write_text(lines, encoding="utf-8")
    return tmp_path


def gold(corpus: Corpus) -> dict[str, object]:
    return {example.id: example.gold for split in SPLITS for example in corpus.split(split)}


def lost(corpus: Corpus) -> list[LossReason]:
    return [one.reason for split in SPLITS for one in corpus.lost[split]]


def test_entities_stay_in_characters_and_a_repeated_one_is_counted(folder: Path) -> None:
    corpus = load("frasimed_cantemist", folder)
    assert set(gold(corpus).values()) == {
        (Entity.of("morphology-onco", 0, 9), Entity.of("morphology-onco", 11, 15))
    }
    assert lost(corpus) == [LossReason.DUPLICATE] * N
    assert corpus.train[0].document.words == ((0, 9), (9, 10), (11, 17), (17, 18))


def test_codes_come_from_the_notes_of_the_terminology(folder: Path) -> None:
    """Not SNOMED's, which CANTEMIST has too; and two codes at one place are two mentions."""
    corpus = load("frasimed_cantemist_norm", folder)
    codes = gold(corpus)
    assert (codes["d0:T1"], codes["d0:T2"], codes["d0:T3"]) == ("8010/3", "8000/1", "8000/6")
    assert corpus.card.labels == ("8000/1", "8000/6", "8010/3")
    assert not lost(corpus)


def test_mentions_without_a_code_are_counted(folder: Path) -> None:
    corpus = load("frasimed_distemist_norm_top100", folder)
    assert gold(corpus) == {f"d{number}:T1": "1+2" for number in range(N)}
    assert lost(corpus) == [LossReason.NO_CODE] * N
    assert f"{N} of {2 * N} mentions carry no code" in corpus.notes


def test_documents_have_all_their_codes_joined_ones_as_published(folder: Path) -> None:
    assert set(gold(load("frasimed_cantemist_doc", folder)).values()) == {("8000/1", "8000/6", "8010/3")}
    assert set(gold(load("frasimed_distemist_doc", folder)).values()) == {("1+2",)}
    assert set(gold(load("frasimed_distemist_doc", folder, split_composites=True)).values()) == {("1", "2")}


@pytest.mark.parametrize("name", ["frasimed_distemist", "frasimed_distemist_norm"])
def test_there_is_nothing_to_take_apart_elsewhere(name: str, folder: Path) -> None:
    with pytest.raises(
        ConfigError, match=rf"dataset_args\.split_composites: {name} does not give documents codes"
    ):
        load(name, folder, split_composites=True)


@pytest.mark.parametrize(
    ("note", "found"), [("#9\tSNOMED T1\t7", "found 1+2 and 7"), ("#9\tSNOMED T2\t ", "found an empty one")]
)
def test_two_codes_or_an_empty_one_are_an_error(note: str, found: str, folder: Path) -> None:
    path = folder / "DISTEMIST-FRASIMED" / "d3.ann"
    path.write_text(DISTEMIST + note + "\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"d3\.ann: #9: expected one SNOMED code for T.*" + found.replace("+", r"\+")
    ):
        load("frasimed_distemist_norm", folder)


def test_an_absent_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="DISTEMIST-FRASIMED: the folder does not exist"):
        load("frasimed_distemist_doc", tmp_path)


@pytest.mark.corpora
class TestTheRealCorpus:
    """The counts of the corpora page."""

    @pytest.mark.parametrize(
        ("name", "documents", "entities", "duplicates", "nested", "inside_words", "lost_to_words"),
        [
            ("frasimed_cantemist", (1041, 130, 130), 15978, 3, 255, 24, 19),
            ("frasimed_distemist", (600, 75, 75), 8059, 0, 161, 14, 7),
        ],
    )
    def test_entities(
        self,
        name: str,
        documents: tuple[int, ...],
        entities: int,
        duplicates: int,
        nested: int,
        inside_words: int,
        lost_to_words: int,
        real_corpora: Path,
    ) -> None:
        """38 spans begin or end between two letters or digits. Words are runs of either, so 12 of them (``T|1``)
        are at the edge of a word all the same; the other 26 are out of reach of a tagger of whole words."""
        corpus = load(name, real_corpora / "FRASIMED")
        examples = [example for split in SPLITS for example in corpus.split(split)]
        assert tuple(len(corpus.split(split)) for split in SPLITS) == documents
        assert sum(len(example.gold) for example in examples) + len(lost(corpus)) == entities
        assert lost(corpus) == [LossReason.DUPLICATE] * duplicates
        assert sum(nested_entities(example.gold) for example in examples) == nested
        assert (
            sum(
                _inside(example.document.text, entity.start) or _inside(example.document.text, entity.end)
                for example in examples
                for entity in example.gold
            )
            == inside_words
        )
        reasons = [
            one.reason
            for example in examples
            for one in spans_to_tags(example.document.words, example.gold, document_id=example.id)[1]
        ]
        assert reasons.count(LossReason.INSIDE_WORD) == lost_to_words

    @pytest.mark.parametrize(
        ("name", "mentions", "coded", "labels", "codes"),
        [("frasimed_cantemist_norm", 15978, 15978, 755, 850), ("frasimed_distemist_norm", 8059, 5132, 2035, 2400)],
    )
    def test_every_mention_is_scored_or_lost(
        self, name: str, mentions: int, coded: int, labels: int, codes: int, real_corpora: Path
    ) -> None:
        corpus = load(name, real_corpora / "FRASIMED")
        unknown = [
            one.label for split in SPLITS for one in corpus.lost[split] if one.reason is LossReason.UNKNOWN_LABEL
        ]
        assert len(gold(corpus)) + len(lost(corpus)) == mentions
        assert lost(corpus).count(LossReason.NO_CODE) == mentions - coded
        assert (len(corpus.card.labels), len({*corpus.card.labels, *unknown})) == (labels, codes)

    def test_the_corpora_of_a_collection_have_one_split(self, real_corpora: Path) -> None:
        entities, mentions, documents = (
            load(f"frasimed_distemist{suffix}", real_corpora / "FRASIMED") for suffix in ("", "_norm", "_doc")
        )
        for split in SPLITS:
            ids = {example.id for example in entities.split(split)}
            assert {example.id for example in documents.split(split)} == ids
            assert {example.id.split(":")[0] for example in mentions.split(split)} <= ids

    def test_no_text_nearly_repeats_one_of_another_split_or_collection(self, real_corpora: Path) -> None:
        both = [load(f"frasimed_{name}_doc", real_corpora / "FRASIMED") for name in ("cantemist", "distemist")]
        assert [near_duplicates(corpus) for corpus in both] == [{}, {}]
        assert cross_leaks(both) == []


def _inside(text: str, place: int) -> bool:
    """Whether a boundary parts two letters or digits."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()
