"""Flat entities: a linear layer over the first sub-token of each word says its IOB2 tag."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from tabib.config.options import TokenNerOptions
from tabib.core.errors import ModelError
from tabib.core.examples import Document, LossReason, Lost
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity, Span
from tabib.core.tags import OUTSIDE, coarsest, spans_to_tags, tags_to_spans
from tabib.models.backbone import Backbone
from tabib.models.heads.base import Head
from tabib.models.stretches import stretches, words_of
from tabib.models.trainable import Batch, Encoded, Features, Output
from tabib.models.windows import Window, best_window, cut, special_tokens, tokenize_documents

TAGS = "tags.json"


@dataclass(slots=True)
class TokenRow(Features):
    """One window.

    Args:
        words: indices of the document's words that are predicted from this window.
        positions: where the first sub-token of each of them is in ``input_ids``.
        targets: the index of each one's tag; None without gold.
        clipped: whether part of a word was too long to be read.
    """

    words: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    targets: list[int] | None = None
    clipped: bool = False


class TokenPiece(NamedTuple):
    """For each word of a row the index of its tag, that tag's probability, and the probability of ``O``."""

    tags: np.ndarray[Any, Any]
    confidences: np.ndarray[Any, Any]
    outside: np.ndarray[Any, Any]


class TokenNer(Head):
    """Encoder, dropout, linear layer over tags.

    A sentence (or document) longer than the window is cut into overlapping windows; each word is learnt and
    predicted once, in the window where it has most context. Loss: cross entropy, mean over the words of the
    batch. Nested gold (``ner_span``) is brought to its coarsest granularity first; what flat tags cannot hold is
    listed in ``Encoded.lost``, and stays in the gold that is scored.
    """

    options: TokenNerOptions

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: TokenNerOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.tags = (OUTSIDE, *(f"{prefix}-{label}" for label in self.labels for prefix in "BI"))
        self.dropout = nn.Dropout(options.dropout)
        self.classifier = nn.Linear(backbone.hidden_size, len(self.tags))

    @classmethod
    def options_type(cls) -> type[TokenNerOptions]:
        return TokenNerOptions

    @property
    def tag2id(self) -> dict[str, int]:
        """Each tag's output of the linear layer."""
        return {tag: index for index, tag in enumerate(self.tags)}

    def save(self, folder: Path) -> None:
        """As every head; and ``tags.json``, which says to other programs too what the outputs mean."""
        super().save(folder)
        tags = {"tag2id": self.tag2id, "id2tag": {str(index): tag for index, tag in enumerate(self.tags)}}
        (folder / TAGS).write_text(json.dumps(tags, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote.

        Raises:
            ModelError: as every head; or the saved tags are not those of its labels in this version.
        """
        model = super().load(folder)
        path = folder / TAGS
        # Models from before tags were saved have none.
        if path.is_file() and json.loads(path.read_text(encoding="utf-8"))["tag2id"] != model.tag2id:
            raise ModelError(f"{path}: expected the tags {', '.join(model.tags)}, in this order; train it again")
        return model

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        words = [words_of(document) for document in documents]
        tokens = tokenize_documents(self.backbone.tokenizer, [document.text for document in documents], words)
        before, after = special_tokens(self.backbone.tokenizer)
        capacity = self.backbone.max_length - len(before) - len(after)
        tag_ids = self.tag2id
        encoded = Encoded([])
        for index, (document, spans, document_tokens) in enumerate(zip(documents, words, tokens, strict=True)):
            targets: list[int] | None = None
            if gold is not None:
                tags, lost = self._tags_of(document, spans, gold[index])
                encoded.lost.extend(lost)
                targets = [tag_ids[tag] for tag in tags]
            lengths = document_tokens.lengths()
            for window, mine in self._windows(document.text, spans, lengths, capacity):
                row = document_tokens.row(window, capacity)
                encoded.features.append(
                    TokenRow(
                        index,
                        [*before, *row.ids, *after],
                        mine,
                        [len(before) + row.firsts[word - window.first] for word in mine],
                        None if targets is None else [targets[word] for word in mine],
                        lengths[mine[0]] > capacity,
                    )
                )
        return encoded

    def _windows(
        self, text: str, words: Sequence[Span], lengths: Sequence[int], capacity: int
    ) -> Iterator[tuple[Window, list[int]]]:
        """Windows, and the words that are predicted from each; none is left without."""
        for begin, end in stretches(text, words, self.options.unit, self.options.row_words):
            windows = cut(lengths[begin:end], capacity, self.options.stride)
            owned: list[list[int]] = [[] for _ in windows]
            for word, window_index in enumerate(best_window(windows, end - begin)):
                owned[window_index].append(begin + word)
            for window, mine in zip(windows, owned, strict=True):
                if mine:
                    yield Window(begin + window.first, begin + window.last), mine

    def _tags_of(
        self, document: Document, words: Sequence[Span], gold: Sequence[Entity]
    ) -> tuple[tuple[str, ...], list[Lost]]:
        known = [entity for entity in gold if entity.label in self.labels]
        lost = [
            Lost(document.id, entity.label, LossReason.UNKNOWN_LABEL, entity)
            for entity in gold
            if entity.label not in self.labels
        ]
        if self.task == "ner_span":
            kept, nested = coarsest(known, document.id, document.text)
            known, lost = list(kept), [*lost, *nested]
        tags, untagged = spans_to_tags(words, known, "IOB2", document.id)
        return tags, [*lost, *untagged]

    def collate(self, features: Sequence[TokenRow]) -> Batch:
        ids_BT, mask_BT = self.backbone.pad([row.input_ids for row in features])
        counts = torch.tensor([len(row.words) for row in features])
        batch: Batch = {
            "input_ids": ids_BT,
            "attention_mask": mask_BT,
            # The words of all rows, one after the other: N in all, no padding.
            "rows": torch.repeat_interleave(torch.arange(len(features)), counts),
            "columns": torch.tensor([position for row in features for position in row.positions]),
        }
        if all(row.targets is not None for row in features):
            batch["targets"] = torch.tensor([tag for row in features for tag in row.targets or ()])
        return batch

    def forward(self, batch: Batch) -> Output:
        """``logits`` (N words of the batch, G tags)."""
        (hidden_BTH,) = self.backbone(batch["input_ids"], batch["attention_mask"])
        first_NH = hidden_BTH[batch["rows"], batch["columns"]]
        logits_NG = self.classifier(self.dropout(first_NH))
        loss = cross_entropy(logits_NG.float(), batch["targets"]) if "targets" in batch else None
        return Output(loss, logits_NG)

    def loss_weight(self, features: Sequence[TokenRow]) -> float:
        """Words."""
        return float(sum(len(row.words) for row in features))

    def decode(self, logits: Tensor, features: Sequence[TokenRow]) -> list[TokenPiece]:
        probabilities_NG = logits.float().softmax(-1)
        confidences_N, tags_N = probabilities_NG.max(-1)
        ends = np.cumsum([len(row.words) for row in features])[:-1]
        columns = (tags_N, confidences_N, probabilities_NG[:, self.tags.index(OUTSIDE)])
        return [
            TokenPiece(*row)
            for row in zip(*(np.split(column.cpu().numpy(), ends) for column in columns), strict=True)
        ]

    def assemble(
        self, document: Document, features: Sequence[TokenRow], pieces: Sequence[TokenPiece]
    ) -> NerPrediction:
        """Strict IOB2: an I that continues nothing is no entity. An entity is as sure as its least sure word."""
        words = words_of(document)
        tags = [OUTSIDE] * len(words)
        confidences, outside = [0.0] * len(words), [0.0] * len(words)
        for row, piece in zip(features, pieces, strict=True):
            columns = (column.tolist() for column in piece)
            for word, tag, confidence, out in zip(row.words, *columns, strict=True):
                tags[word] = self.tags[tag]
                confidences[word], outside[word] = min(confidence, 1.0), min(out, 1.0)
        entities = tuple(
            ScoredEntity(found.entity, min(confidences[found.first : found.last]))
            for found in tags_to_spans(words, tags, "IOB2", strict=True)
        )
        clipped = any(row.clipped for row in features)
        return NerPrediction(
            document.id,
            entities,
            Status.TRUNCATED if clipped else Status.OK,
            "a word is longer than the window" if clipped else "",
            tuple(tags) if document.words else (),
            tuple(confidences) if document.words else (),
            tuple(outside) if document.words else (),
        )
