"""The best constant answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabib.config.options import NoOptions
from tabib.core.examples import Document, Example
from tabib.core.predictions import NerPrediction, Scale, SimilarityPrediction, Status
from tabib.core.spans import Entity, split_words
from tabib.models.baselines.majority import (
    MajorityClassifier,
    MajorityMcqa,
    MajorityMultilabel,
    MajorityNer,
    MajoritySimilarity,
)


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
        NerPrediction("d", word_tags=("O",) * 4, word_confidences=(0.75,) * 4, word_outside=(0.75,) * 4),
        NerPrediction("e"),
    ]


def pairs(*golds: float) -> list[Example[float]]:
    return [Example(Document(f"d{index}", "x", second="y"), gold) for index, gold in enumerate(golds)]


def test_the_mean_similarity_of_train_on_the_corpus_s_scale() -> None:
    model = MajoritySimilarity([], NoOptions())
    model.fit(pairs(1.0, 2.0, 4.5), pairs(5.0))
    assert model.predict([Document("new", "a", second="b")]) == [SimilarityPrediction("new", 2.5)]


def test_a_similarity_without_training_data_is_on_no_scale_and_says_so() -> None:
    model = MajoritySimilarity([], NoOptions())
    model.fit([], [])
    (prediction,) = model.predict([Document("new", "a", second="b")])
    assert (prediction.value, prediction.scale) == (0.0, Scale.MODEL)
    assert prediction.detail == "no training data: 0"


def question(gold: str, options: int = 5, *, single: bool = False) -> Example[tuple[str, ...]]:
    return Example(Document(gold, "?", options=("x",) * options, single=single), tuple(gold))


def mcqa(*train: Example[tuple[str, ...]]) -> MajorityMcqa:
    model = MajorityMcqa(["A", "B", "C"], NoOptions())
    model.fit(train, [])
    return model


def letters(model: MajorityMcqa, options: int, *, single: bool) -> str:
    (prediction,) = model.predict([Document("new", "?", options=("x",) * options, single=single)])
    return "".join(prediction.letters)


def test_the_most_frequent_answer_of_questions_of_the_same_kind() -> None:
    model = mcqa(*(question("B", single=True) for _ in range(2)), *(question(gold) for gold in ("AC", "AC", "D")))
    assert letters(model, 5, single=True) == "B"
    assert letters(model, 5, single=False) == "AC"
    (prediction,) = model.predict([Document("new", "?", options=("x",) * 5)])
    assert prediction.confidence == pytest.approx(2 / 3)


def test_an_answer_beyond_the_options_of_the_question_is_not_given() -> None:
    model = mcqa(question("E", single=True), question("E", single=True), question("B", single=True))
    assert letters(model, 4, single=True) == "B"
    assert letters(model, 5, single=True) == "E"


def test_questions_of_a_kind_that_train_lacks_get_an_answer_of_the_other_kind() -> None:
    several = mcqa(question("AC"), question("AC"), question("D"))
    assert letters(several, 5, single=True) == "D"
    assert letters(mcqa(question("C", single=True)), 5, single=False) == "C"


@pytest.mark.parametrize(
    ("train", "detail"),
    [((), "no training data: the first option"), (("AC",), "no training answer fits: the first option")],
)
def test_the_first_option_where_train_says_nothing(train: tuple[str, ...], detail: str) -> None:
    (prediction,) = mcqa(*map(question, train)).predict([Document("n", "?", options=("x", "y"), single=True)])
    assert (prediction.letters, prediction.confidence, prediction.detail) == (("A",), None, detail)


def test_a_question_without_options_has_failed() -> None:
    (prediction,) = mcqa(question("A")).predict([Document("n", "?")])
    assert (prediction.letters, prediction.status) == ((), Status.FAILED)


def test_constants_come_back_from_disk(tmp_path: Path) -> None:
    documents = [Document("s", "?", options=("x", "y"), single=True), Document("m", "?", options=("x", "y", "z"))]
    for kind, model in (
        ("mcqa", mcqa(question("A", single=True), question("BC"))),
        ("similarity", mean_of_train()),
    ):
        (tmp_path / kind).mkdir()
        model.save(tmp_path / kind)
        assert type(model).load(tmp_path / kind).predict(documents) == model.predict(documents)


def mean_of_train() -> MajoritySimilarity:
    model = MajoritySimilarity([], NoOptions())
    model.fit(pairs(1.0, 2.0), [])
    return model
