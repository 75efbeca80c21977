"""Corpora by name: where they are looked for, their options, their fingerprint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.core.errors import ConfigError, DataError
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.spans import Entity
from tabib.data.corpus import Card, Corpus
from tabib.data.load import (
    SHIPPED,
    check_options,
    data_directories,
    fingerprint_corpus,
    load_corpus,
    locate,
    training_labels,
)

CARD = Card(
    name="tiny",
    task="ner_span",
    languages=("fr",),
    licence="none",
    citation="none",
    access="Ask the hospital.",
    folders=("tiny/corpus", "tiny"),
    labels=("A", "B", "C"),
    statistics={},
)


def example(id_: str, label: str) -> Example[Any]:
    return Example(Document(id_, "la toux", ((0, 2), (3, 7)), "g"), (Entity.of(label, 3, 7, id="T1"),))


CORPUS = Corpus(CARD, (example("1", "B"),), (example("2", "A"),), (example("3", "C"), example("4", "A")))


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data directory but what a test makes."""
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    monkeypatch.chdir(tmp_path)


class TestWhereACorpusIsLookedFor:
    def test_the_nearest_directory_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        given, env, scratch = tmp_path / "given", tmp_path / "env", tmp_path / "scratch"
        for directory in (given, env, scratch / "tabib" / "data", tmp_path / "data"):
            (directory / "tiny").mkdir(parents=True)
        monkeypatch.setenv("TABIB_DATA", str(env))
        monkeypatch.setenv("SCRATCH", str(scratch))
        assert locate(CARD, given) == given / "tiny"
        assert locate(CARD) == env / "tiny"
        monkeypatch.delenv("TABIB_DATA")
        assert locate(CARD) == scratch / "tabib" / "data" / "tiny"
        monkeypatch.delenv("SCRATCH")
        assert locate(CARD) == Path("data") / "tiny"

    def test_the_first_of_its_folders_wins(self, tmp_path: Path) -> None:
        (tmp_path / "tiny" / "corpus").mkdir(parents=True)
        assert locate(CARD, tmp_path) == tmp_path / "tiny" / "corpus"

    def test_an_archive_serves_where_there_is_no_folder(self, tmp_path: Path) -> None:
        card = replace(CARD, archives=("tiny.zip",))
        with pytest.raises(DataError, match=r"(?s)tiny\.zip.*that holds 'tiny/corpus' or 'tiny\.zip'"):
            locate(card, tmp_path)
        (tmp_path / "tiny.zip").touch()
        assert locate(card, tmp_path) == tmp_path / "tiny.zip"
        (tmp_path / "tiny").mkdir()
        assert locate(card, tmp_path) == tmp_path / "tiny"

    def test_what_the_package_ships_comes_last(self) -> None:
        assert data_directories()[-1] == SHIPPED

    def test_an_absent_corpus_is_an_error_that_helps(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as caught:
            locate(CARD, tmp_path)
        message = str(caught.value)
        assert str(tmp_path / "tiny" / "corpus") in message
        assert "Ask the hospital." in message
        assert "TABIB_DATA" in message

    def test_a_data_dir_that_does_not_exist_is_never_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(DataError, match=r"data_dir is set to .*missing.* not a directory"):
            load_corpus("mini_triage_fr", data_dir=tmp_path / "missing")
        monkeypatch.setenv("TABIB_DATA", str(tmp_path / "gone"))
        with pytest.raises(DataError, match=r"TABIB_DATA is set to .*gone.* not a directory"):
            load_corpus("mini_triage_fr")


class TestNamesAndOptions:
    def test_an_unknown_corpus_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(ConfigError, match="unknown corpus 'medlin'; did you mean 'medline'"):
            load_corpus("medlin")

    def test_an_unknown_option_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(ConfigError, match=r"dataset_args\.corsest: .*did you mean 'coarsest'"):
            load_corpus("mini_ner_fr", options={"corsest": True})

    def test_a_corpus_without_options_says_so(self) -> None:
        with pytest.raises(ConfigError, match="it has no options"):
            load_corpus("mini_triage_fr", options={"coarsest": True})

    @pytest.mark.parametrize(
        ("name", "options", "message"),
        [
            ("emea", {"coarsest": "yes"}, r"dataset_args\.coarsest: found 'yes' \(text\), expected true or false"),
            ("doctor_patient_questions_fr", {"dev_fraction": 1.5}, r"dev_fraction: found 1\.5 .*below 1"),
            (
                "doctor_patient_questions_fr",
                {"split_seed": "a"},
                r"split_seed: found 'a' \(text\), expected a whole number",
            ),
        ],
    )
    def test_a_value_of_the_wrong_kind_is_refused(self, name: str, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            check_options(name, options)

    def test_an_option_reaches_the_corpus(self) -> None:
        fine, coarse = load_corpus("mini_ner_en"), load_corpus("mini_ner_en", options={"coarsest": True})
        assert len(coarse.lost["test"]) > len(fine.lost["test"]) == 0


def regrouped(one: Example[Any], group: str) -> Example[Any]:
    return replace(one, document=replace(one.document, group=group))


class TestFingerprint:
    @pytest.mark.parametrize(
        "changed",
        [
            replace(CORPUS, train=(example("9", "B"),)),
            replace(CORPUS, train=(example("1", "C"),)),
            replace(CORPUS, test=CORPUS.test[::-1]),
            replace(CORPUS, test=CORPUS.test[:1]),
            replace(CORPUS, train=CORPUS.dev, dev=CORPUS.train),
            replace(CORPUS, lost={"test": (Lost("3", "A", LossReason.DUPLICATE),)}),
            replace(CORPUS, card=replace(CARD, labels=("A", "B"))),
            replace(CORPUS, train=tuple(regrouped(one, "another") for one in CORPUS.train)),
        ],
        ids=["id", "label", "order", "fewer", "splits", "lost", "labels", "group"],
    )
    def test_it_changes_with_the_content(self, changed: Corpus) -> None:
        assert fingerprint_corpus(changed) != fingerprint_corpus(CORPUS)

    def test_it_does_not_change_with_what_no_result_depends_on(self) -> None:
        renamed = tuple(replace(one, gold=(Entity.of("B", 3, 7, id="T77"),)) for one in CORPUS.train)
        same = replace(CORPUS, train=renamed, notes=("a note",), card=replace(CARD, citation="another"))
        assert fingerprint_corpus(same) == fingerprint_corpus(CORPUS)

    def test_it_is_a_sha256_in_hexadecimal(self) -> None:
        assert len(bytes.fromhex(fingerprint_corpus(CORPUS))) == 32


def test_training_labels_come_from_train_and_dev_only() -> None:
    assert training_labels(CORPUS) == ("A", "B")


def test_the_corpus_own_folder_in_place_of_the_directory_that_holds_it_is_pointed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpora" / "morfitt").mkdir(parents=True)
    with pytest.raises(DataError, match=rf"It is in {tmp_path / 'corpora'}: name that directory"):
        load_corpus("morfitt", data_dir=tmp_path / "corpora" / "morfitt")
    with pytest.raises(DataError) as caught:
        load_corpus("biosses", data_dir=tmp_path / "corpora")
    assert "It is in" not in str(caught.value)
