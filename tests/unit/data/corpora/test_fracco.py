"""FRACCO's layout, with invented cases: as a folder and as an archive; what is wrong with it is named."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import LossReason
from tabib.data.corpora import frasimed
from tabib.data.corpora.coding import NEAR_DUPLICATES
from tabib.data.corpora.fracco import load
from tabib.data.corpus import SPLITS, Corpus
from tabib.data.leaks import cross_leaks, near_duplicates
from tabib.data.load import fingerprint_corpus, load_corpus
from tabib.data.overlap import similar_pairs

N = 20
TEXT = "Adénopathie du hile et nodule du foie, du poumon."
HEADER = "doc_name,label,code,content,full_span\n"


def table(document: str) -> str:
    return (
        f"{document},morphologie,8000/1,Adénopathie,0 11\n"
        f"{document},expression_CIM,C77.1 8000/1,Adénopathie du hile,0 19\n"
        f"{document},expression_CIM,C22.0 8000/1;C34.9 8000/1,nodule du foie du poumon,23 37;39 48\n"
    )


ANNOTATIONS = (
    "T1\tmorphologie 0 11\tAdénopathie\n"
    "T2\texpression_CIM 0 19\tAdénopathie du hile\n"
    "T3\texpression_CIM 23 37;39 48\tnodule du foie du poumon\n"
    "T4\texpression_CIM 23 29\tnodule\n"
    "#1\tICD-O T2\tC77.1 8000/1\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """20 annotated cases and one that nobody annotated; T4 of each carries no code."""
    texts = tmp_path / "FRACCO" / "ann_txt_files"
    texts.mkdir(parents=True)
    names = [f"cc_onco{number}" for number in range(N)]
    for name in names:
        (texts / f"{name}.txt").write_text(TEXT, encoding="utf-8")
        (texts / f"{name}.ann").write_text(ANNOTATIONS, encoding="utf-8")
    (texts / "cc_onco853.txt").write_text("Rien.", encoding="utf-8")
    (tmp_path / "FRACCO" / "DetectOnco_Final.csv").write_text(
        HEADER + "".join(map(table, names)), encoding="utf-8"
    )
    return tmp_path / "FRACCO"


def examples(corpus: Corpus) -> dict[str, object]:
    return {example.id: example.gold for split in SPLITS for example in corpus.split(split)}


def test_expressions_with_their_code_as_published(folder: Path) -> None:
    corpus = load("fracco_icd_classification", folder)
    gold = examples(corpus)
    assert len(gold) == 2 * N
    assert gold["cc_onco0:0-19"] == "C77.1 8000/1"
    assert gold["cc_onco0:23-37,39-48"] == "C22.0 8000/1;C34.9 8000/1"
    texts = {example.id: example.document.text for split in SPLITS for example in corpus.split(split)}
    assert texts["cc_onco0:23-37,39-48"] == "nodule du foie du poumon"
    assert corpus.card.labels == ("C22.0 8000/1;C34.9 8000/1", "C77.1 8000/1")


def test_expressions_without_a_code_are_counted(folder: Path) -> None:
    corpus = load("fracco_icd_top50", folder)
    lost = [lost for split in SPLITS for lost in corpus.lost[split]]
    assert {(one.label, one.reason) for one in lost} == {("expression_CIM", LossReason.NO_CODE)}
    assert sorted(one.document_id for one in lost) == sorted(f"cc_onco{number}:23-29" for number in range(N))
    assert f"{N} of {3 * N} expressions carry no code" in corpus.notes


def test_documents_with_all_their_codes(folder: Path) -> None:
    corpus = load("fracco_icd_doc", folder)
    gold = examples(corpus)
    assert set(gold) == {f"cc_onco{number}" for number in range(N)}
    assert set(gold.values()) == {("C22.0 8000/1;C34.9 8000/1", "C77.1 8000/1")}
    assert corpus.train[0].document.text == TEXT
    assert "1 of 21 texts were never annotated (cc_onco853) and are left out" in corpus.notes


def test_joined_codes_can_be_taken_apart_where_documents_are_coded(folder: Path) -> None:
    gold = examples(load("fracco_icd_doc_top500", folder, split_composites=True))
    assert set(gold.values()) == {("C22.0 8000/1", "C34.9 8000/1", "C77.1 8000/1")}
    with pytest.raises(
        ConfigError, match=r"dataset_args\.split_composites: a mention of fracco_icd_top50 has one"
    ):
        load("fracco_icd_top50", folder, split_composites=True)


def test_mentions_and_documents_have_the_same_split(folder: Path) -> None:
    documents, mentions = load("fracco_icd_doc", folder), load("fracco_icd_classification", folder)
    for split in SPLITS:
        assert {example.document.group for example in mentions.split(split)} == {
            example.id for example in documents.split(split)
        }


@pytest.mark.parametrize("inside", [True, False], ids=["with its folder", "without"])
def test_an_archive_is_read_like_the_folder(inside: bool, folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    root, base = (folder.parent, folder.name) if inside else (folder, ".")
    shutil.make_archive(str(data / "FRACCO"), "zip", root, base)
    for name in ("fracco_icd_classification", "fracco_icd_doc"):
        packed = load_corpus(name, data_dir=data, refuse=False)
        assert fingerprint_corpus(packed) == fingerprint_corpus(load(name, folder))


def test_an_absent_corpus_names_folder_and_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    with pytest.raises(
        DataError, match=r"(?s)data/FRACCO\n.*data/FRACCO\.zip\n.*zenodo\.org.*holds 'FRACCO' or 'FRAC"
    ):
        load_corpus("fracco_icd_doc")


def test_without_annotation_files_the_table_is_enough_and_a_note_says_so(folder: Path) -> None:
    for path in (folder / "ann_txt_files").glob("*.ann"):
        path.unlink()
    corpus = load("fracco_icd_classification", folder)
    assert len(examples(corpus)) == 2 * N
    assert not any(corpus.lost.values())
    assert "there are no .ann files: expressions without a code are not counted as lost" in corpus.notes


def test_separators_of_lines_inside_an_expression_do_not_end_its_row(folder: Path) -> None:
    """U+2028 and U+0085 are signs of a text; only a line end ends a row."""
    (folder / "ann_txt_files" / "cc_onco0.txt").write_text(
        TEXT.replace("du hile", "du\u2028hile"), encoding="utf-8"
    )
    (folder / "ann_txt_files" / "cc_onco0.ann").unlink()
    path = folder / "DetectOnco_Final.csv"
    rows = path.read_text(encoding="utf-8")
    path.write_text(rows.replace("Adénopathie du hile,0 19", "Adénopathie du\u2028hile,0 19", 1), encoding="utf-8")
    assert examples(load("fracco_icd_classification", folder))["cc_onco0:0-19"] == "C77.1 8000/1"


def replaced(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "DetectOnco_Final.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced("doc_name,label", "doc,label"), r"csv:1: expected the columns \['doc_name'"),
        (replaced("cc_onco0,morph", "cc_onco99,morph"), r"csv:2: there is no text named 'cc_onco99'"),
        (replaced(",0 19\n", "\n"), r"csv:3: expected 5 values, found 4"),
        (replaced(",C77.1 8000/1,", ", ,"), r"csv:3: the code is empty"),
        (replaced("0 19", "19 0"), r"csv:3: expected 'start end' or .*found '19 0'"),
        (replaced("0 19", "1 20"), r"csv:3: cc_onco0 has 'dénopathie du hile ' at 1 20, the table 'Adén"),
        (replaced("39 48", "39 99"), r"csv:4: cc_onco0 has .* at 23 37;39 99"),
        (replaced("cc_onco1,morph", "cc_onco0,morph"), r"csv:5: line 2 has the same place and label"),
        (replaced("Adénopathie,0 11", '"Adénopathie,0 11'), r"csv:61: malformed row: unexpected end of data"),
        (
            lambda folder: (folder / "DetectOnco_Final.csv").unlink(),
            r"one file named DetectOnco_Final.csv, found none",
        ),
        (lambda folder: (folder / "ann_txt_files" / "x.ann").touch(), r"x\.ann: there is no x\.txt beside it"),
        (lambda folder: shutil.rmtree(folder / "ann_txt_files"), r"there are no \.txt files: the corpus is empty"),
        (
            lambda folder: (folder / "ann_txt_files" / "cc_onco3.ann").write_text("T1\texpression_CIM 0 99\tAdén"),
            r"cc_onco3\.ann:1: ",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: Callable[[Path], None], message: str, folder: Path) -> None:
    change(folder)
    with pytest.raises(DataError, match=message):
        load("fracco_icd_doc", folder)


@pytest.fixture(scope="module")
def rows(real_corpora: Path) -> list[dict[str, str]]:
    """The expressions of the real table, read here apart from the loader."""
    with (real_corpora / "FRACCO" / "DetectOnco_Final.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["label"] == "expression_CIM"]


@pytest.fixture(scope="module")
def mentions(real_corpora: Path) -> Corpus:
    return load("fracco_icd_classification", real_corpora / "FRACCO")


@pytest.fixture(scope="module")
def documents(real_corpora: Path) -> Corpus:
    return load("fracco_icd_doc", real_corpora / "FRACCO")


@pytest.mark.corpora
class TestTheRealCorpus:
    """What the corpora page and the table itself state."""

    def test_every_coded_expression_is_scored_or_lost(self, rows: list[dict[str, str]], mentions: Corpus) -> None:
        lost = [one.reason for split in SPLITS for one in mentions.lost[split]]
        assert len(rows) == 22172
        assert len(examples(mentions)) + lost.count(LossReason.UNKNOWN_LABEL) == len(rows)
        assert lost.count(LossReason.NO_CODE) == 25738 - len(rows)
        wanted = Counter((row["doc_name"], row["content"], row["code"]) for row in rows)
        found = Counter(
            (example.id.split(":")[0], example.document.text, example.gold)
            for split in SPLITS
            for example in mentions.split(split)
        )
        assert found <= wanted

    def test_the_gold_of_documents_is_the_set_of_their_codes(
        self, rows: list[dict[str, str]], documents: Corpus
    ) -> None:
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row["doc_name"], set()).add(row["code"])
        assert len(wanted) == len(examples(documents)) == 1300
        for example in documents.train:
            assert set(example.gold) == wanted[example.id]
        for example in (*documents.dev, *documents.test):
            assert set(example.gold) == wanted[example.id] & set(documents.card.labels)

    def test_labels_are_those_of_train(self, rows: list[dict[str, str]], documents: Corpus) -> None:
        train = {example.id for example in documents.train}
        assert set(documents.card.labels) == {row["code"] for row in rows if row["doc_name"] in train}
        assert len(documents.card.labels) == 2080 < len({row["code"] for row in rows}) == 2418

    def test_the_most_frequent_codes_are_those_of_train(
        self, rows: list[dict[str, str]], documents: Corpus, real_corpora: Path
    ) -> None:
        train = {example.id for example in documents.train}
        counts = Counter(row["code"] for row in rows if row["doc_name"] in train)
        ranked = sorted(counts, key=lambda code: (-counts[code], code))
        corpus = load("fracco_icd_top100", real_corpora / "FRACCO")
        assert set(corpus.card.labels) == set(ranked[:100])

    def test_a_document_and_its_mentions_are_in_one_split(self, mentions: Corpus, documents: Corpus) -> None:
        split_of = {example.id: split for split in SPLITS for example in documents.split(split)}
        for split in SPLITS:
            assert {split_of[example.id.split(":")[0]] for example in mentions.split(split)} == {split}

    def test_no_text_nearly_repeats_one_of_another_split(self, documents: Corpus) -> None:
        """The two pairs that do are known, and in one split each."""
        assert near_duplicates(documents) == {}
        texts = [example.document for split in SPLITS for example in documents.split(split)]
        pairs = similar_pairs([document.text for document in texts])
        assert {frozenset((texts[one].id, texts[other].id)) for one, other in pairs} == {
            frozenset(pair) for pair in NEAR_DUPLICATES.items()
        }

    def test_the_texts_of_cantemist_are_flagged_and_in_the_same_splits(
        self, documents: Corpus, real_corpora: Path
    ) -> None:
        (leak,) = cross_leaks([documents, frasimed.load("frasimed_cantemist", real_corpora / "FRASIMED")])
        assert (leak.shared, leak.documents, leak.across) == (1300, 1301, 0)

    def test_the_text_without_annotations_is_left_out(self, documents: Corpus) -> None:
        assert "cc_onco853" not in examples(documents)
        assert any("cc_onco853" in note for note in documents.notes)
