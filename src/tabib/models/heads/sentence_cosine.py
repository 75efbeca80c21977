"""Similarity as the weights give it: the cosine of a sentence encoder that nothing is added to or trained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from torch import Tensor

from tabib.config.options import SentenceCosineOptions
from tabib.core.errors import ModelError
from tabib.core.examples import Document, Example
from tabib.core.predictions import Scale, SimilarityPrediction
from tabib.models.backbone import Backbone
from tabib.models.base import Learner
from tabib.models.heads.cosine import CosineHead, TextsRow, cosine
from tabib.models.trainable import Batch, Output

_MODULES = {"Transformer", "Pooling", "Normalize"}
"""Parts of a sentence-transformers model that a cosine of pooled states stands for."""

_POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
}


class SentenceCosine(CosineHead, Learner):
    """The cosine of the pooled vectors, in [-1, 1]: no layer of its own, no training, no corpus's scale."""

    options: SentenceCosineOptions

    @classmethod
    def options_type(cls) -> type[SentenceCosineOptions]:
        return SentenceCosineOptions

    @classmethod
    def build(
        cls,
        task: str,
        labels: Sequence[str],
        options: Any,
        *,
        weights: Path | None,
        seed: int,  # noqa: ARG003 - nothing is drawn
    ) -> Self:
        assert weights is not None, "a sentence encoder is pretrained"
        check_parts(weights)
        if options.pooling is None:
            options = options.model_copy(update={"pooling": pooling_of(weights) or "mean"})
        backbone = Backbone.from_folder(
            weights, max_length=options.max_length, attn_implementation=options.attn_implementation
        )
        return cls(backbone, task, labels, options)

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:
        """Nothing is learnt."""

    def forward(self, batch: Batch) -> Output:
        """``logits`` (B): cosines. There is no loss."""
        return Output(None, cosine(self.vectors(batch)))

    def decode(self, logits: Tensor, features: Sequence[TextsRow]) -> list[float]:  # noqa: ARG002
        values: list[float] = logits.tolist()
        return values

    def assemble(
        self, document: Document, features: Sequence[TextsRow], pieces: Sequence[float]
    ) -> SimilarityPrediction:
        (row,), (value,) = features, pieces
        return SimilarityPrediction(document.id, value, row.status, row.detail, Scale.MODEL)


def check_parts(weights: Path) -> None:
    """Raises: ModelError: the sentence encoder has a part that is not read here (a dense layer)."""
    modules = weights / "modules.json"
    if modules.is_file():
        kinds = {row["type"].rpartition(".")[2] for row in json.loads(modules.read_text(encoding="utf-8"))}
        if other := sorted(kinds - _MODULES):
            raise ModelError(
                f"the sentence encoder in {weights} has a part {', '.join(other)}, which sentence_cosine does not"
                f" read; expected only {', '.join(sorted(_MODULES))}"
            )


def pooling_of(weights: Path) -> str | None:
    """How the encoder in a folder was trained to pool, where the folder says so as sentence-transformers does.

    Raises:
        ModelError: in a way that cannot be done here.
    """
    settings = weights / "1_Pooling" / "config.json"
    if not settings.is_file():
        return None
    row = json.loads(settings.read_text(encoding="utf-8"))
    modes = [key for key, value in row.items() if key.startswith("pooling_mode_") and value]
    if len(modes) != 1 or modes[0] not in _POOLINGS:
        raise ModelError(
            f"{settings} asks for {', '.join(modes) or 'no pooling'}; sentence_cosine can do one of"
            f" {', '.join(_POOLINGS)}. With backend_args.pooling it does what you say instead"
        )
    return _POOLINGS[modes[0]]
