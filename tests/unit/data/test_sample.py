"""Nobody takes an invented sample for the corpus: it is found only where it is asked for, and says what it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tabib.cli.app import run
from tabib.core.errors import DataError
from tabib.data.load import SHIPPED, load_corpus
from tabib.data.sample import MARKER, SAMPLES, is_sample

NAMES = ["cas1", "cas2", "clister", "diamed", "essai", "mantra", "meddialog"]


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TABIB_DATA", raising=False)
    monkeypatch.delenv("SCRATCH", raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_sample_has_its_marker_and_lies_apart_from_the_shipped_corpora() -> None:
    folders = [folder for folder in SAMPLES.iterdir() if folder.is_dir()]
    assert len(folders) == len(NAMES)
    assert all(is_sample(folder) for folder in folders)
    assert not any(SHIPPED.rglob(MARKER))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_not_found_unless_it_is_asked_for(name: str) -> None:
    with pytest.raises(DataError, match=f"the corpus '{name}' was not found"):
        load_corpus(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_and_the_notes_of_a_sample_say_what_it_is(name: str) -> None:
    corpus = load_corpus(name, data_dir=SAMPLES)
    assert corpus.notes[0].startswith(f"this is the invented sample in the layout of {name}, not the corpus")
    assert corpus.card.summary == f"an invented sample in the layout of {name}, NOT the corpus"
    assert corpus.card.statistics == {}


def test_without_the_marker_a_folder_counts_as_the_corpus_and_is_held_to_its_card(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "diamed", tmp_path / "diamed")
    (tmp_path / "diamed" / MARKER).unlink()
    notes = load_corpus("diamed", data_dir=tmp_path).notes
    assert "train: 22 documents, the card says 509" in notes


def test_the_list_of_corpora_says_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "corpora", "--data-dir", str(SAMPLES)]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "  sample  " in rows["essai"]
    assert "  no  " in rows["emea"]
