"""The contract between a model that is trained by steps and the training loop."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from tabib.core.examples import Document, Example, Lost
from tabib.models.base import Model

Batch = dict[str, Any]
"""Tensors by name (and, rarely, plain lists); moved to the model's device by ``to_device``."""


@dataclass(slots=True)
class Features:
    """One row of a batch: a document, or one window of it.

    Args:
        document: index of the document in the sequence that was encoded.
        input_ids: sub-token ids with the special ones; never longer than the model reads.
    """

    document: int
    input_ids: list[int]

    @property
    def length(self) -> int:
        """Sub-tokens, what a batch's token budget counts."""
        return len(self.input_ids)


@dataclass(slots=True)
class Output:
    """What ``forward`` returns: ``loss`` (a scalar, None without gold) and whatever the model reads of it."""

    loss: Tensor | None
    logits: Any


@dataclass(slots=True)
class Encoded:
    """Rows ready to be batched, and the gold that this model cannot learn from."""

    features: list[Any]
    lost: list[Lost] = field(default_factory=list)


class Trainable(nn.Module, Model):
    """A model with gradient steps. A subclass gives ``encode``, ``collate`` and ``forward``, and predicts.

    It is built after the seed is set, so that its initial weights follow from the seed.

    Args:
        task: the task's name, for models that serve several.
        labels: the label set of train and dev, sorted.
        options: an instance of the schema that the registry names for this model.
    """

    def __init__(self, task: str, labels: Sequence[str], options: Any) -> None:
        super().__init__()
        self.task = task
        self.labels = tuple(labels)
        self.options = options

    # What a model must give ------------------------------------------------------------------------------

    @abstractmethod
    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        """Rows for all documents, in order; with targets where ``gold`` (one per document) is given."""

    @abstractmethod
    def collate(self, features: Sequence[Any]) -> Batch:
        """Pad rows into one batch, on the CPU; targets only if every row has them."""

    @abstractmethod
    def forward(self, batch: Batch) -> Output:
        """Loss (where the batch has targets) and logits. The loss is a mean over what the batch holds."""

    # What a model may give -------------------------------------------------------------------------------

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        """Statistics of the training data that the loss needs (class weights); called once before training."""

    def tune(self, gold: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Set thresholds from dev: aligned gold and predictions. Called before each dev score and at the end."""

    def decide(self, predictions: Sequence[Any]) -> list[Any]:
        """The same predictions under the thresholds as they are now, without reading the texts again."""
        return list(predictions)

    def loss_weight(self, features: Sequence[Any]) -> float:
        """What the loss of these rows is a mean over, so that accumulated batches weigh as one: rows by default.

        A model whose loss is a mean over something else (words, class weights) says here how much of it there is.
        """
        return float(len(features))

    def state(self) -> dict[str, Any]:
        """What was tuned or counted and is not in the weights, as JSON types; ``restore`` gets it back."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what ``state`` returned."""

    def pretrained_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Named parameters that learn with the encoder's rate; all others are new."""
        yield from ()

    def learnt(self) -> dict[str, Tensor]:
        """The tensors that training changes: what a checkpoint keeps."""
        return self.state_dict()

    def load_learnt(self, weights: Mapping[str, Tensor]) -> None:
        """Take back what ``learnt`` returned."""
        self.load_state_dict(weights)

    def remarks(self) -> tuple[str, ...]:
        """What a reader of the training has to know of the rows that ``encode`` made, one sentence each."""
        return ()

    def parameter_counts(self) -> tuple[int, int]:
        """Parameters that are trained, and all of them."""
        sizes = [(parameter.numel(), parameter.requires_grad) for parameter in self.parameters()]
        return sum(size for size, trained in sizes if trained), sum(size for size, _ in sizes)

    # What the loop uses ----------------------------------------------------------------------------------

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def to_device(self, batch: Batch) -> Batch:
        return {
            name: value.to(self.device, non_blocking=True) if isinstance(value, Tensor) else value
            for name, value in batch.items()
        }
