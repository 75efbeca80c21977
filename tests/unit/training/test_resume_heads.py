"""The real heads, too, go on after an interruption to the same bits, with what they counted and tuned."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.training import TrainingConfig
from tabib.core.errors import Interrupted
from tabib.core.examples import without_gold
from tabib.data.load import load_corpus, training_labels
from tabib.models.build import build_model
from tabib.registry import models, resolve
from tabib.tasks.load import get_task
from tabib.training.fit import fit

CASES = [
    ("text", "mini_triage_fr", {"class_weights": "balanced"}),
    ("text", "mini_topics_fr", {"positive_weight_cap": 5}),
    ("pair", "mini_pairs_fr", {}),
    ("bi_encoder", "mini_pairs_fr", {"dropout": 0.1}),
    ("multiple_choice", "mini_mcqa_fr", {}),
    ("token_ner", "mini_ner_token_fr", {}),
    ("span_ner", "mini_ner_fr", {"lstm_hidden_size": 8, "lstm_layers": 2, "biaffine_size": 8, "layer_mix": 2}),
]


@pytest.mark.parametrize(("name", "corpus_name", "options"), CASES)
def test_interrupted_and_gone_on(
    tiny_encoder: Path, tmp_path: Path, recorder: Any, name: str, corpus_name: str, options: dict[str, Any]
) -> None:
    corpus = load_corpus(corpus_name)
    entry, train, dev = models()[name], corpus.train[:24], corpus.dev[:8]
    config = TrainingConfig(
        max_steps=6,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=2,
        learning_rate=0.01,
        eval_steps=2,
    )

    def run(folder: str, observer: Any = None) -> Any:
        head = build_model(
            entry,
            corpus.task,
            training_labels(corpus),
            resolve(entry.options)(max_length=60, **options),
            weights=tiny_encoder,
            seed=5,
        )
        report = fit(
            head,
            train,
            dev,
            config,
            task=get_task(corpus.task),
            seed=5,
            folder=tmp_path / folder,
            observer=observer,
        )
        return head, report

    def interrupt(step: Any) -> None:
        if step.step == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    recorder.step = interrupt
    whole, report = run("whole")
    with pytest.raises(Interrupted):
        run("cut", recorder)
    resumed, again = run("cut")
    for (parameter, one), other in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(one, other), parameter
    assert resumed.state() == whole.state()
    assert [row.score for row in again.history] == [row.score for row in report.history]
    documents = without_gold(dev)
    assert resumed.predict(documents) == whole.predict(documents)
