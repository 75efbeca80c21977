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
from tabib.models.baselines.span import Fitted, distinct, fit_sigmoids, fit_softmax
from tabib.models.baselines.stored import StoredLearner

VOCABULARIES, ARRAYS = "vocabularies.json", "arrays.npz"
MANY_WEIGHTS = 4_000_000
"""Features × outputs beyond which scikit-learn's solver needs gigabytes (25 float64 numbers for each weight), and
the same minimum is found in the space of the training rows."""


_SPARSE = ("data", "indices", "indptr")


class _Tfidf(StoredLearner):
    """Word 1–2-grams and character 2–5-grams within words, sublinear term frequency, one linear score per row.

    ``coefficients`` is (rows, features) and ``intercepts`` (rows,); a subclass says what a row stands for. Where
    there are many rows, ``coefficients`` weigh instead of features the inner products with the distinct training
    texts, ``basis`` (texts, features).
    """

    def __init__(self, labels: Sequence[str], options: Any, seed: int = 0, task: str = "") -> None:
        super().__init__(labels, options, seed, task)
        self.vectorizers: list[Any] = []
        self.coefficients: Any = None
        self.intercepts: Any = None
        self.basis: Any = None

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
        features = self.features([document.text for document in documents])
        if self.basis is not None:
            features = (features @ self.basis.T).toarray()
        return features @ self.coefficients.T + self.intercepts

    def take(self, fitted: Fitted) -> None:
        """Use a model that was fitted in the space of the training rows."""
        self.basis, self.coefficients, self.intercepts = fitted.rows, fitted.weights.T, fitted.intercepts

    def save(self, folder: Path) -> None:
        import numpy as np

        super().save(folder)
        terms = [vectorizer.get_feature_names_out().tolist() for vectorizer in self.vectorizers]
        (folder / VOCABULARIES).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / ARRAYS,
            coefficients=self.coefficients,
            intercepts=self.intercepts,
            **({} if self.basis is None else {f"basis_{name}": getattr(self.basis, name) for name in _SPARSE}),
            **{f"idf_{index}": vectorizer.idf_ for index, vectorizer in enumerate(self.vectorizers)},
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        import numpy as np
        from scipy.sparse import csr_matrix

        learner = super().load(folder)
        vocabularies = json.loads((folder / VOCABULARIES).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            learner.coefficients = arrays["coefficients"]
            learner.intercepts = arrays["intercepts"]
            learner.vectorizers = new_vectorizers(learner.options, vocabularies)
            for index, vectorizer in enumerate(learner.vectorizers):
                vectorizer.idf_ = arrays[f"idf_{index}"]
            if "basis_data" in arrays:
                shape = (learner.coefficients.shape[1], sum(map(len, vocabularies)))
                learner.basis = csr_matrix(tuple(arrays[f"basis_{name}"] for name in _SPARSE), shape=shape)
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
        if in_span(features, len(self.known)):
            places = {label: index for index, label in enumerate(self.known)}
            self.take(fit_softmax(features, [places[label] for label in gold], self.options.c))
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
        logits = self.logits(documents).astype(float)
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
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression

        truth_DL = np.array([[label in answer for label in self.labels] for answer in map(set, gold)])
        always, never = truth_DL.all(axis=0), ~truth_DL.any(axis=0)
        if in_span(features, len(self.labels)):
            self.take(fit_sigmoids(features, csr_matrix(truth_DL, dtype=np.float32), self.options.c))
        else:
            self.coefficients = np.zeros((len(self.labels), features.shape[1]))
            self.intercepts = np.zeros(len(self.labels))
            for row in np.flatnonzero(~(always | never)):
                # With far more features than documents the dual problem is the small one: ten times faster here.
                model = LogisticRegression(
                    C=self.options.c, solver="liblinear", dual=True, max_iter=1000, random_state=self.seed
                ).fit(features, truth_DL[:, row])
                self.coefficients[row], self.intercepts[row] = model.coef_[0], model.intercept_[0]
        self.intercepts[always], self.intercepts[never] = np.inf, -np.inf

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
        rows = expit(self.logits(documents).astype(float)).tolist()
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


def in_span(features: Any, outputs: int) -> bool:
    """Whether a linear model is fitted in the space of its training rows: one of many weights, if that takes less.

    Args:
        features: sparse (rows, features).
        outputs: classes or labels.
    """
    columns = features.shape[1]
    if columns * outputs <= MANY_WEIGHTS:
        return False
    rows = len(distinct(features)[0])
    in_rows, in_features = 12 * rows**2 + 150 * rows * outputs, 200 * columns * outputs
    return bool(in_rows < in_features)


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
