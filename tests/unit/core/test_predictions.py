"""Predictions survive their way to disk and back."""

from __future__ import annotations

from tabib.core.predictions import MultilabelPrediction, NerPrediction


def test_small_probabilities_keep_their_order() -> None:
    scores = {"a": 1.2345678e-9, "b": 1.2345e-9, "c": 0.12345678}
    back = MultilabelPrediction.from_json(MultilabelPrediction("1", (), scores=scores).to_json()).scores
    assert back == {"a": 1.234568e-9, "b": 1.2345e-9, "c": 0.1234568}


def test_what_is_said_of_words_comes_back_and_may_be_absent() -> None:
    prediction = NerPrediction("d", word_outside=(0.123456789, None))
    assert NerPrediction.from_json(prediction.to_json()).word_outside == (0.1234568, None)
    before = {"id": "d", "status": "ok", "entities": []}  # as it was written before there was the field
    assert NerPrediction.from_json(before) == NerPrediction("d")
    assert NerPrediction("d").to_json() == before
