"""Cutting documents into sentences."""

from __future__ import annotations

import pytest

from tabib.core.spans import split_words
from tabib.models.stretches import lines, sentences, stretches


def parts(text: str, join: int = 0) -> list[str]:
    words = split_words(text)
    return [text[words[first][0] : words[last - 1][1]] for first, last in sentences(text, words, join)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fièvre à 39. Elle tousse.", ["Fièvre à 39.", "Elle tousse."]),
        ("Titre\nLe patient va bien", ["Titre", "Le patient va bien"]),
        ("une ligne\ncoupée par la page", ["une ligne\ncoupée par la page"]),
        ("premier\n\nsecond", ["premier", "second"]),
        ("À prendre :\n- le matin\n• le soir\n2 fois", ["À prendre :", "- le matin", "• le soir", "2 fois"]),
        ("Infection à E. Coli hier", ["Infection à E. Coli hier"]),
        ("dose de 2. 5 mg", ["dose de 2. 5 mg"]),
        ("Ból głowy. Śpi źle. źle", ["Ból głowy.", "Śpi źle. źle"]),
        ("  \n Début ", ["Début"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_short_sentences_are_joined_and_long_ones_are_left_whole() -> None:
    text = "Un. Deux. " + "Trois " * 9 + ". Quatre."
    assert [len(part.split()) for part in parts(text, join=4)] == [2, 10, 1]


def test_sentences_cover_every_word_once() -> None:
    text = "A b. C d!\n\nE f\nG? H\n1 i\n  j k. L" * 5
    words = split_words(text)
    found = sentences(text, words, 7)
    assert [word for first, last in found for word in range(first, last)] == list(range(len(words)))


def test_a_whole_document_is_one_stretch_and_an_empty_one_none() -> None:
    assert stretches("Un. Deux.", [(0, 2), (4, 8)], "document", 32) == [(0, 2)]
    assert stretches("", [], "document", 32) == []


def test_lines_end_at_line_breaks_between_words_and_cover_every_word_once() -> None:
    text = "\n Un. Deux\n\n trois\r\nquatre\n"
    words = split_words(text)
    found = lines(text, words)
    assert [text[words[first][0] : words[last - 1][1]] for first, last in found] == ["Un. Deux", "trois", "quatre"]
    assert [word for first, last in found for word in range(first, last)] == list(range(len(words)))
    assert lines(" \n", []) == []
