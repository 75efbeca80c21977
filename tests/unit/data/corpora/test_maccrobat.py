"""MACCROBAT: BRAT files without splits; who stays together, what rare types and flat tags cost, and k folds."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import LossReason
from tabib.core.spans import Entity
from tabib.data.check import nested_entities
from tabib.data.corpora import maccrobat
from tabib.data.corpora.division import Division
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.load import load_corpus, training_labels
from tabib.data.overlap import word_shingles
from tabib.data.splits import Unit

BODY = "A man of 50 had pain in the left and right arm.\nHe took aspirin{0}. " + "He was well at visit {0}. " * 4
ANNOTATIONS = """\
T1\tSex 2 5\tman
T2\tAge 9 11\t50
T3\tSign_symptom 16 46\tpain in the left and right arm
E1\tSign_symptom:T3\x20
T4\tBiological_structure 28 32;43 46\tleft arm
T5\tBiological_structure 37 46\tright arm
R1\tMODIFY Arg1:T4 Arg2:E1\t
A1\tPOLARITY E1 Negative
*\tOVERLAP T1 T2
T6\tMedication 56 58\tas
#1\tAnnotatorNotes T6\tcut short
"""


def write(folder: Path, stem: str, number: int, annotations: str = ANNOTATIONS) -> None:
    (folder / f"{stem}.txt").write_text(BODY.format(number), encoding="utf-8")
    (folder / f"{stem}.ann").write_text(annotations, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty reports; the last one has a type that no other has."""
    for number in range(20):
        rare = "T7\tWeight 9 11\t50\n" if number == 19 else ""
        write(tmp_path, f"{10000000 + number}", number, ANNOTATIONS + rare)
    return tmp_path


def sizes(corpus: Corpus) -> tuple[int, ...]:
    return tuple(len(corpus.split(split)) for split in SPLITS)


def reasons(corpus: Corpus) -> Counter[str]:
    return Counter(lost.reason.value for split in SPLITS for lost in corpus.lost[split])


def split_of(corpus: Corpus) -> dict[str, str]:
    return {example.id: split for split in SPLITS for example in corpus.split(split)}


def test_entities_are_read_as_they_are_and_the_other_annotations_without_an_error(folder: Path) -> None:
    corpus = maccrobat.load("maccrobat", folder)
    assert sizes(corpus) == (14, 3, 3)
    assert corpus.notes == (
        "no split is published: reports were split 14/3/3, stratified by the types that they hold, seed 42",
    )
    gold = corpus.test[0].gold
    assert Entity("Biological_structure", ((28, 32), (43, 46))) in gold
    assert nested_entities(gold) == 2
    assert reasons(corpus) == {}


def test_the_flat_version_has_the_same_split_and_counts_what_it_loses(folder: Path) -> None:
    """Of each report the two structures inside the symptom, and the drug that begins inside a word."""
    span, token = maccrobat.load("maccrobat", folder), maccrobat.load("maccrobat_token", folder)
    assert split_of(token) == split_of(span)
    assert [entity.label for entity in token.test[0].gold] == ["Sex", "Age", "Sign_symptom"]
    assert reasons(token) == {LossReason.NESTED.value: 20 * 2 + 1, LossReason.INSIDE_WORD.value: 20}


def test_an_entity_that_brat_cut_at_a_line_end_is_one_run_of_words(folder: Path) -> None:
    write(folder, "10000000", 0, "T8\tDetailed_description 43 47;48 50\tarm. He\n")
    token = maccrobat.load("maccrobat_token", folder)
    (cut,) = (example.gold for split in SPLITS for example in token.split(split) if example.id == "10000000")
    assert cut == (Entity.of("Detailed_description", 43, 50),)


class TestReportsThatComeTwice:
    def test_files_of_one_pubmed_id_are_on_one_side_and_counted(self, folder: Path) -> None:
        for number in range(20):
            write(folder, f"{10000000 + number}_2", 100 + number)
        corpus = maccrobat.load("maccrobat", folder)
        where = split_of(corpus)
        assert all(where[id_] == where[f"{id_}_2"] for id_ in where if "_" not in id_)
        assert sizes(corpus) == (28, 6, 6)
        assert "20 reports have the PubMed id, or nearly the text, of another one" in corpus.notes[1]

    def test_so_are_texts_that_nearly_repeat_one_another_whatever_their_names(self, folder: Path) -> None:
        long = " ".join(f"w{number}" for number in range(200))
        for stem, more in (("20000001", ""), ("30000001", " more")):
            (folder / f"{stem}.txt").write_text(long + more, encoding="utf-8")
            (folder / f"{stem}.ann").write_text("T1\tSex 0 2\tw0\n", encoding="utf-8")
        for seed in range(8):
            corpus = maccrobat.load("maccrobat", folder, split_seed=seed)
            where = split_of(corpus)
            assert where["20000001"] == where["30000001"]
            groups = {example.id: example.document.group for example in getattr(corpus, where["20000001"])}
            assert groups["30000001"] == "20000001"


class TestRareTypes:
    def test_all_are_kept_by_default(self, folder: Path) -> None:
        corpus = maccrobat.load("maccrobat", folder)
        assert "Weight" in {entity.label for split in SPLITS for one in corpus.split(split) for entity in one.gold}
        assert len(corpus.card.labels) == 41

    def test_those_below_the_threshold_in_train_are_lost_in_all_splits_and_named(self, folder: Path) -> None:
        corpus = maccrobat.load("maccrobat", folder, min_count=2)
        assert corpus.card.labels == ("Age", "Biological_structure", "Medication", "Sex", "Sign_symptom")
        assert reasons(corpus) == {"label rarer in train than min_count": 1}
        assert "types with fewer than 2 mentions in train are left out: Activity (0)," in corpus.notes[1]
        assert "Weight (1)" in corpus.notes[1]

    def test_the_flat_version_leaves_the_same_types_out(self, folder: Path) -> None:
        """Although all drugs are lost to the tags: what is counted is what was annotated."""
        span, token = (maccrobat.load(name, folder, min_count=2) for name in maccrobat.CARDS)
        assert token.card.labels == span.card.labels

    def test_a_threshold_that_no_type_reaches_is_refused(self, folder: Path) -> None:
        with pytest.raises(ConfigError, match=r"min_count: found 99, .* Biological_structure, has 28"):
            maccrobat.load("maccrobat", folder, min_count=99)


class TestFolds:
    def test_every_report_is_tested_once(self, folder: Path) -> None:
        folds = [maccrobat.load("maccrobat", folder, folds=5, fold=number) for number in range(5)]
        assert Counter(one.id for fold in folds for one in fold.test) == Counter(split_of(folds[0]).keys())
        assert sizes(folds[0]) == (13, 3, 4)
        assert folds[3].notes[0].endswith("seed 42, test is fold 3 of 5")

    def test_a_share_for_test_beside_folds_is_refused(self, folder: Path) -> None:
        with pytest.raises(ConfigError, match=r"dataset_args\.test_fraction: with folds, one of these is test"):
            maccrobat.load("maccrobat", folder, folds=5, fold=0, test_fraction=0.2)

    def test_other_counts_than_those_of_the_card_are_no_problem_of_another_division(self, folder: Path) -> None:
        assert maccrobat.load("maccrobat", folder).card.statistics
        assert not maccrobat.load("maccrobat", folder, folds=5, fold=0).card.statistics
        assert maccrobat.load("maccrobat", folder, test_fraction=0.15).card.statistics


def test_another_type_is_an_error_with_its_line(folder: Path) -> None:
    write(folder, "10000000", 0, ANNOTATIONS.replace("Medication", "Medicament"))
    with pytest.raises(DataError, match=r"10000000\.ann:10: T6 has the unknown label 'Medicament'"):
        maccrobat.load("maccrobat", folder)


@pytest.mark.corpora
class TestAsPublished:
    """The counts of the corpora page: 200 reports, 25189 mentions, 44 discontinuous, 596 nested, 41 types."""

    @pytest.fixture(scope="class")
    @staticmethod
    def span(real_corpora: Path) -> Corpus:
        return load_corpus("maccrobat", data_dir=real_corpora)

    def test_every_mention_is_kept_as_it_is(self, span: Corpus) -> None:
        golds = [example.gold for split in SPLITS for example in span.split(split)]
        assert len(golds) == 200
        assert sum(map(len, golds)) == 25189
        assert sum(entity.discontinuous for gold in golds for entity in gold) == 44
        assert sum(map(nested_entities, golds)) == 596
        assert len({entity.label for gold in golds for entity in gold}) == 41
        assert reasons(span) == {}

    def test_the_flat_version_conserves_the_gold(self, span: Corpus, real_corpora: Path) -> None:
        token = load_corpus("maccrobat_token", data_dir=real_corpora)
        assert split_of(token) == split_of(span)
        assert reasons(token) == {
            LossReason.NESTED.value: 439,
            LossReason.DISCONTINUOUS.value: 36,
            LossReason.INSIDE_WORD.value: 25,
        }
        assert sum(len(one.gold) for split in SPLITS for one in token.split(split)) == 25189 - 500
        assert training_labels(token) == training_labels(span)

    def test_train_holds_every_type_and_each_type_its_share(self, span: Corpus) -> None:
        """Within one report, or a tenth of those that hold the type."""
        holding = {
            split: Counter(label for one in span.split(split) for label in {entity.label for entity in one.gold})
            for split in SPLITS
        }
        for label in span.card.labels:
            n = sum(counts[label] for counts in holding.values())
            assert holding["train"][label] > 0
            for split, share in zip(SPLITS, (0.7, 0.15, 0.15), strict=True):
                assert abs(holding[split][label] - share * n) <= max(1, n / 10), (label, split)

    def test_no_report_nearly_repeats_another_whatever_the_threshold(self, span: Corpus) -> None:
        """The highest 5-gram Jaccard similarity of two reports is far below the threshold of 0.8."""
        shingles = [word_shingles(one.document.text) for split in SPLITS for one in span.split(split)]
        assert max(len(a & b) / len(a | b) for a, b in combinations(shingles, 2)) < 0.1

    def test_train_of_each_of_five_folds_holds_every_type(self, span: Corpus) -> None:
        examples = [example for split in SPLITS for example in span.split(split)]
        types = {one.id: {entity.label for entity in one.gold} for one in examples}
        items = [Unit(one.id, one.document.group, tuple(sorted(types[one.id]))) for one in examples]
        folds = [Division(0.15, 0.15, 42, folds=5, fold=number).divide(items) for number in range(5)]
        assert Counter(id_ for fold in folds for id_ in fold["test"]) == Counter(types.keys())
        for fold in folds:
            assert len(set().union(*(types[id_] for id_ in fold["train"]))) == 41
            assert len(fold["test"]) in range(38, 43)

    def test_types_below_fifty_mentions_can_be_dropped(self, real_corpora: Path) -> None:
        corpus = load_corpus("maccrobat", data_dir=real_corpora, options={"min_count": 50})
        kept = sum(len(one.gold) for split in SPLITS for one in corpus.split(split))
        assert kept + reasons(corpus)["label rarer in train than min_count"] == 25189
        assert training_labels(corpus) == corpus.card.labels
        assert {"Mass", "Height", "Weight"}.isdisjoint(corpus.card.labels)
