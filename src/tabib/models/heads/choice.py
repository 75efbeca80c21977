"""Questions with options: each option is read together with the question and gets a score.

Shapes: N options of all questions of a batch, O options of the question that has most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax

from tabib.config.options import ChoiceOptions
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import McqaPrediction, Status
from tabib.models.backbone import Backbone
from tabib.models.heads.base import Head
from tabib.models.heads.pooled import TextRow, pool
from tabib.models.pairs import PairIds, encode_pairs, pad_pairs
from tabib.models.thresholds import DEFAULT_THRESHOLD, best_exact_threshold, decide_letters
from tabib.models.trainable import Batch, Encoded, Output


@dataclass(slots=True)
class QuestionRow(TextRow):
    """One question; ``input_ids`` are those of its longest option, ``target`` 0.0 or 1.0 for each option."""

    options: list[PairIds] = field(default_factory=list)
    single: bool = False

    @property
    def length(self) -> int:
        """All options count: each is read with the question."""
        return sum(len(option.ids) for option in self.options)


class MultipleChoice(Head):
    """Encoder over (question, option), pooling, dropout, linear layer to one number for each option.

    Of a question that is too long, the beginning is cut: a clinical case stands before what is asked of it.

    A question that says that it has one right option: softmax over its options; loss: cross entropy. Any other:
    a sigmoid for each option, one threshold for all, tuned on dev for exact matches, and never no option; loss:
    binary cross entropy, mean over its options. The loss of a batch is the mean over its questions. A head that
    has only learnt from questions with one right option answers every question with one.
    """

    options: ChoiceOptions

    def __init__(self, backbone: Backbone, task: str, labels: Sequence[str], options: ChoiceOptions) -> None:
        super().__init__(backbone, task, labels, options)
        self.dropout = nn.Dropout(options.dropout)
        self.scorer = nn.Linear(backbone.hidden_size, 1)
        self.threshold = DEFAULT_THRESHOLD
        self.only_single = False

    @classmethod
    def options_type(cls) -> type[ChoiceOptions]:
        return ChoiceOptions

    def prepare(self, train: Sequence[Example[Any]]) -> None:
        self.only_single = all(example.document.single for example in train)

    def encode(self, documents: Sequence[Document], gold: Sequence[Any] | None = None) -> Encoded:
        pairs = encode_pairs(
            self.backbone,
            [document.text for document in documents for _ in document.options],
            [option for document in documents for option in document.options],
            keep_end=True,
        )
        encoded, first = Encoded([]), 0
        for index, document in enumerate(documents):
            own = pairs[first : first + len(document.options)]
            first += len(own)
            target = None
            if gold is not None:
                lost = [letter for letter in gold[index] if letter not in document.letters]
                encoded.lost += [Lost(document.id, letter, LossReason.UNKNOWN_LABEL) for letter in lost]
                if self._single(document) and len(gold[index]) - len(lost) != 1:
                    continue  # softmax learns from exactly one
                target = [float(letter in gold[index]) for letter in document.letters]
            if own:
                longest = max(own, key=lambda pair: pair.whole)
                encoded.features.append(
                    QuestionRow(
                        index, longest.ids, target, len(longest.ids), longest.whole, own, self._single(document)
                    )
                )
        return encoded

    def collate(self, features: Sequence[QuestionRow]) -> Batch:
        ids_NT, mask_NT, types_NT = pad_pairs(
            self.backbone, [option for row in features for option in row.options]
        )
        sizes = [len(row.options) for row in features]
        batch: Batch = {
            "input_ids": ids_NT,
            "attention_mask": mask_NT,
            "token_types": types_NT,
            "present_BO": torch.tensor([[o < size for o in range(max(sizes))] for size in sizes]),
            "single_B": torch.tensor([row.single for row in features]),
        }
        if all(row.target is not None for row in features):
            batch["targets"] = torch.tensor([value for row in features for value in row.target])
        return batch

    def forward(self, batch: Batch) -> Output:
        """``logits`` (N)."""
        (hidden_NTH,) = self.backbone(batch["input_ids"], batch["attention_mask"], batch["token_types"])
        pooled_NH = pool(hidden_NTH, batch["attention_mask"], self.options.pooling)
        logits_N = self.scorer(self.dropout(pooled_NH)).squeeze(-1).float()
        return Output(self._loss(logits_N, batch) if "targets" in batch else None, logits_N)

    def _loss(self, logits_N: Tensor, batch: Batch) -> Tensor:
        present_BO, single_B = batch["present_BO"], batch["single_B"]
        targets_BO = torch.zeros_like(present_BO, dtype=torch.float32)
        targets_BO[present_BO] = batch["targets"]
        logits_BO = torch.zeros_like(targets_BO).masked_scatter(present_BO, logits_N)
        # Absent options take no part: no probability in the softmax, no term in the mean.
        log_BO = log_softmax(logits_BO.masked_fill(~present_BO, float("-inf")), dim=-1)
        one_B = -(log_BO.masked_fill(~present_BO, 0.0) * targets_BO).sum(-1)
        terms_BO = binary_cross_entropy_with_logits(logits_BO, targets_BO, reduction="none")
        several_B = (terms_BO * present_BO).sum(-1) / present_BO.sum(-1)
        return torch.where(single_B, one_B, several_B).mean()

    def decode(self, logits: Tensor, features: Sequence[QuestionRow]) -> list[list[float]]:
        """For each question the probability of each of its options."""
        pieces = logits.float().split([len(row.options) for row in features])
        return [
            (piece.softmax(-1) if row.single else piece.sigmoid()).clamp(0, 1).tolist()
            for piece, row in zip(pieces, features, strict=True)
        ]

    def assemble(
        self, document: Document, features: Sequence[QuestionRow], pieces: Sequence[list[float]]
    ) -> McqaPrediction:
        if not features:
            return McqaPrediction(document.id, (), status=Status.FAILED, detail="the question has no options")
        (row,), (probabilities,) = features, pieces
        return decide_letters(
            document.id,
            dict(zip(document.letters, probabilities, strict=True)),
            self.threshold,
            single=row.single,
            status=row.status,
            detail=row.detail,
        )

    def tune(self, gold: Sequence[Any], predictions: Sequence[McqaPrediction]) -> None:
        if not self.options.tune_threshold:
            return
        several = [
            (list(row.scores.values()), [letter in answer for letter in row.scores])
            for row, answer in zip(predictions, gold, strict=True)
            if row.scores and not row.single
        ]
        if several:
            self.threshold = best_exact_threshold(*zip(*several, strict=True))

    def decide(self, predictions: Sequence[McqaPrediction]) -> list[McqaPrediction]:
        return [
            decide_letters(
                row.id, row.scores, self.threshold, single=row.single, status=row.status, detail=row.detail
            )
            if row.scores
            else row
            for row in predictions
        ]

    def state(self) -> dict[str, Any]:
        return {"threshold": self.threshold, "only_single": self.only_single}

    def restore(self, state: dict[str, Any]) -> None:
        self.threshold = float(state["threshold"])
        self.only_single = bool(state["only_single"])

    def _single(self, document: Document) -> bool:
        return document.single or self.only_single
