"""What the two NER tasks share: gold as entities, and which families of counts they score."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction
from tabib.core.scores import Score, Scores
from tabib.core.spans import Entity
from tabib.metrics.bootstrap import score_sums
from tabib.metrics.counts import REASONS, Counts, divide, label_set, score_counts, support
from tabib.metrics.ner import Pair, boundary_counts, exact_counts, partial_counts
from tabib.metrics.semeval import SCHEMES, SchemeCounts, scheme_counts
from tabib.metrics.words import WordsPair, without_words
from tabib.tasks.base import Resampling, Task, answered, count_items

Families = dict[str, Counts]
"""Prefix of metric names (``exact_``) → counts."""


@dataclass(frozen=True, slots=True)
class NerData:
    """Gold and predictions of all documents, exact repetitions collapsed, and all their labels."""

    documents: list[Pair]
    word_documents: list[WordsPair]
    labels: tuple[str, ...]


class NerTask(Task[tuple[Entity, ...], NerPrediction]):
    """Entities of a document. Predictions are sets: an exact repetition is one prediction.

    Every family has ``precision``, ``recall``, ``f1`` over all labels (micro), ``f1_macro`` over the labels that
    gold holds, and the first three by label. Families of both tasks:

    - ``exact_``: same label, identical spans (all fragments).
    - ``partial_``: same label, at least one character in common, one to one (maximum matching).
    - ``boundary_``: identical spans whatever the label.
    - ``type_``: as SemEval-2013's (and nervaluate's) ``type``: any overlap, right label. With pairs chosen to
      have most right labels, these are the ``partial_`` scores; kept under the name that other scorers use.
      ``type_accuracy``, of the pairs that overlap, is the share with the right label: typing alone.
    - ``token_``: (word, label) pairs; None where the gold has no words.

    ``Scores.counts`` holds the counts of SemEval-2013's four schemes (``metrics.semeval``).
    """

    prediction_type = NerPrediction

    @abstractmethod
    def _word_families(self, data: NerData) -> Families:
        """The families that need words."""

    def _score(
        self,
        references: Sequence[Reference[tuple[Entity, ...]]],
        predictions: Sequence[NerPrediction],
        labels: Sequence[str],
        resampling: Resampling,
    ) -> Scores:
        data = _data(references, predictions, labels)
        families = {
            "exact_": exact_counts(data.documents, data.labels),
            "partial_": partial_counts(data.documents, data.labels),
            "boundary_": boundary_counts(data.documents, data.labels),
        }
        families["type_"] = families["partial_"]
        word_families = self._word_families(data)
        reason = _wordless(data.word_documents)
        metrics, per_label = score_counts(
            families if reason else families | word_families, resampling.n, resampling.seed
        )
        schemes = {scheme: scheme_counts(data.documents, scheme) for scheme in SCHEMES}
        metrics["type_accuracy"] = _type_accuracy(schemes["type"], resampling)
        if reason:
            for prefix in word_families:
                metrics |= {prefix + name: Score(None, reason) for name in REASONS}
                for scores in per_label.values():
                    scores |= {prefix + name: Score(None, reason) for name in ("precision", "recall", "f1")}
        for label, n in support(families["exact_"]).items():
            per_label[label]["support"] = n
        counts = {f"semeval_{scheme}": asdict(sum(rows, SchemeCounts())) for scheme, rows in schemes.items()}
        items = count_items(predictions)
        return Scores(self.name, self.primary, metrics, per_label, items, resampling.n, counts=counts)

    def gold_to_json(self, gold: tuple[Entity, ...]) -> list[dict[str, Any]]:
        return [entity.to_json() for entity in gold]

    def gold_from_json(self, row: Sequence[Mapping[str, Any]]) -> tuple[Entity, ...]:
        return tuple(Entity.from_json(dict(item)) for item in row)

    def gold_labels(self, gold: tuple[Entity, ...]) -> tuple[str, ...]:
        return tuple(entity.label for entity in gold)

    def _gold_answer(self, gold: tuple[Entity, ...]) -> Hashable:
        return frozenset(gold)

    def _answer(self, prediction: NerPrediction) -> Hashable:
        return entities_of(prediction)

    def _empty_answer(self) -> Hashable:
        return frozenset()


def entities_of(prediction: NerPrediction) -> frozenset[Entity]:
    """What is scored of a prediction: its entities, each once; none where there was no answer."""
    return frozenset(scored.entity for scored in prediction.entities) if answered(prediction) else frozenset()


def _data(
    references: Sequence[Reference[tuple[Entity, ...]]],
    predictions: Sequence[NerPrediction],
    labels: Sequence[str],
) -> NerData:
    documents: list[Pair] = [
        (frozenset(reference.gold), entities_of(prediction))
        for reference, prediction in zip(references, predictions, strict=True)
    ]
    return NerData(
        documents,
        [(reference.words, *pair) for reference, pair in zip(references, documents, strict=True)],
        label_set(labels, (entity.label for pair in documents for entities in pair for entity in entities)),
    )


def _wordless(documents: Sequence[WordsPair]) -> str:
    """Why nothing can be said word by word; empty where it can."""
    n = without_words(documents)
    return f"{n} of {len(documents)} documents have entities but no words" if n else ""


def _type_accuracy(documents: Sequence[SchemeCounts], resampling: Resampling) -> Score:
    import numpy as np

    values_DC = np.array([(row.correct, row.correct + row.incorrect) for row in documents]).reshape(-1, 2)
    return score_sums(
        values_DC,
        lambda sums: {"type_accuracy": divide(sums[..., 0], sums[..., 1])},
        {"type_accuracy": "no prediction overlaps gold"},
        resampling.n,
        resampling.seed,
    )["type_accuracy"][0]
