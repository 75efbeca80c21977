"""``tabib data``: a look into a corpus, and its check."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tabib.cli import data_check
from tabib.cli.app import run
from tabib.cli.examples import print_example
from tabib.core.examples import Document, Example
from tabib.core.spans import Entity
from tabib.data import check, load
from tabib.data.corpus import SPLITS, Corpus


def test_a_corpus_is_shown_with_its_card_splits_labels_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", "mini_ner_fr", "-n", "1", "--split", "dev"]) == 0
    shown = capsys.readouterr().out
    first = load.load_corpus("mini_ner_fr").dev[0]
    assert f"--- {first.id}\n{first.document.text[:100]}" in shown
    for entity in first.gold:
        assert f"  {entity.label}  {entity.start}–" in shown
    assert "licence    MIT, as this package" in shown
    assert not any(
        line.endswith(" ") for line in shown.splitlines() if not line.startswith(first.document.text[:9])
    )


@pytest.mark.parametrize(("corpus", "gold"), [("mini_triage_fr", "gold: "), ("mini_topics_fr", "gold: ")])
def test_classes_are_shown_below_the_text(corpus: str, gold: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", corpus, "-n", "2"]) == 0
    assert capsys.readouterr().out.count(f"\n{gold}") == 2


def test_a_pair_is_shown_as_two_texts_with_its_score(capsys: pytest.CaptureFixture[str]) -> None:
    from tabib.cli.console import stdout

    example = Example(Document("p1", "Il tousse.", second="Une toux, depuis hier."), 4.5)
    print_example(stdout(), example, {}, characters=12)
    assert capsys.readouterr().out.splitlines() == [
        "--- p1",
        "Il tousse.",
        "and: Une toux, de … (10 more characters)",
        "gold: 4.5",
        "",
    ]


def test_a_question_is_shown_with_its_options_and_the_right_ones_ticked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from tabib.cli.console import stdout

    example = Example(Document("q1", "Lesquels ?", options=("fer", "zinc", "or")), ("A", "C"))
    print_example(stdout(), example, {})
    assert capsys.readouterr().out.splitlines() == [
        "--- q1",
        "Lesquels ?",
        "  ✓ A  fer",
        "    B  zinc",
        "  ✓ C  or",
        "gold: A, C",
        "",
    ]


@pytest.mark.parametrize("corpus", ["mini_pairs_fr", "mini_mcqa_fr"])
def test_corpora_of_pairs_and_of_questions_are_shown(corpus: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", corpus, "-n", "2", "--split", "test"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("\ngold: ") == 2
    assert ("\nlabel " in shown) == (corpus == "mini_mcqa_fr")


def test_a_corpus_with_nothing_to_learn_from_shows_its_test_split(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "biosses").mkdir()
    header = "id\tsentence1\tsentence2\tscore\tA\tB\tC\tD\tE\n"
    row = "1\tCraf is needed.\tKras is not.\t1.00\t1\t1\t1\t1\t1\n"
    (tmp_path / "biosses" / "biosses.tsv").write_text(header + row, encoding="utf-8")
    assert run(["data", "show", "biosses", "--data-dir", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "train has no examples; these are of test\n--- 1\nCraf is needed.\nand: Kras is not.\n" in shown


def test_long_documents_are_cut_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    from tabib.cli.console import stdout

    example = Example(Document("d1", "aaaa bbbb cccc"), (Entity.of("X", 0, 4), Entity("Y", ((5, 9), (10, 14)))))
    print_example(stdout(), example, {"X": 0, "Y": 1}, characters=6)
    assert capsys.readouterr().out.splitlines() == [
        "--- d1",
        "aaaa b … (8 more characters)",
        "  X  0–4  aaaa",
        "  … 1 more entities (--full shows all)",
        "",
    ]
    print_example(stdout(), example, {"X": 0, "Y": 1}, characters=None)
    assert "  Y  5–9, 10–14  bbbb cccc\n" in capsys.readouterr().out


def test_an_absent_corpus_shows_its_card_and_where_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    assert run(["data", "show", "emea"]) == 2
    shown = capsys.readouterr()
    assert "licence    GFDL" in shown.out
    assert "the corpus 'emea' was not found" in shown.err


def test_a_mistake_in_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", "mini_ner_fr", "--split", "tets"]) == 2
    assert capsys.readouterr().err == "error: --split: found 'tets'; did you mean 'test'?\n"
    assert run(["data", "check", "mini_ner_fr", "emae"]) == 2
    assert "did you mean 'emea'" in capsys.readouterr().err


def test_a_sound_corpus_passes_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "check", "mini_triage_fr", "mini_ner_en"]) == 0
    shown = capsys.readouterr().out
    assert "mini_triage_fr: ok" in shown
    assert "mini_ner_en: ok" in shown


class TestMoreThanTheCard:
    """Labels, length and shared texts: what could make a score mean less."""

    def test_label_support_by_split_and_what_was_lost(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["data", "check", "mini_ner_token_fr"]) == 0
        report = check.check_corpus(load.load_corpus("mini_ner_token_fr"))
        lines = [line.split() for line in capsys.readouterr().out.splitlines()]
        for label in report.splits["train"].support:
            assert [label, *(str(report.splits[split].support[label]) for split in report.splits)] in lines

    def test_many_labels_are_summed_up(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(data_check, "_FEW_LABELS", 2)
        assert run(["data", "check", "mini_triage_fr"]) == 0
        shown = capsys.readouterr().out
        n = len(load.card_of("mini_triage_fr").labels)
        assert f"labels with support, of {n}" in shown
        assert "of them with one annotation" in shown

    def test_texts_longer_than_a_model_reads(self, capsys: pytest.CaptureFixture[str], tiny_encoder: Path) -> None:
        """The tiny tokeniser makes one sub-token of a character, so 100 are fewer than any report has."""
        corpus = load.load_corpus("mini_ner_fr")
        assert run(["data", "check", "mini_ner_fr", "--tokenizer", str(tiny_encoder), "--max-length", "100"]) == 0
        assert f"longer than 100 sub-tokens: train {len(corpus.train)} of {len(corpus.train)} (100%)" in (
            capsys.readouterr().out
        )
        assert run(["data", "check", "mini_ner_fr", "--tokenizer", str(tiny_encoder)]) == 2
        assert "add --max-length" in capsys.readouterr().err
        assert run(["data", "check", "mini_ner_fr", "--max-length", "100"]) == 2
        assert "say which with --tokenizer" in capsys.readouterr().err

    def test_texts_that_two_corpora_share_are_a_leak(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A second corpus with the texts of the first, one of them moved to another split."""
        one = load.load_corpus("mini_ner_fr")
        two = dataclasses.replace(
            one,
            card=dataclasses.replace(one.card, name="mini_ner_en", statistics={}),
            train=one.train[1:],
            test=(*one.test, one.train[0]),
        )
        corpora = {"mini_ner_fr": one, "mini_ner_en": two}
        monkeypatch.setattr(load, "load_corpus", lambda name, **_: corpora[name])
        assert run(["data", "check", "mini_ner_fr", "mini_ner_en"]) == 0
        shown = capsys.readouterr().out
        n = sum(len(one.split(split)) for split in SPLITS)
        assert f"cross-corpus leak: {n} of the {n} texts of mini_ner_en are (nearly) texts of mini_ner_fr" in shown
        assert f"train–train {len(one.train) - 1}, train–test 1, dev–dev {len(one.dev)}" in shown
        assert "1 in different splits" in shown

    def test_a_corpus_is_not_held_against_itself(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["data", "check", "mini_triage_fr", "mini_triage_fr"]) == 0
        assert capsys.readouterr().out.count("mini_triage_fr") == 1

    def test_corpora_that_share_none_say_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["data", "check", "mini_triage_fr", "mini_ner_en"]) == 0
        assert "leak" not in capsys.readouterr().out


def test_problems_are_told_and_the_exit_code_is_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = check.check_corpus

    def with_a_problem(corpus: Corpus) -> check.CheckReport:
        return dataclasses.replace(sound(corpus), problems=("the label [X] is not on the card",))

    monkeypatch.setattr(check, "check_corpus", with_a_problem)
    assert run(["data", "check", "mini_triage_fr"]) == 1
    shown = capsys.readouterr().out
    assert "mini_triage_fr: problems" in shown
    assert "✗ the label [X] is not on the card" in shown


def test_a_corpus_that_cannot_be_read_does_not_hide_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    assert run(["data", "check", "emea", "mini_triage_fr"]) == 2
    shown = capsys.readouterr()
    assert "mini_triage_fr: ok" in shown.out
    assert "the corpus 'emea' was not found" in shown.err
