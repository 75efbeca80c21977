"""The contract between a head, the training loop (``Trainable``) and prediction.

Shape suffixes used in this package: B batch, T sub-tokens, W words, L labels, G tags, H hidden size, S span width.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.models.backbone import Backbone
from tabib.models.base import Progress
from tabib.models.trainable import Trainable


class Head(Trainable):
    """A pretrained encoder with what predicts on top of it.

    A subclass gives ``encode``, ``collate``, ``forward``, ``decode`` and ``assemble``.

    Args:
        backbone: encoder and tokeniser.
        task: the task's name, for heads that serve several.
        labels: the label set of train and dev, sorted.
        options: an instance of the schema that the registry names for this model.
    """

    predict_tokens: ClassVar[int] = 8192
    """Sub-tokens, padding included, in one batch of prediction."""

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: Any) -> None:
        super().__init__(task, labels, options)
        self.backbone = backbone

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
    def decode(self, logits: Any, features: Sequence[Any]) -> list[Any]:
        """One compact piece (plain Python or NumPy, no padding) for each row of the batch."""

    @abstractmethod
    def assemble(self, document: Document, features: Sequence[Any], pieces: Sequence[Any]) -> Any:
        """The prediction for a document from the pieces of its rows (none for a document without rows)."""

    # What the loop and prediction use --------------------------------------------------------------------

    @property
    def attention(self) -> Mapping[str, str | None]:
        return self.backbone.attention.to_json()

    def pretrained_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Named parameters that were pretrained; all others are new layers."""
        for name, parameter in self.named_parameters():
            if name.startswith("backbone."):
                yield name, parameter

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
