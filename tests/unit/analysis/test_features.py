"""What is said of an entity before anybody looks at errors."""

from __future__ import annotations

import pytest

from tabib.analysis.features import Vocabulary, length_features, place_features, text_features
from tabib.core.spans import Entity

A, B = (lambda start, end, label=label: Entity.of(label, start, end) for label in "AB")


def names(family: str, mention: str, vocabulary: Vocabulary | None = None) -> set[str]:
    return {feature.name for feature in text_features(mention, vocabulary) if feature.family == family}


@pytest.mark.parametrize(
    ("mention", "expected"),
    [
        ("fever", {"lower case"}),
        ("Fever", {"capital first letter"}),
        ("ECG", {"abbreviation", "all capitals"}),
        ("ECGs", {"abbreviation", "capital first letter"}),
        ("left ECG", {"abbreviation"}),
        ("CD34+", {"abbreviation", "all capitals", "digit", "punctuation"}),
        ("b.i.d.", {"abbreviation", "lower case", "punctuation"}),
        ("A", {"capital first letter"}),
        ("NONSTEROIDAL", {"all capitals"}),
        ("5 mg", {"digit", "lower case"}),
        ("68-year", {"digit", "punctuation", "lower case"}),
        ("40", {"digit"}),
        ("éosinophilie", {"lower case"}),
        ("mRNA", set()),
    ],
)
def test_writing(mention: str, expected: set[str]) -> None:
    assert names("writing", mention) == expected


def test_words_are_runs_of_letters_and_of_digits_in_lower_case() -> None:
    assert names("word", "Acute-MI, 40mg") == {"“acute”", "“mi”", "“40”", "“mg”"}


def test_vocabulary_is_that_of_train_without_case_and_spacing() -> None:
    train = Vocabulary.of([("Cold  feet and a cold", [A(0, 10), A(17, 21), B(17, 21)]), ("his feet", [])])
    assert names("vocabulary", "cold feet", train) == set()
    assert names("vocabulary", "COLD\nfeet", train) == set()
    assert names("vocabulary", "his feet", train) == {"mention not in train"}
    assert names("vocabulary", "cold hands", train) == {"mention not in train", "a word not in train"}
    assert names("vocabulary", "cold", train) == {"several types in train"}
    assert names("vocabulary", "cold hands", None) == set()


def places(*entities: Entity) -> list[set[str]]:
    return [{feature.name for feature in found if feature.family == "place"} for found in place_features(entities)]


def test_places() -> None:
    inside, holds, crosses = "inside another entity", "holds another entity", "crosses another entity"
    assert places(A(0, 9), B(2, 4), A(12, 14)) == [{holds}, {inside}, set()]
    assert places(A(0, 5), B(3, 9)) == [{crosses}, {crosses}]
    assert places(A(0, 5), B(0, 5)) == [{"several types on one span"}] * 2
    assert places(A(0, 9), B(2, 6), A(3, 4)) == [{holds}, {holds, inside}, {inside}]


def test_a_gap_holds_nothing() -> None:
    assert places(Entity("A", ((0, 2), (8, 9))), B(3, 5)) == [{"discontinuous"}, set()]


def test_every_entity_has_its_type_and_lengths_build_on_each_other() -> None:
    assert {feature.name for found in place_features([A(0, 1)]) for feature in found} == {"type A"}
    assert [len(length_features(n)) for n in (1, 2, 4, 5)] == [0, 1, 1, 2]
