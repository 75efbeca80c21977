"""What every task states: its name, its gold and prediction types, and its scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic

from tabib.core.errors import ConfigError, PredictionError
from tabib.core.examples import GoldT, Reference
from tabib.core.predictions import PredictionT, Status
from tabib.core.scores import ItemCounts, Scores
from tabib.registry import nearest
from tabib.tasks.suspicion import suspicions


@dataclass(frozen=True, slots=True)
class Resampling:
    """The bootstrap behind the intervals: ``n`` resamples of documents (0: no intervals), seeded."""

    n: int = 10_000
    seed: int = 0


class Task(ABC, Generic[GoldT, PredictionT]):
    """A task is stateless: one instance per task, in its module as ``TASK``.

    Attributes:
        name: as in the registry.
        primary: the metric that tables show first and that model selection uses by default.
        aliases: other names of metrics (``f1``) → the metric's own name.
        lower_is_better: its metrics of which less is better.
        prediction_type: the class of this task's predictions.
    """

    name: ClassVar[str]
    primary: ClassVar[str]
    aliases: ClassVar[Mapping[str, str]] = {}
    lower_is_better: ClassVar[frozenset[str]] = frozenset()
    prediction_type: type[PredictionT]

    def score(
        self,
        references: Sequence[Reference[GoldT]],
        predictions: Sequence[PredictionT],
        labels: Sequence[str],
        resampling: Resampling = Resampling(),
        *,
        anchor: Sequence[PredictionT] | None = None,
    ) -> Scores:
        """All scores of one predictions file.

        Args:
            references: the gold, in any order.
            predictions: exactly one for each reference, in any order.
            labels: the label set of the corpus; labels of gold or predictions outside it are scored too.
            resampling: the bootstrap.
            anchor: the majority baseline's predictions for the same documents; a primary score that is not
                above theirs is marked suspect.

        Raises:
            PredictionError: ids are repeated, absent or unknown.
        """
        ordered = align(references, predictions)
        scores = self._score(references, ordered, labels, resampling)
        baseline = None
        if anchor is not None:
            baseline = self._score(references, align(references, anchor), labels, Resampling(n=0)).primary_score
        suspect = suspicions(
            self.primary,
            scores.primary_score,
            baseline,
            [self._gold_answer(reference.gold) for reference in references],
            [self._answer(prediction) for prediction in ordered],
            self._empty_answer(),
        )
        return replace(scores, suspect=suspect)

    @abstractmethod
    def _score(
        self,
        references: Sequence[Reference[GoldT]],
        predictions: Sequence[PredictionT],
        labels: Sequence[str],
        resampling: Resampling,
    ) -> Scores:
        """Scores of aligned references and predictions. Of none: every metric, undefined."""

    @abstractmethod
    def _gold_answer(self, gold: GoldT) -> Hashable:
        """The right answer of a document, comparable with ``_answer``."""

    @abstractmethod
    def _answer(self, prediction: PredictionT) -> Hashable:
        """What a prediction says; equal for predictions that say the same."""

    def _empty_answer(self) -> Hashable | None:
        """The answer that says nothing (None: no label)."""
        return None

    @abstractmethod
    def gold_to_json(self, gold: GoldT) -> Any: ...

    @abstractmethod
    def gold_from_json(self, row: Any) -> GoldT: ...

    @abstractmethod
    def gold_labels(self, gold: GoldT) -> tuple[str, ...]:
        """The labels that a gold value holds, with repetitions; for vocabularies and supports."""

    def metric(self, name: str) -> str:
        """The metric's own name, for ``eval_f1`` and other aliases."""
        name = name.removeprefix("eval_")
        return self.aliases.get(name, name)

    def known_metric(self, name: str) -> str:
        """The metric's own name.

        Raises:
            ConfigError: the task has no such metric; says the nearest ones.
        """
        own = self.metric(name)
        known = self._score([], [], ("label",), Resampling(n=0)).metrics
        if own not in known:
            raise ConfigError(
                f"training.metric_for_best_model: {self.name} has no metric {name!r}{nearest(own, known)}"
            )
        return own


def align(references: Sequence[Reference[GoldT]], predictions: Sequence[PredictionT]) -> list[PredictionT]:
    """Predictions in the order of the references.

    Raises:
        PredictionError: ids are repeated, absent or unknown; names up to five of them.
    """
    by_id = {prediction.id: prediction for prediction in predictions}
    gold_ids = {reference.id for reference in references}
    for what, ids, n in (("gold", gold_ids, len(references)), ("predictions", by_id, len(predictions))):
        if len(ids) != n:
            raise PredictionError(f"the {what} hold {n - len(ids)} repeated document ids")
    absent, unknown = sorted(gold_ids - set(by_id)), sorted(set(by_id) - gold_ids)
    if absent or unknown:
        raise PredictionError(
            f"predictions must be for exactly the documents of the gold: {len(absent)} absent"
            f" {absent[:5]}, {len(unknown)} unknown {unknown[:5]}"
        )
    return [by_id[reference.id] for reference in references]


def answered(prediction: PredictionT) -> bool:
    """Whether there is an answer to score; where not, it is scored as an empty one."""
    return prediction.status not in (Status.UNPARSED, Status.FAILED)


def count_items(predictions: Sequence[PredictionT]) -> ItemCounts:
    """How many predictions have each status."""
    statuses = [prediction.status for prediction in predictions]
    return ItemCounts(**{status.value: statuses.count(status) for status in Status})
