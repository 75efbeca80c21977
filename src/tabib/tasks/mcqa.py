"""Questions with lettered options, of which one or several are right."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar

from tabib.core.examples import Reference
from tabib.core.predictions import McqaPrediction
from tabib.core.scores import Scores
from tabib.metrics.counts import label_set
from tabib.metrics.mcqa import Answered, mcqa_scores
from tabib.tasks.base import Resampling, Task, answered, count_items


class Mcqa(Task[tuple[str, ...], McqaPrediction]):
    """Primary: ``exact_match``, which is the accuracy where every question has one right option.

    ``accuracy`` is that of the questions that say that they have one. A question without an answer (unparsed,
    failed) is answered with no letter, and counted in ``invalid_rate``. Labels are letters.
    """

    name = "mcqa"
    primary = "exact_match"
    aliases: ClassVar[Mapping[str, str]] = {
        "exact_match_ratio": "exact_match",
        "emr": "exact_match",
        "hamming_score": "hamming_jaccard",
    }
    lower_is_better = frozenset({"invalid_rate"})
    prediction_type = McqaPrediction

    def _score(
        self,
        references: Sequence[Reference[tuple[str, ...]]],
        predictions: Sequence[McqaPrediction],
        labels: Sequence[str],
        resampling: Resampling,
    ) -> Scores:
        questions = [
            Answered(
                gold=frozenset(reference.gold),
                predicted=_letters_of(prediction),
                options=reference.options or len(labels),
                single=reference.single,
                invalid=not answered(prediction),
            )
            for reference, prediction in zip(references, predictions, strict=True)
        ]
        letters = label_set(labels, *(question.gold | question.predicted for question in questions))
        metrics, per_letter = mcqa_scores(questions, letters, resampling.n, resampling.seed)
        return Scores(self.name, self.primary, metrics, per_letter, count_items(predictions), resampling.n)

    def gold_to_json(self, gold: tuple[str, ...]) -> list[str]:
        return list(gold)

    def gold_from_json(self, row: Sequence[str]) -> tuple[str, ...]:
        return tuple(row)

    def gold_labels(self, gold: tuple[str, ...]) -> tuple[str, ...]:
        return gold

    def _gold_answer(self, gold: tuple[str, ...]) -> Hashable:
        return frozenset(gold)

    def _answer(self, prediction: McqaPrediction) -> Hashable:
        return _letters_of(prediction)

    def _empty_answer(self) -> Hashable:
        return frozenset()


def _letters_of(prediction: McqaPrediction) -> frozenset[str]:
    """What is scored of a prediction; nothing where there was no answer."""
    return frozenset(prediction.letters) if answered(prediction) else frozenset()


TASK = Mcqa()
