"""The entities of one split as a deployment sees them: with type and confidence, and what overlaps what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tabib.analysis.judged import Judged, confidences_of, judge
from tabib.analysis.runs import RunData
from tabib.core.predictions import Status
from tabib.metrics.counts import Ints
from tabib.metrics.matching import overlapping
from tabib.metrics.proportions import Proportions, proportions

Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class SplitEntities:
    """N predicted and M gold entities in D documents, of L types.

    Args:
        judged: documents, confidences, right and wrong.
        labels: (L), sorted.
        label, gold_label: (N), (M): the type of each entity.
        whole: (D): the model read and answered all of the document (status ``ok``).
        pair_gold, pair_predicted: (T): every gold and predicted entity that share a character.
        pair_exact: (T): they are the same: type and spans.
    """

    judged: Judged
    labels: tuple[str, ...]
    label: Indices
    gold_label: Indices
    whole: Bools
    pair_gold: Indices
    pair_predicted: Indices
    pair_exact: Bools

    def kept(self, threshold: float) -> Bools:
        """(N): which entities are coded without a reader. One without a confidence never is."""
        return self.judged.confidence >= threshold

    def only(self, types: Collection[str]) -> SplitEntities:
        """The same split, entities of other types never kept: no threshold is low enough for them."""
        kept_L = np.array([label in types for label in self.labels], np.bool_)
        confidence = self.judged.confidence
        masked = np.where(kept_L[self.label] | np.isnan(confidence), confidence, -np.inf)
        return replace(self, judged=replace(self.judged, confidence=masked))

    def of_types(self, types: Collection[str]) -> Judged:
        """The predicted entities of some types, and the gold of all: what a threshold for them is chosen on."""
        chosen_N = np.array([label in types for label in self.labels], np.bool_)[self.label]
        return replace(
            self.judged,
            document=self.judged.document[chosen_N],
            confidence=self.judged.confidence[chosen_N],
            right=self.judged.right[chosen_N],
        )

    def by_type(self, chosen: Bools) -> Ints:
        """(D, L): how many of the chosen (N) predicted entities each document has of each type."""
        return self._count(self.judged.document[chosen], self.label[chosen])

    def gold_by_type(self, chosen: Bools | None = None) -> Ints:
        """(D, L): the same of gold entities (M); of all by default."""
        chosen = np.ones(self.judged.gold, np.bool_) if chosen is None else chosen
        return self._count(self.judged.gold_document[chosen], self.gold_label[chosen])

    def precision_by_type(self, kept: Bools) -> Proportions:
        """(L): right / kept of each type, with Korn and Graubard's intervals."""
        return proportions(self.by_type(kept & self.judged.right), self.by_type(kept))

    def precision_of(self, kept: Bools) -> Proportions:
        """(1): the same of all that is kept."""
        n, right = self.by_document(kept), self.by_document(kept & self.judged.right)
        return proportions(right[:, None], n[:, None])

    def by_document(self, chosen: Bools) -> Ints:
        """(D): how many of the chosen (N) predicted entities each document has."""
        return np.bincount(self.judged.document[chosen], minlength=self.judged.documents)

    def gold_by_document(self, chosen: Bools) -> Ints:
        """(D): the same of gold entities (M)."""
        return np.bincount(self.judged.gold_document[chosen], minlength=self.judged.documents)

    def fate_of_gold(self, kept: Bools) -> GoldFate:
        """What becomes of each gold entity where the ``kept`` (N) predictions are coded, all others reviewed."""

        def any_of(pairs: Bools) -> Bools:
            return np.bincount(self.pair_gold[pairs], minlength=self.judged.gold) > 0

        kept_T = kept[self.pair_predicted]
        coded = any_of(kept_T & self.pair_exact)
        pointed = ~coded & any_of(~kept_T)
        touched = any_of(np.ones(len(kept_T), np.bool_))
        return GoldFate(coded, pointed, touched & ~coded & ~pointed, ~touched)

    def _count(self, document: Indices, label: Indices) -> Ints:
        n, k = self.judged.documents, len(self.labels)
        return np.bincount(document * k + label, minlength=n * k).reshape(n, k)


@dataclass(frozen=True, slots=True, eq=False)
class GoldFate:
    """Each gold entity in exactly one of four: arrays (M).

    Args:
        coded: coded as it is, without a reader.
        pointed: a reader is shown a prediction that overlaps it, and may put it right.
        hidden: overlapped only by predictions that are coded without a reader, none of them right.
        unseen: overlapped by no prediction: it has no confidence, and nobody is told of it.
    """

    coded: Bools
    pointed: Bools
    hidden: Bools
    unseen: Bools


def split_entities(data: RunData) -> SplitEntities:
    """The entities of a run's split. Raises: PredictionError: see ``judge``."""
    place = {label: index for index, label in enumerate(data.labels)}
    labels: list[int] = []
    gold_labels: list[int] = []
    pairs: list[tuple[int, int, bool]] = []
    for reference, prediction in zip(data.references, data.predictions, strict=True):
        gold, predicted = list(dict.fromkeys(reference.gold)), list(confidences_of(prediction))
        pairs += [
            (len(gold_labels) + i, len(labels) + j, gold[i] == predicted[j])
            for i, options in enumerate(overlapping(gold, predicted))
            for j in options
        ]
        labels += [place[entity.label] for entity in predicted]
        gold_labels += [place[entity.label] for entity in gold]
    return SplitEntities(
        judge(data.references, data.predictions),
        data.labels,
        np.array(labels, np.intp),
        np.array(gold_labels, np.intp),
        np.array([prediction.status is Status.OK for prediction in data.predictions], np.bool_),
        np.array([pair[0] for pair in pairs], np.intp),
        np.array([pair[1] for pair in pairs], np.intp),
        np.array([pair[2] for pair in pairs], np.bool_),
    )
