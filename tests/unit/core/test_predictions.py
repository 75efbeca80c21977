"""Predictions survive their way to disk and back."""

from __future__ import annotations

from tabib.core.predictions import MultilabelPrediction


def test_small_probabilities_keep_their_order() -> None:
    scores = {"a": 1.2345678e-9, "b": 1.2345e-9, "c": 0.12345678}
    back = MultilabelPrediction.from_json(MultilabelPrediction("1", (), scores=scores).to_json()).scores
    assert back == {"a": 1.234568e-9, "b": 1.2345e-9, "c": 0.1234568}
