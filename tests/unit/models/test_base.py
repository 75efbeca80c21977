"""Whole documents in, whole documents out, whatever a model sees of them at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tabib.config.options import DictionaryOptions, TokenNerOptions
from tabib.config.preprocessing import WHOLE, Preprocessing
from tabib.core.examples import Document, Example
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity, split_words
from tabib.models.base import Model, Progress
from tabib.models.build import build_model, load_model, save_model
from tabib.registry import models

TEXT = "Patient\nfièvre élevée\n\ntoux"
DOCUMENTS = [Document("a", TEXT), Document("blank", " \n"), Document("b", "toux")]
LINE = Preprocessing(unit="line")


class FirstWord(Model):
    """Finds the first word of all that it is given."""

    task = "ner_span"
    labels = ("S",)

    def __init__(self, preprocessing: Preprocessing = WHOLE) -> None:
        self.preprocessing = preprocessing
        self.seen: list[Document] = []

    @classmethod
    def build(cls, *_: Any, **__: Any) -> FirstWord:
        return cls()

    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[NerPrediction]:
        self.seen = list(documents)
        predictions = []
        for index, document in enumerate(documents, start=1):
            entities = (
                (ScoredEntity(Entity("S", split_words(document.text)[:1])),) if document.text.strip() else ()
            )
            predictions.append(NerPrediction(document.id, entities))
            if progress is not None:
                progress(index, len(documents))
        return predictions

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> FirstWord:  # noqa: ARG003
        return cls()


def found(predictions: Sequence[NerPrediction], document: Document) -> list[str]:
    (prediction,) = (prediction for prediction in predictions if prediction.id == document.id)
    return [scored.entity.text(document.text) for scored in prediction.entities]


def test_without_preprocessing_a_model_sees_the_documents_themselves() -> None:
    model = FirstWord()
    predictions = model.annotate(DOCUMENTS)
    assert model.seen == DOCUMENTS
    assert [found(predictions, document) for document in DOCUMENTS] == [["Patient"], [], ["toux"]]


def test_a_model_sees_pieces_and_answers_for_documents() -> None:
    model = FirstWord(LINE)
    predictions = model.annotate(DOCUMENTS)
    assert [piece.text for piece in model.seen] == ["Patient", "fièvre élevée", "toux", "toux"]
    assert [prediction.id for prediction in predictions] == ["a", "blank", "b"]
    assert [found(predictions, document) for document in DOCUMENTS] == [
        ["Patient", "fièvre", "toux"],
        [],
        ["toux"],
    ]


def test_progress_counts_documents() -> None:
    told: list[tuple[int, int]] = []
    FirstWord(LINE).annotate(DOCUMENTS, lambda *progress: told.append(progress))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert FirstWord(LINE).annotate([]) == []


def test_a_model_is_kept_with_its_preprocessing(tmp_path: Path) -> None:
    model = build_model(
        models()["dictionary"],
        "ner_span",
        ["S"],
        DictionaryOptions(),
        weights=None,
        seed=0,
        preprocessing=Preprocessing(unit="window", size=8, overlap=2),
    )
    model.fit([Example(DOCUMENTS[0], (Entity.of("S", 8, 21),))], [])  # type: ignore[attr-defined]
    save_model(model, "dictionary", tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.preprocessing == model.preprocessing
    assert found(loaded.annotate(DOCUMENTS), DOCUMENTS[0]) == []
    assert found(loaded.predict(DOCUMENTS), DOCUMENTS[0]) == ["fièvre élevée"]


@pytest.mark.parametrize("own", [True, False])
def test_a_token_classifier_says_of_each_word_of_the_document_what_it_said_of_the_piece(
    own: bool, tiny_encoder: Path
) -> None:
    head = build_model(
        models()["token_ner"],
        "ner_token",
        ["S"],
        TokenNerOptions(max_length=32),
        weights=tiny_encoder,
        seed=0,
        preprocessing=LINE,
    )
    document = Document("d", TEXT, split_words(TEXT) if own else ())
    (prediction,) = head.annotate([document])
    pieces = head.predict([Document(line, line, split_words(line)) for line in TEXT.split("\n") if line])
    said = [tag for piece in pieces for tag in piece.word_tags]
    assert list(prediction.word_tags) == (said if own else [])
