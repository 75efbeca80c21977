"""A real but minute head, task and data, so that training can be tested in milliseconds a step.

Not a test module: ``conftest.py`` hands it to the tests, and ``killed_run.py`` imports it in a process of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from tabib.config.schema import Schema
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import ClassificationPrediction
from tabib.core.scores import Score, Scores
from tabib.models.heads.base import Head
from tabib.models.trainable import Batch, Encoded, Features, Output
from tabib.tasks.base import Resampling, Task, count_items

LABELS = ("calm", "urgent")


class TinyOptions(Schema):
    dropout: float = 0.2


@dataclass(slots=True)
class Row(Features):
    target: int | None = None


class Bag(Head):
    """The mean of character embeddings, dropout, a linear layer. Documents labelled ``unknown`` are lost."""

    explodes_at: int | None = None
    """The forward pass in training mode whose loss is infinite."""

    def __init__(self, options: TinyOptions | None = None, task: str = "tiny") -> None:
        encoder = nn.Module()
        encoder.add_module("embedding", nn.Embedding(128, 16))
        super().__init__(encoder, task, LABELS, options or TinyOptions())  # type: ignore[arg-type]
        self.norm = nn.LayerNorm(16)
        self.dropout = nn.Dropout(self.options.dropout)
        self.linear = nn.Linear(16, len(LABELS))
        self.passes = 0
        self.tuned = 0

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        encoded = Encoded([])
        for index, document in enumerate(documents):
            ids = [min(ord(letter), 127) for letter in document.text]
            if gold is not None and gold[index] not in LABELS:
                encoded.lost.append(Lost(document.id, gold[index], LossReason.UNKNOWN_LABEL))
                continue
            encoded.features.append(Row(index, ids, None if gold is None else LABELS.index(gold[index])))
        return encoded

    def collate(self, features: Sequence[Row]) -> Batch:
        longest = max(row.length for row in features)
        ids = torch.tensor([row.input_ids + [0] * (longest - row.length) for row in features])
        batch: Batch = {"ids": ids, "mask": ids > 0}
        if all(row.target is not None for row in features):
            batch["targets"] = torch.tensor([row.target for row in features])
        return batch

    def forward(self, batch: Batch) -> Output:
        mask = batch["mask"].unsqueeze(-1)
        states = self.backbone.embedding(batch["ids"]) * mask  # type: ignore[operator]
        logits = self.linear(self.dropout(self.norm(states.sum(1) / mask.sum(1))))
        if "targets" not in batch:
            return Output(None, logits)
        loss = nn.functional.cross_entropy(logits.float(), batch["targets"])
        self.passes += 1
        return Output(loss * float("inf") if self.passes == self.explodes_at else loss, logits)

    def decode(self, logits: Any, features: Sequence[Row]) -> list[Any]:  # noqa: ARG002
        return list(logits.float().softmax(-1).tolist())

    def assemble(self, document: Document, features: Sequence[Row], pieces: Sequence[Any]) -> Any:  # noqa: ARG002
        scores = dict(zip(LABELS, pieces[0], strict=True))
        label = max(scores, key=lambda name: scores[name])
        return ClassificationPrediction(document.id, label, scores[label], scores)

    def tune(self, gold: Sequence[Any], predictions: Sequence[Any]) -> None:
        assert len(gold) == len(predictions)
        self.tuned += 1

    def state(self) -> dict[str, Any]:
        return {"tuned": self.tuned}

    def restore(self, state: dict[str, Any]) -> None:
        self.tuned = state["tuned"]

    @classmethod
    def options_type(cls) -> type:
        return TinyOptions


class TinyTask(Task[str, ClassificationPrediction]):
    """Accuracy, the share of errors, and a metric that is never defined."""

    name = "tiny"
    primary = "accuracy"
    aliases = {"acc": "accuracy"}  # noqa: RUF012
    prediction_type = ClassificationPrediction

    def _score(self, references: Any, predictions: Any, labels: Sequence[str], resampling: Resampling) -> Scores:
        assert resampling.n == 0, "no intervals are needed to choose weights"
        assert not references or tuple(labels) == LABELS
        pairs = list(zip(references, predictions, strict=True))
        accuracy = sum(gold.gold == guess.label for gold, guess in pairs) / max(1, len(pairs))
        metrics = {
            "accuracy": Score(accuracy),
            "errors": Score(1 - accuracy),
            "nothing": Score(None, "never defined"),
        }
        return Scores(self.name, self.primary, metrics, items=count_items(predictions))

    def _gold_answer(self, gold: str) -> str:
        return gold

    def _answer(self, prediction: ClassificationPrediction) -> str | None:
        return prediction.label

    def gold_to_json(self, gold: str) -> Any:
        return gold

    def gold_from_json(self, row: Any) -> str:
        return str(row)

    def gold_labels(self, gold: str) -> tuple[str, ...]:
        return (gold,)


TASK = TinyTask()


def head(seed: int = 0, **options: Any) -> Bag:
    torch.manual_seed(seed)
    return Bag(TinyOptions(**options))


def examples(n: int, seed: int = 0) -> list[Example[str]]:
    """Texts of 3 to 30 letters; urgent ones hold more vowels."""
    draw = random.Random(seed)
    rows = []
    for index in range(n):
        label = draw.choice(LABELS)
        letters = "aeiouxyz" if label == "urgent" else "bcdfgaex"
        text = "".join(draw.choices(letters, k=draw.randint(3, 30)))
        rows.append(Example(Document(f"d{seed}-{index}", text), label))
    return rows
