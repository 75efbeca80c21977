"""Questions with options: sets of letters against sets of letters.

An answer that could not be read is the empty set, which is never right. Shapes: D documents, C columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NEITHER, NO_GOLD, NO_PREDICTIONS, Tally, count, divide, rates, support

NO_SINGLE = "no question says that it has one right option"

_COLUMNS = 7
METRICS = ("exact_match", "accuracy", "hamming_jaccard", "hamming_option", "invalid_rate")


@dataclass(frozen=True, slots=True)
class Answered:
    """One question as scores see it.

    Args:
        gold, predicted: letters.
        options: how many the question has.
        single: whether it says that exactly one is right.
        invalid: whether there is no answer that could be read.
    """

    gold: frozenset[str]
    predicted: frozenset[str]
    options: int
    single: bool
    invalid: bool


def mcqa_scores(
    questions: Sequence[Answered], letters: Sequence[str], resamples: int, seed: int
) -> tuple[dict[str, Score], dict[str, dict[str, Score]]]:
    """All scores, and precision, recall, F1 and support by letter.

    With P the predicted and G the right letters of a question, means over questions of

    - ``exact_match``: P = G (the exact match ratio);
    - ``accuracy``: the same, over the questions that say that they have one right option;
    - ``hamming_jaccard``: |P ∩ G| / |P ∪ G|, 1 where both are empty (FrenchMedMCQA's "Hamming score", Labrak et
      al. 2022);
    - ``hamming_option``: the share of options that P and G agree on (1 − Hamming loss); a predicted letter that is
      no option is one more that they disagree on;
    - ``invalid_rate``: no answer could be read. Lower is better.

    Args:
        letters: every letter of gold and predictions, and possibly more.
    """
    counts = count((_tally(question) for question in questions), letters)
    values_DC = np.array([_row(question) for question in questions], dtype=np.float64)
    columns = 4 * (len(letters) + 1)

    def statistic(sums: Floats) -> dict[str, Floats]:
        found = rates(sums[..., :columns])
        exact, right, single, jaccard, agreed, invalid, n = np.moveaxis(sums[..., columns:], -1, 0)
        return {
            "exact_match": divide(exact, n),
            "accuracy": divide(right, single),
            "hamming_jaccard": divide(jaccard, n),
            "hamming_option": divide(agreed, n),
            "invalid_rate": divide(invalid, n),
            "precision": found.precision[..., :-1],
            "recall": found.recall[..., :-1],
            "f1": found.f1[..., :-1],
        }

    by_letter = {"precision": NO_PREDICTIONS, "recall": NO_GOLD, "f1": NEITHER}
    reasons = {**dict.fromkeys(METRICS, "no documents"), "accuracy": NO_SINGLE, **by_letter}
    scores = score_sums(
        np.hstack([counts.stacked(), values_DC.reshape(-1, _COLUMNS)]), statistic, reasons, resamples, seed
    )
    per_letter = {
        letter: {name: scores[name][index] for name in by_letter} | {"support": n}
        for index, (letter, n) in enumerate(support(counts).items())
    }
    return {name: scores[name][0] for name in METRICS}, per_letter


def _row(question: Answered) -> tuple[float, ...]:
    gold, predicted = question.gold, question.predicted
    either = gold | predicted
    options = max(question.options, len(either))
    exact = gold == predicted
    jaccard = len(gold & predicted) / len(either) if either else 1.0
    agreed = 1 - len(gold ^ predicted) / options if options else 1.0
    return exact, exact and question.single, question.single, jaccard, agreed, question.invalid, 1.0


def _tally(question: Answered) -> Tally:
    right = sorted(question.gold & question.predicted)
    return Tally(question.gold, question.predicted, right, right)
