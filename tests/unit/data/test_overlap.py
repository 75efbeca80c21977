"""Pairs of texts that nearly repeat one another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.data.overlap import labels_nearby, normalise, similar_pairs, word_shingles

WORDS = [f"w{i}" for i in range(100)]


def test_the_threshold_is_reached_or_it_is_not() -> None:
    """100 words are 96 shingles of five; without the last ten, 86 of them: 86/96 = 0.896."""
    texts = [" ".join(WORDS), " ".join(WORDS[:90])]
    assert similar_pairs(texts, threshold=86 / 96) == [(0, 1)]
    assert similar_pairs(texts, threshold=0.9) == []


def test_equal_texts_are_linked_to_the_first_only() -> None:
    """Three equal ones are two pairs; the first alone is compared with the one that nearly repeats it."""
    texts = [" ".join(WORDS), "Toux.", " ".join(WORDS).upper(), " ".join(WORDS[:99]), " ".join(WORDS)]
    assert similar_pairs(texts) == [(0, 2), (0, 3), (0, 4)]


def test_a_short_text_is_one_shingle_and_its_length_counts() -> None:
    assert similar_pairs(["fièvre", "fièvre et toux", "Fièvre !", ""]) == [(0, 2)]


def test_no_texts_and_texts_without_words() -> None:
    assert similar_pairs([]) == []
    assert similar_pairs(["", "…", "a"]) == [(0, 1)]


def test_labels_of_the_texts_near_a_text_are_those_of_the_others() -> None:
    texts = [" ".join(WORDS), "Toux.", " ".join(WORDS).upper(), " ".join(WORDS[:99]), "toux", "fièvre"]
    assert labels_nearby(texts, ["a", "a", "b", "c", "a", "b"]) == [
        frozenset("bc"),
        frozenset("a"),
        frozenset("ac"),
        frozenset("ab"),
        frozenset("a"),
        frozenset(),
    ]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abc"), max_size=9).map(" ".join), max_size=8),
    st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    st.integers(1, 4),
)
def test_pairs_are_those_that_comparing_all_shingles_finds(texts: list[str], threshold: float, n: int) -> None:
    expected = []
    for other in range(len(texts)):
        for one in range(other):
            first, second = word_shingles(texts[one], n), word_shingles(texts[other], n)
            same = normalise(texts[one]) == normalise(texts[other])
            representatives = all(
                normalise(texts[i]) not in map(normalise, texts[:i]) for i in ((one,) if same else (one, other))
            )
            if representatives and len(first & second) >= threshold * len(first | second):
                expected.append((one, other))
    assert similar_pairs(texts, threshold=threshold, n=n) == sorted(expected)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"in \(0, 1\]"):
        similar_pairs(["a"], threshold=threshold)


def test_comparison_forgives_case_punctuation_and_compatibility_forms() -> None:
    assert normalise("Ｌ’Œdème, (oedème) 5 mg/ml.") == "l œdème oedème 5 mg ml"
