"""Counts and words in the detail of a prediction."""

from __future__ import annotations

from tabib.core.details import counts_of, detail_of, words_of_detail


def test_counts_come_back_as_they_were_written() -> None:
    assert detail_of({"placed": 3, "surplus": 0, "unknown label": 1}) == "placed 3; unknown label 1"
    assert counts_of("placed 3; unknown label 1") == {"placed": 3, "unknown label": 1}


def test_what_an_answer_says_counts_nothing() -> None:
    detail = detail_of({"code fence": 1}, "placed 7; surplus 2")
    assert detail == "code fence 1; answer 'placed 7; surplus 2'"
    assert counts_of(detail) == {"code fence": 1}
    assert words_of_detail(detail) == "answer 'placed 7; surplus 2'"


def test_words_are_what_is_left_without_the_counts() -> None:
    assert words_of_detail("placed 3; cut off at max_tokens") == "cut off at max_tokens"
    assert words_of_detail("placed 3") == words_of_detail("") == ""
