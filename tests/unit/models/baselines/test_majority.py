"""The best constant answers."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.config.options import NoOptions
from tabib.core.examples import Document, Example
from tabib.core.predictions import NerPrediction
from tabib.core.spans import Entity, split_words
from tabib.models.baselines.majority import MajorityClassifier, MajorityMultilabel, MajorityNer


def examples(*golds: Any) -> list[Example[Any]]:
    return [Example(Document(f"d{index}", "x"), gold) for index, gold in enumerate(golds)]


def test_the_most_frequent_label_with_its_share() -> None:
    model = MajorityClassifier(["A", "B", "C"], NoOptions())
    model.fit(examples("B", "A", "B", "B"), examples("C", "C", "C", "C", "C"))
    (prediction,) = model.predict([Document("new", "y")])
    assert (prediction.label, prediction.confidence) == ("B", 0.75)
    assert prediction.scores == {"A": 0.25, "B": 0.75, "C": 0.0}


def test_of_equally_frequent_labels_the_first() -> None:
    model = MajorityClassifier(["A", "B"], NoOptions())
    model.fit(examples("B", "A"), [])
    assert model.predict([Document("new", "y")])[0].label == "A"


def test_labels_of_at_least_half_of_the_documents() -> None:
    model = MajorityMultilabel(["a", "b", "c"], NoOptions())
    model.fit(examples(("a", "b"), ("a",), ("b",), ("a", "c")), [])
    (prediction,) = model.predict([Document("new", "y")])
    assert prediction.labels == ("a", "b")
    assert prediction.confidence == pytest.approx(0.75 * 0.5 * 0.75)


def test_the_most_frequent_label_where_none_has_half() -> None:
    model = MajorityMultilabel(["a", "b"], NoOptions())
    model.fit(examples((), (), (), ("b",)), [])
    assert model.predict([Document("new", "y")])[0].labels == ("b",)


def test_no_entity_and_outside_with_its_share() -> None:
    text = "toux et fièvre hier"
    document = Document("d", text, split_words(text))
    model = MajorityNer(["DISO"], NoOptions())
    model.fit([Example(document, (Entity.of("DISO", 0, 4),))], [])
    assert model.predict([document, Document("e", text)]) == [
        NerPrediction("d", word_tags=("O",) * 4, word_confidences=(0.75,) * 4),
        NerPrediction("e"),
    ]
