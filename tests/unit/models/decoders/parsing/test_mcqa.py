"""Letters are read from answers; what cannot be read is the empty set, never a guess."""

from __future__ import annotations

import pytest

from tabib.core.details import counts_of
from tabib.core.examples import Document
from tabib.core.predictions import Status
from tabib.models.decoders.parsing.mcqa import parse_mcqa

OPTIONS = ("Aspirine", "Insuline", "Vitamine C", "Fer", "Rien")
SEVERAL = Document("q", "Que donner ?", options=OPTIONS)
ONE = Document("q", "Que donner ?", options=OPTIONS, single=True)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("B", "B"),
        (" b.\n", "B"),
        ("(C)", "C"),
        ("**D**", "D"),
        ("\\boxed{E}", "E"),
        ("A, C", "AC"),
        ("a et c", "AC"),
        ("C B A", "ABC"),
        ("Réponse : C", "C"),
        ("Réponses : A, C et E.", "ACE"),
        ("**Answer:** B, D", "BD"),
        ("La bonne réponse est la D.", "D"),
        ("The correct answer is (B).", "B"),
        ("Answer: options A and B", "AB"),
        ("B) Insuline", "B"),
        ("C) Vitamine C, D) Fer", "CD"),
        ("B : le patient A besoin d'insuline", "B"),
        ("Les propositions justes : B et D.", "BD"),
        ("Je choisis A, C.", "AC"),
        ("A) Aspirine\nC) Vitamine C\n\nD) Fer est faux.", "AC"),
        ("B\nA) est faux.", "B"),
        ("Je choisis B, car A et C sont faux.", "B"),
        ("The right one is B, not A.", "B"),
        ("réponse b", "B"),
    ],
)
def test_letters_are_read_in_the_forms_that_models_write(text: str, letters: str) -> None:
    assert parse_mcqa(text, SEVERAL).letters == tuple(letters)


def test_only_what_follows_the_last_marker_counts() -> None:
    text = "Réponse : A semble juste, mais B l'est aussi.\nRéponse finale : D\nCar A et B sont faux."
    assert parse_mcqa(text, SEVERAL).letters == ("D",)


def test_thoughts_are_no_answer() -> None:
    thoughts = "<think>The answer is: A. No, wait.\nAnswer: C</think>\n\n"
    assert parse_mcqa(f"{thoughts}B", SEVERAL).letters == ("B",)
    assert parse_mcqa(thoughts.removesuffix("</think>\n\n"), SEVERAL).status is Status.UNPARSED


def test_the_options_read_out_are_no_answer_to_a_question_with_one_right_option() -> None:
    prediction = parse_mcqa(
        "\n".join(f"{letter}) {text}" for letter, text in zip("ABCDE", OPTIONS, strict=True)), ONE
    )
    assert (prediction.letters, prediction.status) == ((), Status.UNPARSED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "Aucune idée.",
        "ABC",
        "L'hypertension, c'est D'accord",
        "F",
        "Zut, vitamine-C",
        "A patient was seen.",
        "Réponse :",
    ],
)
def test_an_answer_without_a_standalone_letter_of_an_option_is_unparsed(text: str) -> None:
    prediction = parse_mcqa(text, SEVERAL)
    assert (prediction.letters, prediction.status) == ((), Status.UNPARSED)
    assert prediction.detail


def test_several_letters_for_a_question_with_one_answer_are_unparsed() -> None:
    prediction = parse_mcqa("A, B", ONE)
    assert (prediction.letters, prediction.status) == ((), Status.UNPARSED)
    assert counts_of(prediction.detail)["several letters"] == 2
    assert parse_mcqa("B, B", ONE).letters == ("B",)


def test_letters_that_are_no_option_are_left_out_and_counted() -> None:
    prediction = parse_mcqa("B, G, H", SEVERAL)
    assert prediction.letters == ("B",)
    assert counts_of(prediction.detail) == {"no option": 2}
