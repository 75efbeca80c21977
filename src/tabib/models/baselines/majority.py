"""The best constant answer: what any model has to beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from tabib.config.options import NoOptions
from tabib.core.examples import Document, Example
from tabib.core.predictions import (
    ClassificationPrediction,
    McqaPrediction,
    MultilabelPrediction,
    NerPrediction,
    Scale,
    SimilarityPrediction,
    Status,
)
from tabib.core.tags import OUTSIDE
from tabib.models.base import Progress
from tabib.models.baselines.stored import StoredLearner

NO_TRAINING = "no training data"


class _Constant(StoredLearner):
    """Shares (0 to 1) of what was counted in train."""

    shares: dict[str, float]

    @classmethod
    def options_type(cls) -> type[NoOptions]:
        return NoOptions

    def state(self) -> dict[str, Any]:
        return {"shares": self.shares}

    def restore(self, state: dict[str, Any]) -> None:
        self.shares = {label: float(share) for label, share in state["shares"].items()}


class MajorityNer(StoredLearner):
    """No entity: in any corpus most words are in none, so that is the most frequent answer for each word.

    The confidence of a word's ``O``, its probability, is the share of training words that are in no entity.
    """

    outside_share: float = 1.0

    @classmethod
    def options_type(cls) -> type[NoOptions]:
        return NoOptions

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        words = inside = 0
        for example in train:
            spans = [span for entity in example.gold for span in entity.spans]
            words += len(example.document.words)
            inside += sum(
                any(start < span_end and span_start < end for span_start, span_end in spans)
                for start, end in example.document.words
            )
        self.outside_share = 1 - inside / words if words else 1.0

    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[NerPrediction]:
        if progress is not None:
            progress(len(documents), len(documents))
        return [
            NerPrediction(
                document.id,
                word_tags=(OUTSIDE,) * len(document.words),
                word_confidences=(self.outside_share,) * len(document.words),
                word_outside=(self.outside_share,) * len(document.words),
            )
            for document in documents
        ]

    def state(self) -> dict[str, Any]:
        return {"outside_share": self.outside_share}

    def restore(self, state: dict[str, Any]) -> None:
        self.outside_share = float(state["outside_share"])


class MajorityClassifier(_Constant):
    """The most frequent label of train (ties: the first in order); its confidence is its share."""

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        counts = Counter(example.gold for example in train)
        self.shares = {label: counts[label] / max(1, len(train)) for label in self.labels}

    def predict(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[ClassificationPrediction]:
        if progress is not None:
            progress(len(documents), len(documents))
        label = max(self.labels, key=lambda name: self.shares[name])
        return [
            ClassificationPrediction(document.id, label, self.shares[label], dict(self.shares))
            for document in documents
        ]


class MajorityMultilabel(_Constant):
    """The labels that at least half of the training documents have; if none has, the most frequent label alone.

    For each label by itself that is the most frequent answer; never answering at all would leave nothing to
    compare with. Scores are the shares; the confidence is the product of the shares of what was decided.
    """

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        counts = Counter(label for example in train for label in set(example.gold))
        self.shares = {label: counts[label] / max(1, len(train)) for label in self.labels}

    def predict(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[MultilabelPrediction]:
        from tabib.models.thresholds import decide

        if progress is not None:
            progress(len(documents), len(documents))
        return [decide(document.id, self.shares, 0.5, at_least_one=True) for document in documents]


class MajoritySimilarity(StoredLearner):
    """The mean of train: the constant with the smallest squared error. Correlations with a constant are undefined.

    Without training data it is 0, on no scale, and the prediction says so.
    """

    mean: float | None = None

    @classmethod
    def options_type(cls) -> type[NoOptions]:
        return NoOptions

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        self.mean = fmean(example.gold for example in train) if train else None

    def predict(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[SimilarityPrediction]:
        if progress is not None:
            progress(len(documents), len(documents))
        if self.mean is None:
            return [
                SimilarityPrediction(document.id, 0.0, detail=f"{NO_TRAINING}: 0", scale=Scale.MODEL)
                for document in documents
            ]
        return [SimilarityPrediction(document.id, self.mean) for document in documents]

    def state(self) -> dict[str, Any]:
        return {"mean": self.mean}

    def restore(self, state: dict[str, Any]) -> None:
        self.mean = state["mean"]


class MajorityMcqa(StoredLearner):
    """The most frequent answer of train that the question's options allow (ties: the first in order).

    Questions with one right option and others are counted apart: the most frequent letter, the most frequent set
    of letters. What one kind lacks is taken from the other. Without training data it is the first option, and
    the prediction says so. The confidence is the answer's share among the training questions of its kind.
    """

    counts: dict[str, dict[str, int]]

    @classmethod
    def options_type(cls) -> type[NoOptions]:
        return NoOptions

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        self.counts = {
            kind: dict(Counter("".join(row.gold) for row in train if row.document.single is (kind == "single")))
            for kind in ("single", "several")
        }

    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[McqaPrediction]:
        if progress is not None:
            progress(len(documents), len(documents))
        return [self._answer(document) for document in documents]

    def _answer(self, document: Document) -> McqaPrediction:
        if not document.options:
            return McqaPrediction(document.id, (), status=Status.FAILED, detail="the question has no options")
        kinds = ("single", "several") if document.single else ("several", "single")
        for counts in (self.counts[kind] for kind in kinds):
            possible = {
                answer: count
                for answer, count in counts.items()
                if set(answer) <= set(document.letters) and (len(answer) == 1 or not document.single)
            }
            if possible:
                answer = min(possible, key=lambda known: (-possible[known], known))
                share = possible[answer] / sum(counts.values())
                return McqaPrediction(document.id, tuple(answer), share, single=document.single)
        detail = f"{NO_TRAINING if not any(self.counts.values()) else 'no training answer fits'}: the first option"
        return McqaPrediction(document.id, ("A",), detail=detail, single=document.single)

    def state(self) -> dict[str, Any]:
        return {"counts": self.counts}

    def restore(self, state: dict[str, Any]) -> None:
        self.counts = state["counts"]
