"""Corpora of questions with options: MediQAl, FrenchMedMCQA, and the shipped ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tabib.core.errors import DataError
from tabib.core.examples import LETTERS
from tabib.data.corpora import frenchmedmcqa, mediqal, mini_mcqa
from tabib.data.corpora.questions import make_question
from tabib.data.load import load_corpus

FIVE = {f"answer_{letter}": f"option {letter}" for letter in "abcde"}


def mediqal_question(id: str, case: str | None, right: str) -> dict[str, Any]:
    return {"id": id, "clinical_case": case, "question": f"Question {id} ?", **FIVE, "correct_answers": right}


def mediqal_file(folder: Path, part: str, *rows: dict[str, Any], split: str = "test") -> Path:
    content = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / f"{part}_{split}.jsonl").write_text(content, encoding="utf-8")
    return folder


class TestMediqal:
    def test_the_case_stands_before_the_question_after_it_an_empty_line(self, tmp_path: Path) -> None:
        case = "Un homme.\r\nIl tousse"
        mediqal_file(tmp_path, "mcqu", mediqal_question("7", case, "B"), mediqal_question("8", None, "A"))
        corpus = mediqal.load("mediqal_mcqu", tmp_path)
        assert [example.document.text for example in corpus.test] == [
            "Un homme.\r\nIl tousse\n\nQuestion 7 ?",
            "Question 8 ?",
        ]

    def test_options_have_letters_and_gold_is_theirs(self, tmp_path: Path) -> None:
        mediqal_file(tmp_path, "mcqm", mediqal_question("7", None, "C,A"))
        (example,) = mediqal.load("mediqal_mcqm", tmp_path).test
        assert example.document.letters == ("A", "B", "C", "D", "E")
        assert example.document.options[2] == "option c"
        assert example.gold == ("A", "C")

    def test_only_the_corpus_of_single_answers_says_that_there_is_one(self, tmp_path: Path) -> None:
        for part in ("mcqu", "mcqm"):
            mediqal_file(tmp_path, part, mediqal_question("7", None, "C"))
            (example,) = mediqal.load(f"mediqal_{part}", tmp_path).test
            assert example.document.single == (part == "mcqu")

    def test_the_questions_of_a_case_are_a_group(self, tmp_path: Path) -> None:
        rows = [mediqal_question(str(n), case, "A") for n, case in enumerate(["one", "two", None, "one"])]
        corpus = mediqal.load("mediqal_mcqu", mediqal_file(tmp_path, "mcqu", *rows))
        assert [example.document.group for example in corpus.test] == ["case of 0", "case of 1", "", "case of 0"]

    def test_train_and_validation_are_read_where_they_are(self, tmp_path: Path) -> None:
        for number, split in enumerate(("train", "validation", "test")):
            mediqal_file(tmp_path, "mcqm", mediqal_question(str(number), None, "A,B"), split=split)
        corpus = mediqal.load("mediqal_mcqm", tmp_path)
        assert [example.id for example in (*corpus.train, *corpus.dev, *corpus.test)] == ["0", "1", "2"]
        assert not corpus.card.test_only
        assert {split: counts["documents"] for split, counts in corpus.card.statistics.items()} == {
            "train": 5767,
            "dev": 1466,
            "test": 3384,
        }
        assert corpus.notes == ()

    @pytest.mark.parametrize("lines", [True, False])
    def test_the_layout_of_the_hub_is_read_too(self, lines: bool, tmp_path: Path) -> None:
        (tmp_path / "mcqu").mkdir()
        for number, split in enumerate(("train", "validation", "test")):
            rows = [mediqal_question(f"{number}{row}", None, "A") for row in "ab"]
            content = "".join(json.dumps(row) + "\n" for row in rows) if lines else json.dumps(rows, indent=1)
            (tmp_path / "mcqu" / f"{split}.json").write_text(content, encoding="utf-8")
        corpus = mediqal.load("mediqal_mcqu", tmp_path)
        assert [example.id for example in corpus.dev] == ["1a", "1b"]
        assert len(corpus.train) == len(corpus.test) == 2

    def test_train_without_validation_is_an_error(self, tmp_path: Path) -> None:
        for split in ("train", "test"):
            mediqal_file(tmp_path, "mcqu", mediqal_question(split, None, "A"), split=split)
        with pytest.raises(DataError, match=r"mcqu_validation\.jsonl: the file does not exist"):
            mediqal.load("mediqal_mcqu", tmp_path)

    def test_a_case_of_several_published_splits_is_noted(self, tmp_path: Path) -> None:
        for split in ("train", "validation", "test"):
            case = "shared" if split != "validation" else None
            mediqal_file(tmp_path, "mcqu", mediqal_question(split, case, "A"), split=split)
        corpus = mediqal.load("mediqal_mcqu", tmp_path)
        assert corpus.notes == ("1 clinical case is in several of the published splits, with different questions",)
        assert {example.document.group for example in (*corpus.train, *corpus.test)} == {
            "train: case of train",
            "case of test",
        }

    @pytest.mark.parametrize(
        ("spoil", "message"),
        [
            (lambda row: row.update(correct_answers="A,B"), "mcqu_test.jsonl:2: expected one right option"),
            (lambda row: row.update(correct_answers="F"), "unknown option 'F' among the right ones"),
            (lambda row: row.update(correct_answers=None), "the field 'correct_answers' must be a text"),
            (lambda row: row.update(answer_d=" "), "mcqu_test.jsonl:2: the field 'answer_d' is empty"),
            (lambda row: row.pop("question"), "the field 'question' is absent"),
        ],
    )
    def test_a_wrong_question_is_named_with_its_line(
        self, spoil: Callable[[dict[str, Any]], object], message: str, tmp_path: Path
    ) -> None:
        row = mediqal_question("8", None, "A")
        spoil(row)
        mediqal_file(tmp_path, "mcqu", mediqal_question("7", None, "A"), row)
        with pytest.raises(DataError) as caught:
            mediqal.load("mediqal_mcqu", tmp_path)
        assert message in str(caught.value)


def french_question(id: str, right: list[str], order: str = "abcde") -> dict[str, Any]:
    answers = {letter: f"option {letter}" for letter in order}
    return {"id": id, "question": f"Question {id} ?", "answers": answers, "correct_answers": right}


def french_files(folder: Path, **splits: list[dict[str, Any]]) -> Path:
    for split in ("train", "dev", "test"):
        rows = splits.get(split) or [french_question(split, ["a"])]
        (folder / f"{split}.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


class TestFrenchMedMcqa:
    def test_options_follow_their_letters_and_not_the_file(self, tmp_path: Path) -> None:
        french_files(tmp_path, train=[french_question("1", ["e", "b"], order="acdeb")])
        (example,) = frenchmedmcqa.load("frenchmedmcqa", tmp_path).train
        assert example.document.options == tuple(f"option {letter}" for letter in "abcde")
        assert example.gold == ("B", "E")

    def test_no_question_says_how_many_options_are_right(self, tmp_path: Path) -> None:
        """For test it is not published, and the number of right options is gold."""
        row = french_question("1", ["a"]) | {"type": "simple", "nbr_correct_answers": 1}
        (example,) = frenchmedmcqa.load("frenchmedmcqa", french_files(tmp_path, train=[row])).train
        assert not example.document.single

    def test_a_repeated_identifier_is_numbered_and_noted(self, tmp_path: Path) -> None:
        twice = [french_question("1", ["a"]), french_question("1", ["a"])]
        corpus = frenchmedmcqa.load("frenchmedmcqa", french_files(tmp_path, train=twice))
        assert [example.id for example in corpus.train] == ["1", "1#2"]
        assert corpus.notes == ("1 question is there twice; the second has '#2' after its identifier",)

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (french_question("1", ["a"], order="abcd"), "item 1: the field 'answers' must have the options a, b"),
            (french_question("1", []), "item 1: no option is right"),
            (french_question("1", ["a", "a"]), "item 1: a right option is repeated in A, A"),
            (french_question("1", "a"), "item 1: the field 'correct_answers' must be a list of texts"),  # type: ignore[arg-type]
        ],
    )
    def test_a_wrong_question_is_named_with_its_number(
        self, row: dict[str, Any], message: str, tmp_path: Path
    ) -> None:
        with pytest.raises(DataError, match=r"dev\.json: ") as caught:
            frenchmedmcqa.load("frenchmedmcqa", french_files(tmp_path, dev=[row]))
        assert message in str(caught.value)


class TestShipped:
    def test_the_lines_of_a_file(self, tmp_path: Path) -> None:
        row = {"id": "1", "question": "Q ?", "options": ["x", "y"], "right": ["B"], "single": True}
        for split in ("train", "dev", "test"):
            (tmp_path / f"{split}.jsonl").write_text(json.dumps(row | {"id": split}) + "\n", encoding="utf-8")
        (example,) = mini_mcqa.load("mini_mcqa_fr", tmp_path).dev
        assert (example.id, example.gold, example.document.single) == ("dev", ("B",), True)
        assert example.document.options == ("x", "y")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["one"], "expected 2 to 26 options, found 1"),
        (["o"] * 27, "expected 2 to 26 options, found 27"),
        (["one", " "], "the option B is empty"),
    ],
)
def test_options_that_cannot_be_answered(options: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        make_question("1", "Q ?", options, ["A"], DataError)


@pytest.mark.corpora
def test_mediqal_without_its_train_is_for_scoring_only(real_corpora: Path) -> None:
    one, several = (
        load_corpus("mediqal_mcqu", data_dir=real_corpora),
        load_corpus("mediqal_mcqm", data_dir=real_corpora),
    )
    assert all(example.document.single and len(example.gold) == 1 for example in one.test)
    assert not any(example.document.single or len(example.gold) == 1 for example in several.test)
    assert {corpus.notes for corpus in (one, several)} == {(mediqal.TEST_ONLY,)}
    cases = [example for example in one.test if example.document.group]
    assert len(cases) == 4343 - 2347
    assert all("\n\n" in example.document.text for example in cases)


@pytest.mark.corpora
def test_frenchmedmcqa_has_its_published_numbers_of_answers(real_corpora: Path) -> None:
    corpus = load_corpus("frenchmedmcqa", data_dir=real_corpora)
    answers = [len(example.gold) for example in corpus.train]
    assert [answers.count(n) for n in range(1, 6)] == [595, 528, 718, 296, 34]
    assert len({example.id for example in corpus.train}) == 2171


@pytest.mark.parametrize("name", ["mini_mcqa_fr", "mini_mcqa_en"])
def test_the_knowledge_behind_shipped_questions_is_in_train(name: str) -> None:
    """What a medicine's ending goes with, where it is right, is learnt from train and answers test."""
    corpus = load_corpus(name)
    endings = {"zorin", "bexat", "lumid", "tavix", "quore", "miran", "fosti", "druva"}

    def ending(text: str) -> str:
        return next((one for one in endings if one in text), "")

    known = {
        (ending(example.document.text), example.document.options[LETTERS.index(letter)])
        for example in corpus.train
        if example.document.single and ending(example.document.text)
        for letter in example.gold
    }
    asked = [one for one in corpus.test if one.document.single and ending(one.document.text)]
    answered = [
        [
            letter
            for letter, option in zip(one.document.letters, one.document.options, strict=True)
            if (ending(one.document.text), option) in known
        ]
        for one in asked
    ]
    right = sum(tuple(found) == one.gold for found, one in zip(answered, asked, strict=True))
    assert right > 0.8 * len(asked) > 5
    texts = {one.document.text for one in corpus.train}
    assert not texts & {one.document.text for one in corpus.test}
