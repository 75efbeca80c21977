"""Files that are not what their publishers give: one message with the place, whatever the corpus."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tabib.core.errors import DataError
from tabib.data.load import SHIPPED, load_corpus

Spoil = Callable[[Path], object]


def brat_layout(folder: Path) -> None:
    for split in ("train", "dev", "test"):
        for part in ("EMEA", "MEDLINE"):
            place = folder / "quaero" / "corpus" / split / part
            place.mkdir(parents=True)
            (place / f"{split}1.txt").write_text(f"Toux {split}\n", encoding="utf-8")
            (place / f"{split}1.ann").write_text("T1\tDISO 0 4\tToux\n#1\tAnnotatorNotes T1\tC0010200\n")


def morfitt_layout(folder: Path) -> None:
    (folder / "morfitt").mkdir()
    for split in ("train", "dev", "test"):
        (folder / "morfitt" / f"{split}.tsv").write_text(
            f"identifier\tabstract\tspecialities\n{split}1\t La toux, {split}.\tsurgery|virology\n",
            encoding="utf-8",
        )


def questions_layout(folder: Path) -> None:
    place = folder / "doctor_patient_questions_fr"
    place.mkdir()
    lines = [f"toussez-vous {number} fois ?\t__label__{number % 2}" for number in range(20)]
    (place / "questions_to_classif.trn").write_text("\n".join(lines), encoding="utf-8")
    (place / "questions_to_classif.tst").write_text("avez-vous mal ?\t__label__1", encoding="utf-8")


def shipped_layout(name: str) -> Callable[[Path], None]:
    def copy(folder: Path) -> None:
        shutil.copytree(SHIPPED / name, folder / name)

    return copy


LAYOUTS: dict[str, Callable[[Path], None]] = {
    "medline": brat_layout,
    "quaero_emea_token": brat_layout,
    "morfitt": morfitt_layout,
    "doctor_patient_questions_fr": questions_layout,
    "mini_ner_en": shipped_layout("mini_ner_en"),
    "mini_ner_token_fr": shipped_layout("mini_ner_token_fr"),
    "mini_triage_pl": shipped_layout("mini_triage_pl"),
    "mini_topics_fr": shipped_layout("mini_topics_fr"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_layouts_of_these_tests_load(name: str, tmp_path: Path) -> None:
    LAYOUTS[name](tmp_path)
    assert load_corpus(name, data_dir=tmp_path).test


class Case(NamedTuple):
    name: str
    path: str
    spoil: Spoil
    message: str


def write(content: bytes) -> Spoil:
    return lambda path: path.write_bytes(content)


def append(content: bytes) -> Spoil:
    return lambda path: path.write_bytes(path.read_bytes() + content)


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def empty(path: Path) -> None:
    remove(path)
    path.mkdir()


MEDLINE = "quaero/corpus/{}/MEDLINE"
HEADER = b"identifier\tabstract\tspecialities\n"
CASES = {
    "brat: no folder": Case("medline", MEDLINE.format("dev"), remove, "dev/MEDLINE: the folder does not exist"),
    "brat: empty folder": Case("medline", MEDLINE.format("dev"), empty, "dev/MEDLINE: no .txt files"),
    "brat: no annotations": Case(
        "medline", MEDLINE.format("test") + "/test1.ann", remove, "test1.txt: there is no test1.ann beside it"
    ),
    "brat: no text": Case(
        "medline", MEDLINE.format("test") + "/test1.txt", remove, "test1.ann: there is no test1.txt beside it"
    ),
    "brat: unknown label": Case(
        "medline",
        MEDLINE.format("train") + "/train1.ann",
        write(b"T1\tDISO 0 4\tToux\nT2\tDISEASE 0 4\tToux\n"),
        "train1.ann:2: T2 has the unknown label 'DISEASE'; expected one of ANAT, CHEM",
    ),
    "brat: another text": Case(
        "medline", MEDLINE.format("train") + "/train1.ann", write(b"T1\tDISO 0 4\tCoux\n"), "train1.ann:1: "
    ),
    "brat: Latin-1": Case(
        "quaero_emea_token",
        "quaero/corpus/dev/EMEA/dev1.txt",
        write(b"Toux\nfi\xe8vre\n"),
        "dev1.txt:2: byte 0xe8 is not valid UTF-8",
    ),
    "brat: malformed": Case(
        "mini_ner_en", "mini_ner_en/dev/dev_007.ann", append(b"T99 DISORDER 1 2\n"), "dev_007.ann:"
    ),
    "tsv: no file": Case("morfitt", "morfitt/dev.tsv", remove, "dev.tsv: the file does not exist"),
    "tsv: no rows": Case("morfitt", "morfitt/dev.tsv", write(HEADER), "dev.tsv: there are no rows"),
    "tsv: two columns": Case(
        "morfitt",
        "morfitt/dev.tsv",
        write(HEADER + b"1\t La toux.\n"),
        "dev.tsv:2: expected 3 tab-separated values",
    ),
    "tsv: unknown label": Case(
        "morfitt",
        "morfitt/test.tsv",
        append(b"2\t Un rhume.\tsurgery|cooking\n"),
        "test.tsv:3: unknown label 'cooking'; expected one of chemistry",
    ),
    "tsv: repeated label": Case(
        "morfitt",
        "morfitt/test.tsv",
        append(b"2\t Un rhume.\tsurgery|surgery\n"),
        "test.tsv:3: a label is repeated",
    ),
    "tsv: repeated id": Case(
        "morfitt",
        "morfitt/test.tsv",
        append(b"test1\t Un rhume.\tsurgery\n"),
        "'test1' was already used on line 2",
    ),
    "tsv: no text": Case(
        "mini_triage_pl", "mini_triage_pl/test.tsv", append(b"x\t \tpilne\n"), "test.tsv:122: the text is empty"
    ),
    "tsv: no id": Case(
        "mini_topics_fr", "mini_topics_fr/dev.tsv", append(b"\tToux.\t\n"), "dev.tsv:102: the id is empty"
    ),
    "fasttext: unknown label": Case(
        "doctor_patient_questions_fr",
        "doctor_patient_questions_fr/questions_to_classif.trn",
        append(b"\nmangez-vous ?\t__label__2"),
        "questions_to_classif.trn:21: unknown label '__label__2'; expected __label__0 or __label__1",
    ),
    "fasttext: no label": Case(
        "doctor_patient_questions_fr",
        "doctor_patient_questions_fr/questions_to_classif.tst",
        write(b"mangez-vous ?"),
        "questions_to_classif.tst:1: expected 2 tab-separated values",
    ),
    "fasttext: empty": Case(
        "doctor_patient_questions_fr",
        "doctor_patient_questions_fr/questions_to_classif.tst",
        write(b""),
        "questions_to_classif.tst: there are no rows",
    ),
    "conll: unknown label": Case(
        "mini_ner_token_fr",
        "mini_ner_token_fr/test.conll",
        write(b"-DOCSTART- O\n\nToux O\n\n-DOCSTART- O\n\nFer B-METAL\n"),
        "test.conll:7: unknown label 'METAL'; expected one of DOSE",
    ),
    "conll: empty": Case(
        "mini_ner_token_fr", "mini_ner_token_fr/test.conll", write(b""), "test.conll: there are no documents"
    ),
    "conll: malformed tag": Case(
        "mini_ner_token_fr",
        "mini_ner_token_fr/test.conll",
        write(b"Fer X-DRUG\n"),
        "test.conll:1: the tag 'X-DRUG'",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_data_is_one_message_with_its_place(case: Case, tmp_path: Path) -> None:
    LAYOUTS[case.name](tmp_path)
    spoiled = tmp_path / case.path
    case.spoil(spoiled)
    with pytest.raises(DataError) as caught:
        load_corpus(case.name, data_dir=tmp_path)
    assert case.message in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert caught.value.exit_code == 2
