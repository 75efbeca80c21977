"""Scores of letter sets, worked out by hand."""

from __future__ import annotations

import pytest

from tabib.core.scores import Score
from tabib.metrics.mcqa import NO_SINGLE, Answered, mcqa_scores


def answered(
    gold: str, predicted: str, options: int = 5, *, single: bool = False, invalid: bool = False
) -> Answered:
    return Answered(frozenset(gold), frozenset(predicted), options, single, invalid)


def values(*questions: Answered) -> dict[str, float | None]:
    return {name: score.value for name, score in mcqa_scores(questions, "ABCDE", 0, 0)[0].items()}


def test_scores_by_hand() -> None:
    """Exact: 1 of 4. Jaccard: 1/3, 1, 0, 0. Options agreed on: 3/5, 5/5, 2/4, 4/5."""
    found = values(
        answered("AB", "BC"),
        answered("D", "D", single=True),
        answered("A", "B", 4, single=True),
        answered("C", "", invalid=True),
    )
    assert found == pytest.approx(
        {
            "exact_match": 1 / 4,
            "accuracy": 1 / 2,
            "hamming_jaccard": (1 / 3 + 1) / 4,
            "hamming_option": (0.6 + 1 + 0.5 + 0.8) / 4,
            "invalid_rate": 1 / 4,
        }
    )


def test_the_two_hamming_scores_differ() -> None:
    """Answering one of two right options: half of the letters, four of five options."""
    found = values(answered("AB", "A"))
    assert (found["hamming_jaccard"], found["hamming_option"]) == (0.5, 0.8)


def test_no_answer_is_wrong_and_never_the_first_or_last_option() -> None:
    questions = [answered(letter, "", single=True, invalid=True) for letter in "ABCDE"]
    found = values(*questions)
    assert (found["exact_match"], found["accuracy"], found["hamming_jaccard"]) == (0, 0, 0)
    assert found["invalid_rate"] == 1


def test_a_letter_beyond_the_options_is_one_more_disagreement() -> None:
    assert values(answered("A", "AE", 2))["hamming_option"] == pytest.approx(1 - 1 / 2)
    assert values(answered("A", "CDE", 2))["hamming_option"] == 0


def test_accuracy_is_undefined_where_no_question_says_that_it_has_one_answer() -> None:
    metrics, _ = mcqa_scores([answered("AB", "AB")], "ABCDE", 0, 0)
    assert metrics["accuracy"] == Score(None, NO_SINGLE)
    assert metrics["exact_match"] == Score(1.0)


def test_letters_have_precision_recall_and_support() -> None:
    _, letters = mcqa_scores([answered("AB", "B"), answered("B", "AB"), answered("C", "B")], "ABCD", 0, 0)
    assert letters["B"]["precision"].value == pytest.approx(2 / 3)
    assert (letters["B"]["recall"].value, letters["B"]["support"].value) == (1, 2)
    assert (letters["A"]["f1"].value, letters["C"]["recall"].value) == (0, 0)
    assert letters["D"]["f1"].value is None
