"""Corpora of pairs of texts with a score: STS Benchmark, BIOSSES, and the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.data.corpora import biosses, mini_pairs, stsbenchmark
from tabib.data.corpus import SPLITS
from tabib.data.load import load_corpus

STS = "main-news\theadlines\t2016\t{}\t{}\t{}\t{}\n"


def sts_files(folder: Path, test: str) -> Path:
    for split in ("train", "dev"):
        content = STS.format("0001", "5", f"{split} one", "two")
        (folder / f"sts-{split}.csv").write_text(content, encoding="utf-8")
    (folder / "sts-test.csv").write_text(test, encoding="utf-8")
    return folder


class TestStsBenchmark:
    def test_quotes_are_text_and_the_texts_are_kept_as_they_are(self, tmp_path: Path) -> None:
        sts_files(tmp_path, STS.format("0003", "3.200", ' "Two men sit', 'A man, "sitting" '))
        (example,) = stsbenchmark.load("stsbenchmark", tmp_path).test
        assert (example.document.text, example.document.second) == (' "Two men sit', 'A man, "sitting" ')
        assert (example.id, example.gold) == ("headlines-2016-0003", 3.2)

    def test_rows_may_end_with_the_licences_of_the_sentences(self, tmp_path: Path) -> None:
        row = STS.format("0003", "0", "one", "two").rstrip("\n") + "\tEMM\tEMM\n"
        (example,) = stsbenchmark.load("stsbenchmark", sts_files(tmp_path, row)).test
        assert (example.document.second, example.gold) == ("two", 0.0)

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (
                STS.format("1", "5.1", "one", "two"),
                "sts-test.csv:1: the score 5.1 is beyond the scale, which is 0 to 5",
            ),
            (STS.format("1", "high", "one", "two"), "sts-test.csv:1: the score 'high' is not a number"),
            (STS.format("1", "nan", "one", "two"), "sts-test.csv:1: the score nan is beyond the scale"),
            (STS.format("1", "1", "one", " "), "sts-test.csv:1: a text of the pair 'headlines-2016-1' is empty"),
            ("one\ttwo\n", "sts-test.csv:1: expected 9 tab-separated values"),
            ("", "sts-test.csv: there are no rows"),
        ],
    )
    def test_a_wrong_row_is_named_with_its_line(self, row: str, message: str, tmp_path: Path) -> None:
        with pytest.raises(DataError) as caught:
            stsbenchmark.load("stsbenchmark", sts_files(tmp_path, row))
        assert message in str(caught.value)


class TestBiosses:
    HEADER = "id\tsentence1\tsentence2\tscore\tA\tB\tC\tD\tE\n"

    def test_there_is_a_test_split_only(self, tmp_path: Path) -> None:
        (tmp_path / "biosses.tsv").write_text(
            self.HEADER + "1\tCraf.\tKras.\t3.40\t4\t3\t3\t3\t4\n", encoding="utf-8"
        )
        corpus = biosses.load("biosses", tmp_path)
        assert (corpus.train, corpus.dev) == ((), ())
        assert [(example.id, example.gold) for example in corpus.test] == [("1", 3.4)]
        assert corpus.card.test_only

    def test_the_scale_ends_at_4(self, tmp_path: Path) -> None:
        (tmp_path / "biosses.tsv").write_text(
            self.HEADER + "1\tCraf.\tKras.\t4.5\t5\t4\t4\t4\t5\n", encoding="utf-8"
        )
        with pytest.raises(DataError, match=r"the score 4\.5 is beyond the scale, which is 0 to 4"):
            biosses.load("biosses", tmp_path)

    PAIRS = "sentence_id\tsentence_1\tsentence_2\t" + "\t".join(f"annotator_{one}" for one in "abcde") + "\n"

    def test_the_table_of_bigbio_gives_the_mean_of_the_annotators(self, tmp_path: Path) -> None:
        content = self.PAIRS + "7\tCraf.\tKras.\t4\t3\t3\t3\t4\n"
        (tmp_path / "annotation_pairs_scores.tsv").write_text(content, encoding="utf-8")
        (example,) = biosses.load("biosses", tmp_path).test
        assert (example.id, example.document.text, example.document.second, example.gold) == (
            "7",
            "Craf.",
            "Kras.",
            3.4,
        )

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            (
                "7\tCraf.\tKras.\t4\t3\t?\t3\t4\n",
                "scores.tsv:2: expected five whole numbers as scores, found 4, 3, ?",
            ),
            ("", "scores.tsv: there are no rows"),
        ],
    )
    def test_a_wrong_table_of_bigbio_is_named(self, rows: str, message: str, tmp_path: Path) -> None:
        (tmp_path / "annotation_pairs_scores.tsv").write_text(self.PAIRS + rows, encoding="utf-8")
        with pytest.raises(DataError) as caught:
            biosses.load("biosses", tmp_path)
        assert message in str(caught.value)


def test_the_shipped_table(tmp_path: Path) -> None:
    for split in ("train", "dev", "test"):
        content = f"id\tfirst\tsecond\tscore\n{split}-1\tIl tousse.\tUne toux.\t4.8\n"
        (tmp_path / f"{split}.tsv").write_text(content, encoding="utf-8")
    (example,) = mini_pairs.load("mini_pairs_fr", tmp_path).test
    assert (example.id, example.document.second, example.gold) == ("test-1", "Une toux.", 4.8)


@pytest.mark.corpora
def test_similarities_have_their_published_scales(real_corpora: Path) -> None:
    sts = [
        example.gold
        for split in SPLITS
        for example in load_corpus("stsbenchmark", data_dir=real_corpora).split(split)
    ]
    assert (min(sts), max(sts), len(sts)) == (0.0, 5.0, 8628)
    biosses = [example.gold for example in load_corpus("biosses", data_dir=real_corpora).test]
    assert (min(biosses), max(biosses)) == (0.0, 4.0)


def test_words_alone_do_not_give_the_shipped_similarities() -> None:
    """Denials share words and other words say the same: overlap correlates, but far from well."""
    from scipy.stats import spearmanr

    for split in SPLITS:
        examples = load_corpus("mini_pairs_fr").split(split)
        bags = [
            (set(one.document.text.lower().split()), set(one.document.second.lower().split())) for one in examples
        ]
        overlap = [len(first & second) / len(first | second) for first, second in bags]
        assert 0.05 < spearmanr(overlap, [one.gold for one in examples]).statistic < 0.5
