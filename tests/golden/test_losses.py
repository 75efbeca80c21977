"""The losses of ten steps are what they were when ``losses.json`` was written: a refactor changes no number.

The weights are drawn here, not by the encoder's library, so that only our code and torch's arithmetic matter.
After a change that is meant to change them: ``TABIB_WRITE_GOLDEN=1 pytest tests/golden``; the commit says why.
"""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.training import TrainingConfig
from tabib.core.examples import Document, Example
from tabib.core.spans import Entity, split_words
from tabib.models.build import build_model
from tabib.registry import models, resolve
from tabib.tasks.load import get_task
from tabib.training.events import Silent, Step
from tabib.training.fit import fit

GOLDEN = Path(__file__).with_name("losses.json")
TEXTS = (
    "Fièvre à 39,2 depuis deux jours.",
    "Pas de douleur thoracique.",
    "Le patient prend du paracétamol et de l'amoxicilline.",
    "Toux sèche la nuit",
    "Rash on both arms after penicillin.",
    "Follow-up in 3 weeks.",
    "Ból głowy i gorączka, bez wymiotów.",
    "Aspirine 100 mg/j",
)
ENTITIES = (
    (("SIGN", 0, 6),),
    (("SIGN", 7, 25), ("SITE", 15, 25)),  # one inside another
    (("DRUG", 20, 31), ("DRUG", 40, 52)),
    (("SIGN", 0, 10),),
    (("SIGN", 0, 4), ("SITE", 13, 17), ("DRUG", 24, 34)),
    (),
    (("SIGN", 0, 9), ("SIGN", 12, 20), ("SIGN", 26, 34)),
    (("DRUG", 0, 8),),
)
CLASSES = ("urgent", "calm", "calm", "calm", "urgent", "calm", "urgent", "calm")
SIMILARITIES = (2.0, 0.5, 4.0, 5.0, 1.0, 0.0, 3.5, 2.5)
OPTIONS = ("fever", "no fever", "pain", "a drug")
ANSWERS = (("A",), ("B",), ("D",), ("A", "C"), ("C",), ("A",), ("A", "B"), ("C",))  # one is right, or two are
TOPICS = (("sign",), ("sign", "site"), ("drug",), ("sign",), ("drug", "sign", "site"), (), ("sign",), ("drug",))
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "text": ("text", "classification", {}),
    "multilabel": ("text", "multilabel", {"pooling": "cls", "focal_gamma": 2.0}),
    "token_ner": ("token_ner", "ner_token", {}),
    "span_ner": ("span_ner", "ner_span", {"lstm_hidden_size": 8, "lstm_layers": 2, "biaffine_size": 8}),
    "pair": ("pair", "similarity", {}),
    "bi_encoder": ("bi_encoder", "similarity", {}),
    "multiple_choice": ("multiple_choice", "mcqa", {"pooling": "cls"}),
    "span_ner without CRF": ("span_ner", "ner_span", {"lstm_layers": 0, "biaffine_size": 8, "use_crf": False}),
}


class Losses(Silent):
    def __init__(self) -> None:
        self.losses: list[float] = []

    def step(self, step: Step) -> None:
        self.losses.append(step.loss)


def examples(task: str) -> list[Example[Any]]:
    if task == "similarity":
        return [
            Example(Document(f"d{index}", text, second=TEXTS[index - 3]), SIMILARITIES[index])
            for index, text in enumerate(TEXTS)
        ]
    if task == "mcqa":
        return [
            Example(Document(f"d{i}", text, options=OPTIONS[: 4 - i % 2], single=len(ANSWERS[i]) == 1), ANSWERS[i])
            for i, text in enumerate(TEXTS)
        ]
    gold: Any = {"classification": CLASSES, "multilabel": TOPICS}.get(task)
    if gold is None:
        gold = [tuple(Entity.of(*entity) for entity in row) for row in ENTITIES]
    if task == "ner_token":  # flat
        gold = [row[:1] for row in gold]
    return [
        Example(Document(f"d{index}", text, split_words(text)), gold[index]) for index, text in enumerate(TEXTS)
    ]


def draw_weights(head: Any) -> None:
    for name, parameter in head.named_parameters():
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        with torch.no_grad():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)


def losses_of(name: str, encoder: Path, folder: Path) -> list[float]:
    model, task_name, options = CASES[name]
    task, entry, train = get_task(task_name), models()[model], examples(task_name)
    labels = sorted({label for example in train for label in task.gold_labels(example.gold)})
    head = build_model(
        entry, task_name, labels, resolve(entry.options)(max_length=64, **options), weights=encoder, seed=7
    )
    draw_weights(head)
    config = TrainingConfig(
        max_steps=10, per_device_train_batch_size=3, learning_rate=1e-3, gradient_accumulation_steps=2
    )
    observer = Losses()
    fit(head, train, [], config, task=task, seed=7, folder=folder, observer=observer)
    return observer.losses


@pytest.mark.skipif(torch.cuda.is_available(), reason="the golden losses were made on a CPU")
@pytest.mark.parametrize("name", CASES)
def test_losses_are_what_they_were(name: str, tiny_encoder: Path, tmp_path: Path) -> None:
    losses = losses_of(name, tiny_encoder, tmp_path)
    golden = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    if os.environ.get("TABIB_WRITE_GOLDEN"):
        golden[name] = losses
        GOLDEN.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
    # Processors with other vector units add in another order; a change of the method is far larger.
    assert losses == pytest.approx(golden[name], rel=1e-6)
