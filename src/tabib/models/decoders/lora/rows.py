"""Prompts with their right answers as rows of tokens: the loss is on the answer and on what ends it, nothing else.

Shape suffixes: B rows, T tokens, K positions that predict a token of an answer, V vocabulary, N tokens of answers.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from tabib.core.errors import ModelError
from tabib.models.decoders.backends.render import Encoder, Rendered, apply_template, render
from tabib.models.decoders.base import Message
from tabib.models.trainable import Batch, Features

IGNORED = -100
"""In place of the tokens that are not learnt, as in transformers."""


@dataclass(slots=True)
class AnswerRow(Features):
    """A prompt and its answer.

    Args:
        answer: how many of ``input_ids``, at the end, are the answer with what ends it.
    """

    answer: int


class RowEncoder:
    """Makes rows for one model.

    Args:
        ends: ids of the tokens at which the model stops writing.

    Raises:
        ModelError: there is no such token, so the model could not learn to stop.
    """

    def __init__(self, tokenizer: Any, ends: Sequence[int]) -> None:
        if not ends:
            raise ModelError("the model has no end-of-text token, so it cannot learn where an answer ends")
        self.tokenizer = tokenizer
        self.encoder = Encoder(tokenizer)
        self.ends = tuple(ends)
        self._plain_end = [tokenizer.eos_token_id if tokenizer.eos_token_id in ends else ends[0]]
        self._chat_end = self._after_answer()

    def row(self, document: int, messages: Sequence[Message], answer: str, *, scored: bool = False) -> AnswerRow:
        """The tokens of a prompt as they are when the model is asked, then the answer and its end.

        ``scored``: the answer is compared with others, not written by the model.
        """
        rendered = render(self.tokenizer, messages)
        context, tokens = self._parts(rendered, answer, scored)
        tokens = tokens + (self._chat_end if rendered.templated else self._plain_end)
        return AnswerRow(document, context + tokens, len(tokens))

    def _parts(self, rendered: Rendered, answer: str, scored: bool) -> tuple[list[int], list[int]]:
        context = self.encoder.context(rendered)
        text = rendered.text + rendered.continued(answer)
        (both,) = self.encoder.encode([text], templated=rendered.templated)
        if both[: len(context)] == context:
            return context, both[len(context) :]
        # The tokeniser joins white space at the prompt's end to the answer. So does scoring; a model that writes
        # finds the prompt with its white space before it.
        if scored:
            context, (tokens,) = self.encoder.pairs(rendered, [answer])
            return context, tokens
        (alone,) = self.encoder.encode([rendered.continued(answer)], templated=rendered.templated)
        return context, alone if rendered.templated else alone[len(self.encoder.begin) :]

    def _after_answer(self) -> list[int]:
        """The tokens that the chat template puts after an answer, up to the first that ends one."""
        if getattr(self.tokenizer, "chat_template", None) is None:
            return self._plain_end
        from jinja2 import TemplateError

        question, said = Message("user", "?"), Message("assistant", "!")
        try:
            before = apply_template(self.tokenizer, [question], add_generation_prompt=True) + said.content
            whole = apply_template(self.tokenizer, [question, said], add_generation_prompt=False)
        except TemplateError:  # it takes no answers, or nothing without a system message
            return self._plain_end
        if whole.startswith(before):
            (after,) = self.encoder.encode([whole[len(before) :]], templated=True)
            for index, token in enumerate(after):
                if token in self.ends:
                    return after[: index + 1]
        return self._plain_end


def collate(rows: Sequence[AnswerRow], padding: int) -> Batch:
    """``input_ids`` and ``attention_mask`` (B, T) without each row's last token, which predicts nothing;
    ``positions`` (K) whose next token is of an answer in some row; ``targets`` (B, K), ``IGNORED`` elsewhere."""
    width = max(row.length for row in rows) - 1
    ids_BT = torch.full((len(rows), width), padding)
    mask_BT = torch.zeros((len(rows), width), dtype=torch.long)
    targets_BT = torch.full((len(rows), width), IGNORED)
    for index, row in enumerate(rows):
        ids = torch.tensor(row.input_ids)
        ids_BT[index, : row.length - 1] = ids[:-1]
        mask_BT[index, : row.length - 1] = 1
        targets_BT[index, row.length - row.answer - 1 : row.length - 1] = ids[-row.answer :]
    positions_K = (targets_BT != IGNORED).any(0).nonzero()[:, 0]
    return {
        "input_ids": ids_BT,
        "attention_mask": mask_BT,
        "positions": positions_K,
        "targets": targets_BT[:, positions_K],
    }


def answer_loss(model: Any, batch: Batch) -> tuple[Tensor, Tensor]:
    """(mean cross entropy over the tokens of the answers, their logits (N, V)).

    The output layer is applied only to positions that predict a token of an answer, where the model allows it.
    """
    keeps = "logits_to_keep" in inspect.signature(model.forward).parameters
    kept = {"logits_to_keep": batch["positions"]} if keeps else {}
    logits = model(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False, **kept
    ).logits
    logits_BKV = logits if keeps else logits[:, batch["positions"]]
    learnt_BK = batch["targets"] != IGNORED
    logits_NV = logits_BKV[learnt_BK].float()
    return cross_entropy(logits_NV, batch["targets"][learnt_BK]), logits_NV
