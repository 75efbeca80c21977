"""Solved in the space of the training rows, a linear model is what scikit-learn finds among all features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from tabib.config.options import TfidfOptions
from tabib.core.examples import Document, Example
from tabib.models.baselines import tfidf
from tabib.models.baselines.span import Fitted, distinct, fit_sigmoids, fit_softmax
from tabib.models.baselines.tfidf import TfidfClassifier, TfidfMultilabel, in_span

N, OUTPUTS = 60, 5
ONSETS = ["toux", "fièvre", "douleur", "fracture", "éruption", "vertige"]
PLACES = ["du genou", "du thorax", "de la main", "du dos", "aiguë", "chronique", "sévère"]
TEXTS = [f"{onset} {place}" for onset in ONSETS for place in PLACES]


def rows(seed: int = 0) -> tuple[Any, Any]:
    """Sparse rows of which many are equal, some of another class, and one is the sum of two others."""
    random = np.random.default_rng(seed)
    dense = random.random((N // 3, 40)) * (random.random((N // 3, 40)) < 0.2)
    dense[-1] = dense[0] + dense[1]
    picked = random.integers(0, N // 3, N)
    picked[: N // 3] = np.arange(N // 3)
    return csr_matrix(dense[picked]), np.append(np.arange(OUTPUTS), random.integers(0, OUTPUTS, N - OUTPUTS))


def logits(fitted: Fitted, features: Any) -> Any:
    return features @ fitted.rows.T @ fitted.weights + fitted.intercepts


@pytest.mark.parametrize(("c", "within"), [(0.1, 1e-3), (10.0, 2e-3), (100.0, 1e-2)])
def test_softmax_is_scikit_learns_multinomial_regression(c: float, within: float) -> None:
    features, classes = rows()
    new, _ = rows(seed=1)
    oracle = LogisticRegression(C=c, tol=1e-8, max_iter=10_000).fit(features, classes)
    fitted = fit_softmax(features, classes, c)
    assert len(fitted.weights) == fitted.rows.shape[0] == N // 3
    found = softmax(logits(fitted, new).astype(float), axis=1)
    assert found == pytest.approx(oracle.predict_proba(new), abs=within)


@pytest.mark.parametrize(("c", "within"), [(0.1, 1e-3), (10.0, 2e-3), (100.0, 1e-2)])
def test_sigmoids_are_liblinears_regressions(c: float, within: float) -> None:
    features, _ = rows()
    new, _ = rows(seed=1)
    truth = np.random.default_rng(2).random((N, OUTPUTS)) < 0.3
    fitted = fit_sigmoids(features, csr_matrix(truth, dtype=np.float32), c)
    found = expit(logits(fitted, new).astype(float))
    for column in range(OUTPUTS):
        oracle = LogisticRegression(C=c, solver="liblinear", tol=1e-8, max_iter=10_000).fit(
            features, truth[:, column]
        )
        assert found[:, column] == pytest.approx(oracle.predict_proba(new)[:, 1], abs=within)


def test_equal_rows_are_one() -> None:
    features = csr_matrix(
        np.array([[0, 1, 2], [3, 0, 0], [0, 1, 2], [0, 0, 0], [0, 2, 1], [0, 0, 0]], dtype=float)
    )
    first, kinds = distinct(features)
    assert first.tolist() == [0, 1, 3, 4]
    assert kinds.tolist() == [0, 1, 0, 2, 3, 2]


def test_only_many_weights_are_fitted_in_the_space_of_rows() -> None:
    few = csr_matrix(np.eye(50))
    assert not in_span(few, 1_000)
    wide = csr_matrix((np.ones(50), (np.arange(50), np.arange(50))), shape=(50, 20_000))
    assert in_span(wide, 1_000)
    assert not in_span(wide, 10)


def examples(golds: list[Any]) -> list[Example[Any]]:
    return [
        Example(Document(f"d{index}", text), gold)
        for index, (text, gold) in enumerate(zip(TEXTS, golds, strict=True))
    ]


NEW = [Document(f"n{index}", text) for index, text in enumerate(["toux de la main", "Fracture sévère", "", "xyz"])]


def test_the_classifier_gives_the_same_probabilities_either_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    golds = [text.split()[0] for text in TEXTS]
    plain = TfidfClassifier(sorted(set(golds)), TfidfOptions(), task="classification")
    plain.fit(examples(golds), [])
    monkeypatch.setattr(tfidf, "MANY_WEIGHTS", 0)
    many = TfidfClassifier(sorted(set(golds)), TfidfOptions(), task="classification")
    many.fit(examples(golds), [])
    assert plain.basis is None
    assert many.basis is not None
    for one, other in zip(plain.predict(NEW), many.predict(NEW), strict=True):
        assert one.label == other.label
        assert one.scores == pytest.approx(other.scores, abs=5e-3)
        assert sum(other.scores.values()) == pytest.approx(1)
    many.save(tmp_path)
    loaded = TfidfClassifier.load(tmp_path)
    assert loaded.predict(NEW) == many.predict(NEW)


def test_the_multilabel_baseline_gives_the_same_probabilities_either_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    golds = [(*text.split()[:1], "always", *(["dos"] if "dos" in text else [])) for text in TEXTS]
    labels = sorted({label for gold in golds for label in gold} | {"never"})
    plain = TfidfMultilabel(labels, TfidfOptions(), task="multilabel")
    plain.fit(examples(golds), examples(golds))
    monkeypatch.setattr(tfidf, "MANY_WEIGHTS", 0)
    many = TfidfMultilabel(labels, TfidfOptions(), task="multilabel")
    many.fit(examples(golds), examples(golds))
    assert many.basis is not None
    for one, other in zip(plain.predict(NEW), many.predict(NEW), strict=True):
        assert one.scores == pytest.approx(other.scores, abs=5e-3)
        assert (other.scores["always"], other.scores["never"]) == (1.0, 0.0)
    many.save(tmp_path)
    loaded = TfidfMultilabel.load(tmp_path)
    assert loaded.predict(NEW) == many.predict(NEW)


@pytest.mark.corpora
@pytest.mark.slow
def test_a_real_corpus_of_many_codes_needs_few_numbers(real_corpora: Path) -> None:
    """Every third text of CANTEMIST, so that it takes seconds."""
    from tabib.data.load import load_corpus

    corpus = load_corpus("frasimed_cantemist_norm", data_dir=str(real_corpora))
    train = list({example.document.text: example for example in corpus.train}.values())[::3]
    model = TfidfClassifier(sorted({example.gold for example in train}), TfidfOptions(), task="classification")
    model.fit(train, [])
    assert model.basis is not None
    features = sum(len(part.vocabulary_) for part in model.vectorizers)
    assert model.coefficients.size < features * len(model.known) / 8
    predictions = model.predict([example.document for example in train])
    right = np.mean([one.label == example.gold for one, example in zip(predictions, train, strict=True)])
    assert right > 0.97
