"""Corpora that are not at hand: their layouts, as the invented samples have them, and what can be wrong."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from tabib.core.errors import DataError
from tabib.core.examples import LossReason
from tabib.data.corpora import cas, clister, diamed, essai, mantra, meddialog
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.load import load_corpus
from tabib.data.sample import SAMPLES


def copied(name: str, to: Path) -> Path:
    shutil.copytree(SAMPLES / name, to / name)
    return to / name


def replace_in(file: Path, old: str, new: str) -> None:
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), encoding="utf-8")


def entities(corpus: Corpus) -> Counter[str]:
    return Counter(entity.label for split in SPLITS for one in corpus.split(split) for entity in one.gold)


class TestCas:
    def test_types_of_the_other_subtask_are_passed_over(self, tmp_path: Path) -> None:
        folder = copied("CAS1", tmp_path)
        with (folder / "test" / "filepdf-11-1-cas.ann").open("a", encoding="utf-8") as file:
            file.write("T90\tanatomie 3 10\tpatient\nA1\tnorme T90\n")
        assert entities(cas.load("cas1", folder)) == entities(cas.load("cas1", SAMPLES / "CAS1"))

    def test_a_type_of_no_subtask_is_an_error(self, tmp_path: Path) -> None:
        folder = copied("CAS2", tmp_path)
        with (folder / "test" / "filepdf-11-1-cas.ann").open("a", encoding="utf-8") as file:
            file.write("T90\tmaladie 3 10\tpatient\n")
        with pytest.raises(DataError, match=r"cas\.ann:\d+: T90 has the unknown label 'maladie'"):
            cas.load("cas2", folder)

    def test_the_distribution_of_2021_has_both_corpora_in_one_folder(self, tmp_path: Path) -> None:
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

    def test_a_case_of_the_table_that_is_absent(self, tmp_path: Path) -> None:
        shutil.copytree(SAMPLES / "CAS1" / "train", tmp_path / "DEFT-cas-cliniques")
        (tmp_path / "distribution-corpus.txt").write_text("a.txt\t-\ttrain 2020\t-\nb.txt\t-\ttest 2020\t-\n")
        with pytest.raises(DataError, match=r"2 cases are absent, for example a\.txt"):
            cas.load("cas1", tmp_path)

    def test_a_folder_of_dev_is_taken_as_it_is(self, tmp_path: Path) -> None:
        folder = copied("CAS1", tmp_path)
        (folder / "dev").mkdir()
        for file in folder.glob("train/filepdf-1-*"):
            file.rename(folder / "dev" / file.name)
        corpus = cas.load("cas1", folder)
        assert [example.id for example in corpus.dev] == ["filepdf-1-1-cas"]
        assert corpus.notes == ()

    def test_the_coarsest_granularity_loses_what_is_inside_another(self) -> None:
        fine, coarse = cas.load("cas2", SAMPLES / "CAS2"), cas.load("cas2", SAMPLES / "CAS2", coarsest=True)
        lost = [one for split in SPLITS for one in coarse.lost[split]]
        assert {one.reason for one in lost} == {LossReason.NESTED}
        assert entities(coarse).total() + len(lost) == entities(fine).total()

    def test_what_dev_lost_goes_with_it(self) -> None:
        """Whatever documents become dev, each loss is listed with its document's split."""
        corpus = cas.load("cas2", SAMPLES / "CAS2", coarsest=True, dev_fraction=0.5)
        for split in SPLITS:
            ids = {example.id for example in corpus.split(split)}
            assert {one.document_id for one in corpus.lost[split]} <= ids


class TestEssai:
    def test_a_sentence_has_the_marks_of_both_files(self) -> None:
        corpus = essai.load("essai", SAMPLES / "essai")
        by_text = {one.document.text: one.gold for split in SPLITS for one in corpus.split(split)}
        assert by_text["Absence d' allergie à l' iode ."] == "negation"
        assert by_text["Une toxicité cutanée est suspectée ."] == "speculation"
        assert by_text["L' absence de métastase est probable ."] == "negation_speculation"
        assert by_text["Cet essai recrute dans douze centres ."] == "neutral"

    def test_both_ways_to_part_the_sentences(self) -> None:
        for how in ("grouped", "drbenchmark"):
            corpus = essai.load("essai", SAMPLES / "essai", split=how)  # type: ignore[arg-type]
            assert sum(len(corpus.split(split)) for split in SPLITS) == 44
            assert ("as DrBenchmark drew them" in corpus.notes[0]) == (how == "drbenchmark")

    def test_a_sentence_that_one_file_alone_has_gets_its_mark(self, tmp_path: Path) -> None:
        (tmp_path / "ESSAI_neg.txt").write_text("0\t0\tToux\ttoux\tNOM\t***\n", encoding="utf-8")
        rows = ["1\t0\tFièvre\tfièvre\tNOM\t_\tB_scope_spec", "1\t1\tpossible\tpossible\tADJ\tB_cue_spec\t_"]
        rows += [f"{n}\t0\tmot{n}\tmot\tNOM\t***" for n in range(2, 20)]
        (tmp_path / "ESSAI_spec.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
        corpus = essai.load("essai", tmp_path)
        labels = {one.document.text: one.gold for split in SPLITS for one in corpus.split(split)}
        assert (labels["Fièvre possible"], labels["Toux"]) == ("speculation", "neutral")

    def test_a_line_with_too_few_values(self, tmp_path: Path) -> None:
        folder = copied("essai", tmp_path)
        replace_in(folder / "ESSAI_spec.txt", "\t***", "")
        with pytest.raises(DataError, match=r"ESSAI_spec\.txt:\d+: expected at least 6 tab-separated values"):
            essai.load("essai", folder)


class TestDiamed:
    def test_chapters_are_written_with_single_spaces(self) -> None:
        corpus = diamed.load("diamed", SAMPLES / "diamed")
        assert corpus.test[1].gold == "C00-D49 Neoplasms"
        assert len(corpus.card.labels) == 22

    def test_cases_without_a_chapter_are_left_out_and_counted(self) -> None:
        assert diamed.load("diamed", SAMPLES / "diamed").notes == (
            "2 cases are published without a chapter and are left out",
        )

    def test_a_chapter_with_nan_in_it_is_one(self) -> None:
        """``Pregnancy`` is no case without annotation."""
        labels = [example.gold for example in diamed.load("diamed", SAMPLES / "diamed").train]
        assert "O00-O9A Pregnancy, childbirth and the puerperium" in labels

    def test_an_unknown_chapter(self, tmp_path: Path) -> None:
        folder = copied("diamed", tmp_path)
        replace_in(folder / "splits" / "validation.json", "I00-I99  Diseases", "I00-I99  Illnesses")
        with pytest.raises(DataError, match=r"validation\.json: item 1: unknown chapter 'I00-I99  Illnesses of"):
            diamed.load("diamed", folder)


class TestClister:
    def test_a_pair_is_looked_up_among_the_sentences(self) -> None:
        corpus = clister.load("clister", SAMPLES / "clister")
        first = corpus.test[0]
        assert first.document.text == "Le patient a maigri de 5 kg."
        assert (first.document.second, first.gold) == ("Une perte de poids de 5 kg est notée.", 4.9)

    def test_pairs_with_a_common_sentence_stay_together(self, tmp_path: Path) -> None:
        folder = copied("clister", tmp_path)
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

    def test_the_pairs_that_drbenchmark_drew(self) -> None:
        corpus = clister.load("clister", SAMPLES / "clister", dev="drbenchmark")
        assert (len(corpus.train), len(corpus.dev)) == (16, 4)
        assert "as DrBenchmark drew them" in corpus.notes[0]

    def test_columns_may_stand_in_another_order_among_others(self, tmp_path: Path) -> None:
        folder = copied("clister", tmp_path)
        rows = [row.split("\t") for row in (folder / "test.csv").read_text(encoding="utf-8").splitlines()]
        (folder / "test.csv").write_text("\n".join("\t".join([c, "x", b, a]) for a, b, c in rows) + "\n")
        replace_in(folder / "test.csv", "sim\tx\tid_2", "sim\tannotators\tid_2")
        assert clister.load("clister", folder).test == clister.load("clister", SAMPLES / "clister").test

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("filetest-1_1", "filetest-99_1", "test.csv:2: the sentence 'filetest-99_1' is not among those"),
            ("id_1", "first", "test.csv:1: the column 'id_1' is absent"),
            ("4.9", "6", "test.csv:2: the score 6 is beyond the scale"),
        ],
    )
    def test_a_wrong_row_is_named_with_its_line(self, old: str, new: str, message: str, tmp_path: Path) -> None:
        folder = copied("clister", tmp_path)
        replace_in(folder / "test.csv", old, new)
        with pytest.raises(DataError) as caught:
            clister.load("clister", folder)
        assert message in str(caught.value)


class TestMeddialog:
    LABELS = "multilabel_annotation/dataset_multilabel_meddialog_22labels.csv"

    def test_the_text_is_the_question_and_the_answer(self) -> None:
        folder = SAMPLES / "MedDialog-FR-women"
        with_answer, without = (
            meddialog.load("meddialog", folder),
            meddialog.load("meddialog", folder, answer=False),
        )
        question = "J'ai des règles très abondantes depuis trois mois."
        assert without.train[0].document.text == question
        assert with_answer.train[0].document.text.startswith(question + "\n\nUne prise de sang")

    def test_the_labels_are_those_of_the_data(self) -> None:
        corpus = meddialog.load("meddialog", SAMPLES / "MedDialog-FR-women")
        assert corpus.card.labels == tuple(f"C900000{number}" for number in range(1, 7))
        assert corpus.train[1].gold == ("C9000002", "C9000003")

    def test_a_question_without_a_text_is_left_out_and_counted(self, tmp_path: Path) -> None:
        folder = copied("MedDialog-FR-women", tmp_path)
        replace_in(folder / self.LABELS, "hm0_1000_q", "hm0_4444_q")
        assert "1 annotated questions have no text and are left out" in meddialog.load("meddialog", folder).notes

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("\ttrain\t", "\tvalid\t", "csv:2: unknown split 'valid'; expected train, dev or test"),
            ("['C9000001']", "C9000001", "csv:2: expected a list of labels like"),
            ("['C9000001']", "__import__('os')", "csv:2: expected a list of labels like"),
        ],
    )
    def test_a_wrong_row_is_named_with_its_line(self, old: str, new: str, message: str, tmp_path: Path) -> None:
        folder = copied("MedDialog-FR-women", tmp_path)
        replace_in(folder / self.LABELS, old, new)
        with pytest.raises(DataError) as caught:
            meddialog.load("meddialog", folder)
        assert message in str(caught.value)


class TestMantra:
    def test_one_source_or_all(self) -> None:
        folder = SAMPLES / "GSC-v1.1"
        for source, n in (("all", 22), ("emea", 8), ("medline", 8), ("patents", 6)):
            corpus = mantra.load("mantra", folder, source=source)  # type: ignore[arg-type]
            assert sum(len(corpus.split(split)) for split in SPLITS) == n

    def test_several_concepts_of_one_span_and_group_are_one_entity(self, tmp_path: Path) -> None:
        folder = copied("GSC-v1.1", tmp_path)
        file = folder / "EMEA_GSC_fr_man.xml"
        (element,) = [line for line in file.read_text(encoding="utf-8").splitlines() if 'id="d1.u1.e1"' in line]
        replace_in(file, element, element + "\n" + element.replace("d1.u1.e1", "d1.u1.e9"))
        corpus = mantra.load("mantra", folder)
        assert [one.reason for split in SPLITS for one in corpus.lost[split]] == [LossReason.DUPLICATE]
        assert entities(corpus) == entities(mantra.load("mantra", SAMPLES / "GSC-v1.1"))

    def test_a_quote_of_another_text_is_counted(self, tmp_path: Path) -> None:
        folder = copied("GSC-v1.1", tmp_path)
        replace_in(folder / "EMEA_GSC_fr_man.xml", ">vaccin<", ">Vaccin<")
        assert (
            "1 annotations quote another text than the one at their offsets" in mantra.load("mantra", folder).notes
        )

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('grp="CHEM"', 'grp="DRUG"', "d1.u1.e1 has the unknown group 'DRUG'"),
            ('len="6"', 'len="600"', "d1.u1.e1: offset 3 and len 600 are not a piece of the text"),
            ("<Corpus", '<!DOCTYPE a [<!ENTITY b "c">]><Corpus', "the file declares an entity"),
            ("</Corpus>", "", "not well-formed XML"),
        ],
    )
    def test_a_wrong_file(self, old: str, new: str, message: str, tmp_path: Path) -> None:
        folder = copied("GSC-v1.1", tmp_path)
        replace_in(folder / "EMEA_GSC_fr_man.xml", old, new)
        with pytest.raises(DataError, match=r"EMEA_GSC_fr_man\.xml:") as caught:
            mantra.load("mantra", folder)
        assert message in str(caught.value)


class Gated(NamedTuple):
    name: str
    where: str


@pytest.mark.parametrize(
    "gated",
    [
        Gated("cas1", "https://deft.lisn.upsaclay.fr/2020"),
        Gated("cas2", "http://natalia.grabar.free.fr/resources.php"),
        Gated("essai", "https://clementdalloux.fr"),
        Gated("diamed", "https://huggingface.co/datasets/DrBenchmark/DiaMED"),
        Gated("clister", "https://gitlab.inria.fr/codeine/clister"),
        Gated("meddialog", "https://aclanthology.org/2024.cl4health-1.21"),
        Gated("mantra", "https://files.ifi.uzh.ch/cl/mantra"),
    ],
    ids=lambda gated: gated.name,
)
def test_where_to_get_an_absent_corpus_is_in_the_error(
    gated: Gated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("TABIB_DATA", "SCRATCH"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(DataError, match="was not found") as caught:
        load_corpus(gated.name)
    assert gated.where in str(caught.value)
