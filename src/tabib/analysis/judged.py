"""How sure the model was of each predicted entity, and whether it is right; whether each gold entity was found."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tabib.core.errors import PredictionError
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction
from tabib.core.spans import Entity, Span
from tabib.metrics.bootstrap import Floats
from tabib.tasks.base import answered

NOTHING_PREDICTED = "nothing was predicted"
NO_CONFIDENCE = "the model gives no confidence with its entities"
NO_DEV = "there are no dev predictions, apart from what is evaluated, to choose it on"
NOTHING_SAID_OF_WORDS = "the model does not say how probable it is that a word is in no entity"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The entities of one split: N predicted ones, M of the gold, in D documents.

    An entity is right (found) if gold and prediction have the same label and identical spans, as in the metrics
    ``exact_``. Exact repetitions within a document count once, a prediction with the highest of its confidences.
    Documents without an answer (failed, unparsed) have no predicted entity, as in all scores. Entities come in the
    order of the documents, predicted ones of a document in that of ``confidences_of``, gold in its own.

    Args:
        documents: D.
        document, gold_document: (N), (M): which document (0 to D - 1) an entity is in.
        confidence: (N), in [0, 1]; nan where the model gave none.
        right, found: (N), (M): True for a right prediction, a found gold entity.
        outside: (M): the mean over a gold entity's words of the probability, as the model said it, that no entity
            covers the word; nan where it did not say it of all of them, and where the entity covers no word.
    """

    documents: int
    document: NDArray[np.intp]
    confidence: Floats
    right: NDArray[np.bool_]
    gold_document: NDArray[np.intp]
    found: NDArray[np.bool_]
    outside: Floats

    @property
    def predicted(self) -> int:
        return len(self.right)

    @property
    def gold(self) -> int:
        return len(self.found)

    @property
    def without_confidence(self) -> int:
        return int(np.isnan(self.confidence).sum())

    @property
    def reason(self) -> str:
        """Why nothing can be said about confidences; empty where something can."""
        if not self.predicted:
            return NOTHING_PREDICTED
        return NO_CONFIDENCE if self.without_confidence == self.predicted else ""

    def confident(self) -> Judged:
        """Without the predicted entities that have no confidence."""
        has_N = ~np.isnan(self.confidence)
        return replace(
            self,
            document=self.document[has_N],
            confidence=self.confidence[has_N],
            right=self.right[has_N],
        )


def judge(references: Sequence[Reference[tuple[Entity, ...]]], predictions: Sequence[NerPrediction]) -> Judged:
    """Judge the predictions of one split.

    Args:
        references, predictions: aligned, one of each for every document.

    Raises:
        PredictionError: a confidence is no number from 0 to 1, or a prediction speaks of another number of words
            than its document has.
    """
    predicted: list[tuple[int, float, bool]] = []
    gold: list[tuple[int, bool, float]] = []
    for index, (reference, prediction) in enumerate(zip(references, predictions, strict=True)):
        confidences = confidences_of(prediction)
        right = set(reference.gold)
        predicted.extend((index, confidence, entity in right) for entity, confidence in confidences.items())
        outside = _word_outside(reference, prediction)
        gold.extend(
            (index, entity in confidences, _mean_over(entity, reference.words, outside))
            for entity in dict.fromkeys(reference.gold)
        )
    return Judged(
        len(references),
        np.array([row[0] for row in predicted], np.intp),
        np.array([row[1] for row in predicted], np.float64),
        np.array([row[2] for row in predicted], np.bool_),
        np.array([row[0] for row in gold], np.intp),
        np.array([row[1] for row in gold], np.bool_),
        np.array([row[2] for row in gold], np.float64),
    )


def confidences_of(prediction: NerPrediction) -> dict[Entity, float]:
    """Each predicted entity once, with the highest of its confidences (nan: none); empty without an answer.

    Raises:
        PredictionError: a confidence is no number from 0 to 1.
    """
    found: dict[Entity, float] = {}
    for scored in prediction.entities if answered(prediction) else ():
        confidence = np.nan if scored.confidence is None else scored.confidence
        if scored.confidence is not None and not 0 <= scored.confidence <= 1:
            raise PredictionError(
                f"document {prediction.id!r}: a confidence of {scored.confidence} for {scored.entity.label!r};"
                " expected a number from 0 to 1"
            )
        found[scored.entity] = float(np.fmax(found.get(scored.entity, np.nan), confidence))
    return found


def _word_outside(reference: Reference[tuple[Entity, ...]], prediction: NerPrediction) -> Sequence[float | None]:
    outside = prediction.word_outside if answered(prediction) else ()
    if outside and len(outside) != len(reference.words):
        raise PredictionError(
            f"document {reference.id!r}: word_outside has {len(outside)} values for {len(reference.words)} words;"
            " expected one for each word. The predictions were made on other words than the gold has"
        )
    return outside


def _mean_over(entity: Entity, words: Sequence[Span], outside: Sequence[float | None]) -> float:
    """The mean over the words that share characters with the entity; nan where one of them is not known."""
    if not outside:
        return np.nan
    covered = {
        index
        for start, end in entity.spans
        for index in range(
            bisect_right(words, start, key=lambda word: word[1]), bisect_left(words, end, key=lambda word: word[0])
        )
    }
    values = [outside[index] for index in covered]
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else np.nan
