"""What every model is, whatever it is made of. No torch here: baselines do not need it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

from tabib.config.preprocessing import WHOLE, Preprocessing
from tabib.core.examples import Document, Example
from tabib.core.predictions import Prediction
from tabib.models.merging import merge
from tabib.models.pieces import cut

Progress = Callable[[int, int], None]
"""Called with (documents done, documents in all)."""


class Model(ABC):
    """Predicts, and can be saved to and loaded from a folder.

    Attributes:
        task: the name of the task that it was built for.
        labels: the label set of train and dev, sorted.
        preprocessing: how documents are cut before it sees them, in training (``tabib.training.fit``) and in
            ``annotate``.
    """

    task: str
    labels: tuple[str, ...]
    preprocessing: Preprocessing = WHOLE

    @classmethod
    @abstractmethod
    def build(cls, task: str, labels: Sequence[str], options: Any, *, weights: Path | None, seed: int) -> Self:
        """An untrained model; the random generators have been seeded.

        Args:
            task: canonical name.
            labels: the label set of train and dev, sorted.
            options: an instance of the schema that the registry names.
            weights: the folder of the pretrained files; given where the registry says that there are any.
            seed: for whatever the model draws at random by itself.

        Raises:
            ModelError: the weights do not fit.
        """

    @abstractmethod
    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[Any]:
        """One prediction per document (or piece of one) as it is given, in their order."""

    def annotate(self, documents: Sequence[Document], progress: Progress | None = None) -> list[Any]:
        """One prediction per whole document: it is cut as ``preprocessing`` says, and the pieces' are merged."""
        if not self.preprocessing.cuts:
            return self.predict(documents, progress)
        places = [cut(document, self.preprocessing) for document in documents]
        pieces = [
            place.document(document) for document, mine in zip(documents, places, strict=True) for place in mine
        ]

        def by_document(done: int, total: int) -> None:
            assert progress is not None
            progress(done * len(documents) // total, len(documents))

        predictions = iter(self.predict(pieces, None if progress is None else by_document))
        return [
            merge(document, mine, list(islice(predictions, len(mine))), flat=self.task == "ner_token")
            for document, mine in zip(documents, places, strict=True)
        ]

    def close(self) -> None:
        """Give back what is held besides memory (engines, connections); it predicts no more. Twice is once."""

    def keep_in(self, folder: Path) -> None:
        """Told the run's folder before it predicts; a model may keep there what need not be done twice."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results has to know of the last predictions."""
        return ()

    @property
    def attention(self) -> Mapping[str, str | None]:
        """For the record: ``asked`` (None: nothing), what ``training`` and ``prediction`` used so far, and ``why``
        it is another; of models whose weights are here.
        """
        return {}

    @property
    def tokens(self) -> Mapping[str, int]:
        """Tokens that the last predictions read and wrote, by kind, for the record; of few models."""
        return {}

    def took_before(self, tokens: Mapping[str, int]) -> None:
        """Told what the run's earlier predictions took (``tokens``) in another process: a budget is the run's."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write everything that ``load`` needs into ``folder`` (which exists and is empty). No pickles."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote."""

    @classmethod
    def load_for(cls, folder: Path, options: Any) -> Self:  # noqa: ARG003 - for those whose options say how
        """``load``, for a run with these options; they may differ in what is operational: a budget, a time-out."""
        return cls.load(folder)


class Learner(Model):
    """A model that gets train and dev in one call, and makes no gradient steps: a baseline, or one used as it is.

    Args:
        labels: the label set of train and dev, sorted.
        options: an instance of the schema that the registry names.
        seed: for whatever is drawn at random.
        task: the task's name, for models that serve several.
    """

    def __init__(self, labels: Sequence[str], options: Any, seed: int = 0, task: str = "") -> None:
        self.task = task
        self.labels = tuple(labels)
        self.options = options
        self.seed = seed

    @classmethod
    def build(
        cls,
        task: str,
        labels: Sequence[str],
        options: Any,
        *,
        weights: Path | None,  # noqa: ARG003 - a baseline has none
        seed: int,
    ) -> Self:
        return cls(labels, options, seed, task)

    @abstractmethod
    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:
        """Learn from train; dev may be used to choose thresholds. Both are empty where a corpus has neither."""


__all__ = ["Learner", "Model", "Prediction", "Progress"]
