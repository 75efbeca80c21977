"""One label per document: pooling, weights, truncation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.options import TextOptions
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import Status
from tabib.models.backbone import Backbone
from tabib.models.heads.pooled import pool
from tabib.models.heads.text import TextClassifier


def make(folder: Path, **options: Any) -> TextClassifier:
    torch.manual_seed(0)
    return TextClassifier(Backbone.from_folder(folder), "classification", ("A", "B", "C"), TextOptions(**options))


def test_pooling_reads_no_padding() -> None:
    hidden_BTH = torch.tensor([[[1.0, -4.0], [3.0, -2.0], [99.0, 99.0]]])
    mask_BT = torch.tensor([[1, 1, 0]])
    assert pool(hidden_BTH, mask_BT, "cls").tolist() == [[1.0, -4.0]]
    assert pool(hidden_BTH, mask_BT, "mean").tolist() == [[2.0, -3.0]]
    assert pool(hidden_BTH, mask_BT, "max").tolist() == [[3.0, -2.0]]


@pytest.mark.parametrize("pooling", ["cls", "mean", "max"])
def test_probabilities_sum_to_one_whatever_the_pooling(pooling: str, tiny_encoder: Path) -> None:
    (prediction,) = make(tiny_encoder, pooling=pooling).predict([Document("d", "toux")])
    assert sum(prediction.scores.values()) == pytest.approx(1)
    assert prediction.label == max(prediction.scores, key=lambda label: prediction.scores[label])
    assert prediction.confidence == prediction.scores[prediction.label]


def test_a_text_beyond_the_window_is_truncated_and_says_so(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, max_length=64)
    fits, beyond = head.predict([Document("a", "x" * 62), Document("b", "x" * 63)])
    assert (fits.status, fits.detail) == (Status.OK, "")
    assert (beyond.status, beyond.detail) == (Status.TRUNCATED, "62 of 63 sub-tokens were read")


def test_balanced_weights_are_those_of_scikit_learn(tiny_encoder: Path) -> None:
    import numpy as np
    from sklearn.utils.class_weight import compute_class_weight

    head = make(tiny_encoder, class_weights="balanced")
    gold = ["A", "A", "A", "B"]  # C is a label of dev only
    head.prepare([Example(Document(str(index), "x"), label) for index, label in enumerate(gold)])
    expected = compute_class_weight("balanced", classes=np.array(["A", "B"]), y=gold)
    assert head.class_weights.tolist() == pytest.approx([*expected, 1.0])


def test_the_weights_count_in_the_loss(tiny_encoder: Path) -> None:
    head = make(tiny_encoder, class_weights="balanced")
    logits = torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    targets = torch.tensor([0, 0])
    even = head.loss(logits, torch.tensor([0, 1])).item()
    head.class_weights.copy_(torch.tensor([3.0, 1.0, 1.0]))
    terms = -logits.log_softmax(-1)
    assert head.loss(logits, torch.tensor([0, 1])).item() == pytest.approx(
        ((3 * terms[0, 0] + terms[1, 1]) / 4).item()
    )
    assert even == pytest.approx(((terms[0, 0] + terms[1, 1]) / 2).item())
    assert head.loss(logits, targets).item() == pytest.approx(terms[:, 0].mean().item())


def test_a_label_that_is_not_known_cannot_be_learnt(tiny_encoder: Path) -> None:
    encoded = make(tiny_encoder).encode([Document("a", "x"), Document("b", "y")], ["A", "Z"])
    assert [row.document for row in encoded.features] == [0]
    assert encoded.lost == [Lost("b", "Z", LossReason.UNKNOWN_LABEL)]
