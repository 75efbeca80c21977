"""TF-IDF with a linear model: equal to scikit-learn's own pipeline, before and after it was saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from tabib.config.options import TfidfOptions
from tabib.core.errors import DataError
from tabib.core.examples import Document, Example
from tabib.core.predictions import Scale
from tabib.models.baselines.tfidf import TfidfClassifier, TfidfMultilabel, TfidfSimilarity, new_vectorizers

TEXTS = ["toux et fièvre", "douleur au genou", "fièvre à 39", "prise de sang", "toux grasse", "genou gonflé"]
NEW = ["une toux", "le genou droit", "", "inconnu", "sang et fièvre"]


def examples(golds: list[Any]) -> list[Example[Any]]:
    return [
        Example(Document(f"d{i}", text), gold) for i, (text, gold) in enumerate(zip(TEXTS, golds, strict=True))
    ]


def documents(texts: list[str]) -> list[Document]:
    return [Document(f"n{index}", text) for index, text in enumerate(texts)]


def probabilities(model: Any, labels: list[str]) -> Any:
    return np.array([[p.scores[label] for label in labels] for p in model.predict(documents(NEW))])


@pytest.mark.parametrize("golds", [list("ABACAB"), list("ABAAAB")])
def test_classification_equals_scikit_learn_also_from_disk(golds: list[str], tmp_path: Path) -> None:
    labels = sorted(set(golds))
    model = TfidfClassifier(labels, TfidfOptions(), task="classification")
    model.fit(examples(golds), [])
    oracle = make_pipeline(make_union(*new_vectorizers(TfidfOptions())), LogisticRegression(C=10.0, max_iter=1000))
    expected = oracle.fit(TEXTS, golds).predict_proba(NEW)
    assert probabilities(model, labels) == pytest.approx(expected, abs=1e-6)
    model.save(tmp_path)
    loaded = TfidfClassifier.load(tmp_path)
    assert loaded.predict(documents(NEW)) == model.predict(documents(NEW))
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".pkl", ".joblib")]


def test_multilabel_equals_scikit_learn_also_from_disk(tmp_path: Path) -> None:
    golds: list[Any] = [("a",), ("b",), ("a", "b"), (), ("a",), ("b",)]
    model = TfidfMultilabel(["a", "b"], TfidfOptions(), task="multilabel")
    model.fit(examples(golds), examples(golds))
    oracle = make_pipeline(
        make_union(*new_vectorizers(TfidfOptions())),
        OneVsRestClassifier(
            LogisticRegression(C=10.0, solver="liblinear", dual=True, max_iter=1000, random_state=0)
        ),
    )
    truth = np.array([[label in gold for label in "ab"] for gold in golds])
    expected = oracle.fit(TEXTS, truth).predict_proba(NEW)
    assert probabilities(model, ["a", "b"]) == pytest.approx(expected, abs=1e-6)
    model.save(tmp_path)
    loaded = TfidfMultilabel.load(tmp_path)
    assert loaded.threshold == model.threshold
    assert loaded.predict(documents(NEW)) == model.predict(documents(NEW))


def test_the_threshold_is_chosen_on_dev() -> None:
    model = TfidfMultilabel(["a", "b"], TfidfOptions(), task="multilabel")
    model.fit(examples([("a",), ("b",), ("a",), (), ("a",), ("b",)]), examples([("a", "b")] * 6))
    assert model.threshold < 0.5
    assert all(prediction.labels == ("a", "b") for prediction in model.predict(documents(TEXTS)))


def test_labels_with_nothing_to_learn_keep_their_share() -> None:
    model = TfidfMultilabel(["all", "none", "some"], TfidfOptions(), task="multilabel")
    model.fit(examples([("all",), ("all", "some"), ("all",), ("all",), ("all",), ("all",)]), [])
    (prediction,) = model.predict(documents(["toux"]))
    assert (prediction.scores["all"], prediction.scores["none"]) == (1.0, 0.0)


def test_a_label_that_only_dev_has_gets_probability_nought() -> None:
    model = TfidfClassifier(["A", "B", "DEV"], TfidfOptions(), task="classification")
    model.fit(examples(list("ABABAB")), [])
    assert all(prediction.scores["DEV"] == 0.0 for prediction in model.predict(documents(NEW)))


def test_one_label_alone_is_always_the_answer() -> None:
    model = TfidfClassifier(["A"], TfidfOptions(), task="classification")
    model.fit(examples(["A"] * 6), [])
    assert [(p.label, p.confidence) for p in model.predict(documents(["toux"]))] == [("A", 1.0)]


def test_texts_without_words_are_an_error() -> None:
    model = TfidfClassifier(["A", "B"], TfidfOptions(), task="classification")
    with pytest.raises(DataError, match="no word in the 2 training texts"):
        model.fit([Example(Document("a", " "), "A"), Example(Document("b", ""), "B")], [])


def test_no_documents_no_predictions() -> None:
    model = TfidfClassifier(["A", "B"], TfidfOptions(), task="classification")
    model.fit(examples(list("ABABAB")), [])
    assert model.predict([]) == []


def test_similarity_is_the_cosine_of_scikit_learn_s_vectors_also_from_disk(tmp_path: Path) -> None:
    """Fitted on both texts of the pairs of train; gold plays no part."""
    pairs = list(zip(TEXTS[::2], TEXTS[1::2], strict=True))
    train = [Example(Document(f"d{i}", first, second=second), float(i)) for i, (first, second) in enumerate(pairs)]
    model = TfidfSimilarity([], TfidfOptions(), task="similarity")
    model.fit(train, [])
    union = make_union(*new_vectorizers(TfidfOptions())).fit(TEXTS)
    expected = cosine_similarity(union.transform(NEW), union.transform(NEW[::-1])).diagonal()
    new = [Document(f"n{i}", one, second=two) for i, (one, two) in enumerate(zip(NEW, NEW[::-1], strict=True))]
    model.save(tmp_path)
    for fitted in (model, TfidfSimilarity.load(tmp_path)):
        predictions = fitted.predict(new)
        assert [prediction.value for prediction in predictions] == pytest.approx(expected.tolist())
        assert {prediction.scale for prediction in predictions} == {Scale.MODEL}
    assert (expected[2], max(expected) > 0) == (0, True)  # two empty texts
    assert fitted.predict([]) == []
