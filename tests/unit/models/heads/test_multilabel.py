"""Several labels per document: the loss by hand, and the threshold that follows dev."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.options import TextOptions
from tabib.core.examples import Document, Example, LossReason
from tabib.models.backbone import Backbone
from tabib.models.heads.multilabel import MultilabelClassifier
from tabib.models.thresholds import decide


def make(folder: Path, **options: Any) -> MultilabelClassifier:
    torch.manual_seed(0)
    backbone = Backbone.from_folder(folder)
    return MultilabelClassifier(backbone, "multilabel", ("a", "b", "c"), TextOptions(**options)).eval()


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


LOGITS, TARGETS = torch.tensor([[2.0, -1.0, 0.5]]), torch.tensor([[1.0, 0.0, 0.0]])
TRUTH = [sigmoid(2.0), 1 - sigmoid(-1.0), 1 - sigmoid(0.5)]


def test_the_loss_is_binary_cross_entropy(tiny_encoder: Path) -> None:
    expected = -sum(log(p) for p in TRUTH) / 3
    assert make(tiny_encoder).loss(LOGITS, TARGETS).item() == pytest.approx(expected)


def test_focal_loss_counts_what_is_sure_less(tiny_encoder: Path) -> None:
    expected = -sum((1 - p) ** 2 * log(p) for p in TRUTH) / 3
    assert make(tiny_encoder, focal_gamma=2.0).loss(LOGITS, TARGETS).item() == pytest.approx(expected)


def test_focal_loss_has_a_finite_gradient_where_all_is_sure(tiny_encoder: Path) -> None:
    logits = torch.full((1, 3), 100.0, requires_grad=True)
    make(tiny_encoder, focal_gamma=0.5).loss(logits, torch.ones(1, 3)).backward()
    assert torch.isfinite(logits.grad).all()


def test_positives_are_weighted_up_to_the_cap(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, positive_weight_cap=4.0)
    gold = [("a",), ("a",), ("a", "b"), (), (), (), (), (), (), ()]  # c is in dev only
    head.prepare([Example(Document(str(index), "x"), labels) for index, labels in enumerate(gold)])
    assert head.positive_weights.tolist() == pytest.approx([7 / 3, 4.0, 1.0])
    expected = -(7 / 3 * log(TRUTH[0]) + log(TRUTH[1]) + log(TRUTH[2])) / 3
    assert head.loss(LOGITS, TARGETS).item() == pytest.approx(expected)


def test_the_threshold_follows_dev_and_is_kept(tiny_encoder: Path) -> None:
    head = make(tiny_encoder)
    predictions = [
        decide("x", {"a": 0.3, "b": 0.1, "c": 0.1}, 0.5),
        decide("y", {"a": 0.1, "b": 0.4, "c": 0.1}, 0.5),
    ]
    assert [prediction.labels for prediction in predictions] == [(), ()]
    head.tune([("a",), ("b",)], predictions)
    assert head.threshold == pytest.approx(0.2)
    assert [prediction.labels for prediction in head.decide(predictions)] == [("a",), ("b",)]
    other = make(tiny_encoder)
    other.restore(head.state())
    assert other.threshold == head.threshold


def test_the_threshold_stays_where_tuning_is_off(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, tune_threshold=False)
    head.tune([("a",)], [decide("x", {"a": 0.3, "b": 0.1, "c": 0.1}, 0.5)])
    assert head.threshold == 0.5


def test_at_least_one_label_where_asked_for(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, at_least_one_label=True)
    head.threshold = 1.5
    (prediction,) = head.predict([Document("d", "toux")])
    assert len(prediction.labels) == 1


def test_an_unknown_label_is_lost_and_the_others_are_learnt(tiny_encoder: Path) -> None:
    encoded = make(tiny_encoder).encode([Document("d", "x")], [("a", "z")])
    assert encoded.features[0].target == [1.0, 0.0, 0.0]
    assert [(item.label, item.reason) for item in encoded.lost] == [("z", LossReason.UNKNOWN_LABEL)]
