"""What every task states: its name, its gold and prediction types, and its scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from tabib.core.errors import PredictionError
from tabib.core.examples import GoldT, Reference
from tabib.core.predictions import PredictionT, Status
from tabib.core.scores import ItemCounts, Scores


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
        prediction_type: the class of this task's predictions.
    """

    name: ClassVar[str]
    primary: ClassVar[str]
    aliases: ClassVar[Mapping[str, str]] = {}
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
        return self._with_suspicions(scores, references, ordered, labels, anchor)

    @abstractmethod
    def _score(
        self,
        references: Sequence[Reference[GoldT]],
        predictions: Sequence[PredictionT],
        labels: Sequence[str],
        resampling: Resampling,
    ) -> Scores:
        """Scores of aligned references and predictions."""

    @abstractmethod
    def _with_suspicions(
        self,
        scores: Scores,
        references: Sequence[Reference[GoldT]],
        predictions: Sequence[PredictionT],
        labels: Sequence[str],
        anchor: Sequence[PredictionT] | None,
    ) -> Scores:
        """``scores`` with ``suspect`` filled in."""

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


def count_items(predictions: Sequence[PredictionT]) -> ItemCounts:
    """How many predictions have each status."""
    statuses = [prediction.status for prediction in predictions]
    return ItemCounts(**{status.value: statuses.count(status) for status in Status})
