"""The contract between a head, the training loop and prediction.

Shape suffixes used in this package: B batch, T sub-tokens, W words, L labels, G tags, H hidden size, S span width.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tabib.core.errors import ModelError
from tabib.core.examples import Document, Example, Lost
from tabib.models.backbone import Backbone
from tabib.models.base import Model, Progress

Batch = dict[str, Any]
"""Tensors by name (and, rarely, plain lists); moved to the model's device by ``to_device``."""


@dataclass(slots=True)
class Features:
    """One row of a batch: a document, or one window of it.

    Args:
        document: index of the document in the sequence that was encoded.
        input_ids: sub-token ids with the special ones; never longer than the encoder reads.
    """

    document: int
    input_ids: list[int]

    @property
    def length(self) -> int:
        """Sub-tokens, what a batch's token budget counts."""
        return len(self.input_ids)


@dataclass(slots=True)
class Output:
    """What ``forward`` returns: ``loss`` (a scalar, None without gold) and whatever ``decode`` reads."""

    loss: Tensor | None
    logits: Any


@dataclass(slots=True)
class Encoded:
    """Rows ready to be batched, and the gold that this head cannot learn from."""

    features: list[Features]
    lost: list[Lost] = field(default_factory=list)


class Head(nn.Module, Model):
    """A pretrained encoder with what predicts on top of it.

    A subclass gives ``encode``, ``collate``, ``forward``, ``decode`` and ``assemble``. It is built after the
    seed is set, so that its initial weights follow from the seed.

    Args:
        backbone: encoder and tokeniser.
        task: the task's name, for heads that serve several.
        labels: the label set of train and dev, sorted.
        options: an instance of the schema that the registry names for this model.
    """

    predict_tokens: ClassVar[int] = 8192
    """Sub-tokens, padding included, in one batch of prediction."""

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: Any) -> None:
        super().__init__()
        self.backbone = backbone
        self.task = task
        self.labels = tuple(labels)
        self.options = options

    @classmethod
    def build(
        cls,
        task: str,
        labels: Sequence[str],
        options: Any,
        *,
        weights: Path | None,
        seed: int,  # noqa: ARG003 - new layers are drawn from torch's generator
    ) -> Self:
        assert weights is not None, "a head stands on a pretrained encoder"
        backbone = Backbone.from_folder(
            weights,
            max_length=options.max_length,
            attn_implementation=options.attn_implementation,
            gradient_checkpointing=options.gradient_checkpointing,
        )
        return cls(backbone, task, labels, options)

    # What a head must give -------------------------------------------------------------------------------

    @abstractmethod
    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        """Rows for all documents, in order; with targets where ``gold`` (one per document) is given."""

    @abstractmethod
    def collate(self, features: Sequence[Any]) -> Batch:
        """Pad rows into one batch, on the CPU; targets only if every row has them."""

    @abstractmethod
    def forward(self, batch: Batch) -> Output:
        """Loss (where the batch has targets) and logits. The loss is a mean over what the batch holds."""

    @abstractmethod
    def decode(self, logits: Any, features: Sequence[Any]) -> list[Any]:
        """One compact piece (plain Python or NumPy, no padding) for each row of the batch."""

    @abstractmethod
    def assemble(self, document: Document, features: Sequence[Any], pieces: Sequence[Any]) -> Any:
        """The prediction for a document from the pieces of its rows (none for a document without rows)."""

    # What a head may give --------------------------------------------------------------------------------

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        """Statistics of the training data that the loss needs (class weights); called once before training."""

    def tune(self, gold: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Set thresholds from dev: aligned gold and predictions. Called before each dev score and at the end."""

    def decide(self, predictions: Sequence[Any]) -> list[Any]:
        """The same predictions under the thresholds as they are now, without reading the texts again."""
        return list(predictions)

    def loss_weight(self, features: Sequence[Any]) -> float:
        """What the loss of these rows is a mean over, so that accumulated batches weigh as one: rows by default.

        A head whose loss is a mean over something else (words, class weights) says here how much of it there is.
        """
        return float(len(features))

    def state(self) -> dict[str, Any]:
        """What was tuned or counted and is not in the weights, as JSON types; ``restore`` gets it back."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what ``state`` returned."""

    # What the loop and prediction use --------------------------------------------------------------------

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def encoder_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Named parameters that were pretrained; all others are new layers."""
        for name, parameter in self.named_parameters():
            if name.startswith("backbone."):
                yield name, parameter

    def to_device(self, batch: Batch) -> Batch:
        return {
            name: value.to(self.device, non_blocking=True) if isinstance(value, Tensor) else value
            for name, value in batch.items()
        }

    @torch.inference_mode()
    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[Any]:
        """One prediction per document, in their order. Rows of like length share a batch."""
        was_training = self.training
        self.eval()
        try:
            return self._predict(documents, progress)
        finally:
            self.train(was_training)

    def _predict(self, documents: Sequence[Document], progress: Progress | None) -> list[Any]:
        features = self.encode(documents).features
        pieces: list[Any] = [None] * len(features)
        done = 0
        for batch_rows in batches_by_length([row.length for row in features], self.predict_tokens):
            rows = [features[index] for index in batch_rows]
            output = self(self.to_device(self.collate(rows)))
            for index, piece in zip(batch_rows, self.decode(output.logits, rows), strict=True):
                pieces[index] = piece
            done += len(rows)
            if progress is not None:
                progress(done * len(documents) // len(features), len(documents))
        by_document: list[list[int]] = [[] for _ in documents]
        for index, row in enumerate(features):
            by_document[row.document].append(index)
        return [
            self.assemble(document, [features[i] for i in indices], [pieces[i] for i in indices])
            for document, indices in zip(documents, by_document, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Weights (safetensors), the encoder's configuration, the tokeniser, and the head's own state."""
        # Tied tensors share their memory, which the format does not allow: each is written for itself.
        weights = {
            name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            for name, tensor in self.state_dict().items()
        }
        save_file(weights, folder / "model.safetensors")
        self.backbone.save(folder / "backbone")
        head = {
            "task": self.task,
            "labels": list(self.labels),
            "options": self.options.model_dump(mode="json"),
            "state": self.state(),
        }
        (folder / "head.json").write_text(json.dumps(head, ensure_ascii=False, indent=2), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote, on the GPU where there is one.

        Raises:
            ModelError: a file is absent, damaged, or does not fit the others.
        """
        with _part(folder / "head.json") as path:
            head = json.loads(path.read_text(encoding="utf-8"))
            options = cls.options_type()(**head["options"])
        with _part(folder / "backbone") as path:
            backbone = Backbone.from_saved(path)
        model = cls(backbone, head["task"], head["labels"], options)
        with _part(folder / "model.safetensors") as path:
            model.load_state_dict(load_file(path))
        model.restore(head["state"])
        model.eval()
        return model.to("cuda" if torch.cuda.is_available() else "cpu")

    @classmethod
    @abstractmethod
    def options_type(cls) -> type:
        """The pydantic schema of ``options``."""


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """A part of a saved model; what goes wrong in reading it is a ModelError that names it."""
    try:
        yield path
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        why = (str(error).strip().splitlines() or [""])[0]
        raise ModelError(f"{path} is absent, damaged or does not fit its model: {why}") from error


def batches_by_length(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Indices grouped so that rows of like length share a batch of at most ``budget`` tokens, padding included.

    The longest come first, so that running out of memory shows at once. A row longer than the budget is a
    batch of its own.
    """
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    batches: list[list[int]] = []
    widest = 0
    for index in order:
        if batches and (len(batches[-1]) + 1) * widest <= budget:
            batches[-1].append(index)
        else:
            widest = lengths[index]
            batches.append([index])
    return batches
