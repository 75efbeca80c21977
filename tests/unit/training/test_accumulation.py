"""Every head says rightly what its loss is a mean over, so that accumulated batches weigh as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.data.load import load_corpus, training_labels
from tabib.models.build import build_model
from tabib.registry import models, resolve

CASES = [
    ("text", "mini_triage_fr", {}),
    ("text", "mini_triage_fr", {"class_weights": "balanced"}),
    ("text", "mini_topics_fr", {}),
    ("text", "mini_topics_fr", {"positive_weight_cap": 5, "focal_gamma": 2}),
    ("token_ner", "mini_ner_token_fr", {}),
    ("span_ner", "mini_ner_fr", {"lstm_hidden_size": 8, "lstm_layers": 1, "biaffine_size": 8}),
    ("span_ner", "mini_ner_fr", {"lstm_layers": 0, "biaffine_size": 8, "use_crf": False}),
]


@pytest.mark.parametrize(("name", "corpus_name", "options"), CASES)
def test_the_loss_of_a_batch_is_the_weighted_mean_of_its_parts(
    tiny_encoder: Path, name: str, corpus_name: str, options: dict[str, Any]
) -> None:
    corpus = load_corpus(corpus_name)
    entry = models()[name]
    head: Any = build_model(
        entry,
        corpus.task,
        training_labels(corpus),
        resolve(entry.options)(max_length=60, **options),
        weights=tiny_encoder,
        seed=0,
    )
    head.eval()  # no dropout
    head.prepare(corpus.train)
    train = corpus.train[:12]
    rows = head.encode([one.document for one in train], [one.gold for one in train]).features
    parts = [rows[:2], rows[2:7], rows[7:]]

    def loss(part: Any) -> float:
        with torch.inference_mode():
            return float(head(head.collate(part)).loss)

    weights = [head.loss_weight(part) for part in parts]
    assert sum(weights) == pytest.approx(head.loss_weight(rows))
    mean = sum(weight * loss(part) for weight, part in zip(weights, parts, strict=True)) / sum(weights)
    assert mean == pytest.approx(loss(rows), rel=1e-4)
    assert mean != pytest.approx(sum(map(loss, parts)) / len(parts), rel=1e-4), "else this shows nothing"
