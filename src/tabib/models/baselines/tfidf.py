"""TF-IDF of words and characters: logistic regression over it, or its cosine. Text and arrays, never a pickle."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tabib.config.options import TfidfOptions
from tabib.core.errors import DataError
from tabib.core.examples import Document, Example
from tabib.core.predictions import (
    ClassificationPrediction,
    MultilabelPrediction,
    Scale,
    SimilarityPrediction,
)
from tabib.models.base import Progress
from tabib.models.baselines.stored import StoredLearner

VOCABULARIES, ARRAYS = "vocabularies.json", "arrays.npz"


class _Tfidf(StoredLearner):
    """Word 1–2-grams and character 2–5-grams within words, sublinear term frequency, one linear score per row.

    ``coefficients`` is (rows, features) and ``intercepts`` (rows,); a subclass says what a row stands for.
    """

    def __init__(self, labels: Sequence[str], options: Any, seed: int = 0, task: str = "") -> None:
        super().__init__(labels, options, seed, task)
        self.vectorizers: list[Any] = []
        self.coefficients: Any = None
        self.intercepts: Any = None

    @classmethod
    def options_type(cls) -> type[TfidfOptions]:
        return TfidfOptions

    @abstractmethod
    def fit_linear(self, features: Any, gold: Sequence[Any]) -> None:
        """Learn ``coefficients`` and ``intercepts`` from the sparse features of train."""

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:
        self.vectorizers = new_vectorizers(self.options)
        texts = [text for example in train for text in self.texts(example.document)]
        try:
            matrices = [vectorizer.fit_transform(texts) for vectorizer in self.vectorizers]
        except ValueError as error:  # "empty vocabulary"
            raise DataError(f"TF-IDF finds no word in the {len(train)} training texts") from error
        self.fit_linear(_beside(matrices), [example.gold for example in train])
        self.tune(dev)

    def texts(self, document: Document) -> tuple[str, ...]:
        """What is counted of a document."""
        return (document.text,)

    def tune(self, dev: Sequence[Example[Any]]) -> None:
        """Choose thresholds on dev."""

    def features(self, texts: Sequence[str]) -> Any:
        """Sparse (texts, features)."""
        return _beside([vectorizer.transform(texts) for vectorizer in self.vectorizers])

    def logits(self, documents: Sequence[Document]) -> Any:
        """(documents, rows)."""
        return self.features([document.text for document in documents]) @ self.coefficients.T + self.intercepts

    def save(self, folder: Path) -> None:
        import numpy as np

        super().save(folder)
        terms = [vectorizer.get_feature_names_out().tolist() for vectorizer in self.vectorizers]
        (folder / VOCABULARIES).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / ARRAYS,
            coefficients=self.coefficients,
            intercepts=self.intercepts,
            **{f"idf_{index}": vectorizer.idf_ for index, vectorizer in enumerate(self.vectorizers)},
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        import numpy as np

        learner = super().load(folder)
        vocabularies = json.loads((folder / VOCABULARIES).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            learner.coefficients = arrays["coefficients"]
            learner.intercepts = arrays["intercepts"]
            learner.vectorizers = new_vectorizers(learner.options, vocabularies)
            for index, vectorizer in enumerate(learner.vectorizers):
                vectorizer.idf_ = arrays[f"idf_{index}"]
        return learner

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        pass


class TfidfClassifier(_Tfidf):
    """Softmax over labels (with two labels: a sigmoid). A label that train does not have gets probability 0."""

    known: list[str]
    """The labels of train, sorted: those that probabilities are computed for."""

    def fit_linear(self, features: Any, gold: Sequence[Any]) -> None:
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        self.known = sorted(set(gold))
        if len(self.known) == 1:  # nothing to tell apart
            self.coefficients, self.intercepts = np.zeros((1, features.shape[1])), np.zeros(1)
            return
        model = LogisticRegression(C=self.options.c, max_iter=1000, random_state=self.seed).fit(features, gold)
        assert list(model.classes_) == self.known
        self.coefficients, self.intercepts = model.coef_, model.intercept_

    def predict(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[ClassificationPrediction]:
        from scipy.special import expit, softmax

        if not documents:
            return []
        logits = self.logits(documents)
        if len(self.known) == 2:
            rows = [[1 - positive, positive] for positive in expit(logits[:, 0]).tolist()]
        else:
            rows = softmax(logits, axis=1).tolist()
        if progress is not None:
            progress(len(documents), len(documents))
        predictions = []
        for document, row in zip(documents, rows, strict=True):
            scores = dict.fromkeys(self.labels, 0.0) | dict(zip(self.known, row, strict=True))
            label = max(scores, key=lambda name: scores[name])
            predictions.append(ClassificationPrediction(document.id, label, scores[label], scores))
        return predictions

    def state(self) -> dict[str, Any]:
        return {"known": self.known}

    def restore(self, state: dict[str, Any]) -> None:
        self.known = list(state["known"])


class TfidfMultilabel(_Tfidf):
    """One regression per label; one threshold for all, tuned on dev for micro F1.

    A label that all or no training documents have has nothing to learn: its score is 1 or 0.
    """

    threshold: float = 0.5

    def fit_linear(self, features: Any, gold: Sequence[Any]) -> None:
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        self.coefficients = np.zeros((len(self.labels), features.shape[1]))
        self.intercepts = np.zeros(len(self.labels))
        for row, label in enumerate(self.labels):
            truth = [label in answer for answer in gold]
            if len(set(truth)) == 1:
                self.intercepts[row] = np.inf if truth[0] else -np.inf
                continue
            # With far more features than documents the dual problem is the small one: ten times faster here.
            model = LogisticRegression(
                C=self.options.c, solver="liblinear", dual=True, max_iter=1000, random_state=self.seed
            ).fit(features, truth)
            self.coefficients[row], self.intercepts[row] = model.coef_[0], model.intercept_[0]

    def tune(self, dev: Sequence[Example[Any]]) -> None:
        from tabib.models.thresholds import DEFAULT_THRESHOLD, best_threshold, score_matrix

        self.threshold = DEFAULT_THRESHOLD
        if dev:
            predictions = self.predict([example.document for example in dev])
            scores, truth = score_matrix(predictions, [example.gold for example in dev], self.labels)
            self.threshold = best_threshold(scores, truth)

    def predict(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[MultilabelPrediction]:
        from scipy.special import expit

        from tabib.models.thresholds import decide

        if not documents:
            return []
        rows = expit(self.logits(documents)).tolist()
        if progress is not None:
            progress(len(documents), len(documents))
        return [
            decide(document.id, dict(zip(self.labels, row, strict=True)), self.threshold)
            for document, row in zip(documents, rows, strict=True)
        ]

    def state(self) -> dict[str, Any]:
        return {"threshold": self.threshold}

    def restore(self, state: dict[str, Any]) -> None:
        self.threshold = float(state["threshold"])


class TfidfSimilarity(_Tfidf):
    """The cosine of the two vectors, in [0, 1]. Frequencies are those of the texts of train; its gold is not used.

    Both kinds of n-grams weigh the same. A text without any known n-gram has cosine 0 with all others.
    """

    def texts(self, document: Document) -> tuple[str, ...]:
        return (document.text, document.second)

    def fit_linear(self, features: Any, gold: Sequence[Any]) -> None:  # noqa: ARG002
        """There is no linear layer."""
        import numpy as np

        self.coefficients, self.intercepts = np.zeros((0, features.shape[1])), np.zeros(0)

    def predict(
        self, documents: Sequence[Document], progress: Progress | None = None
    ) -> list[SimilarityPrediction]:
        import numpy as np
        from sklearn.preprocessing import normalize

        if not documents:
            return []
        first, second = (
            normalize(self.features(texts)) for texts in zip(*map(self.texts, documents), strict=True)
        )
        cosines = np.asarray(first.multiply(second).sum(axis=1)).ravel()
        if progress is not None:
            progress(len(documents), len(documents))
        return [
            SimilarityPrediction(document.id, float(cosine), scale=Scale.MODEL)
            for document, cosine in zip(documents, cosines, strict=True)
        ]


def _beside(matrices: Sequence[Any]) -> Any:
    from scipy.sparse import hstack

    return hstack(matrices, format="csr")


def new_vectorizers(
    options: TfidfOptions, vocabularies: Sequence[Sequence[str] | None] = (None, None)
) -> list[Any]:
    """The two vectorisers, of words and of characters; with known terms (in their columns' order) where given."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    words, characters = vocabularies
    return [
        TfidfVectorizer(
            ngram_range=(1, 2),
            token_pattern=r"(?u)\b\w+\b",
            sublinear_tf=True,
            max_features=options.max_features,
            vocabulary=words,
        ),
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 5),
            sublinear_tf=True,
            max_features=options.max_features,
            vocabulary=characters,
        ),
    ]
