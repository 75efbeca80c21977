"""Log-likelihoods of continuations under a local causal model, with nothing computed twice.

What all contexts begin with (instructions, examples) is read once; each context once; its continuations from the
context's keys and values. The output layer is applied only where a token of a continuation is predicted.

Shape suffixes: B contexts, R continuations, T tokens, V vocabulary.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tabib.models.heads.base import batches_by_length

_SHORTEST_PREFIX = 16
"""Tokens; a shorter common beginning is not worth a pass of its own."""


_KEPT = 4
"""Tokens whose keys and values are held for each one that a batch may read."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens of a context (at least one), and of each of its continuations."""

    context: list[int]
    continuations: list[list[int]]


class Likelihood:
    """Scores pairs under ``model``.

    Args:
        batch_tokens: tokens of one forward pass, padding included.
    """

    def __init__(self, model: Any, batch_tokens: int) -> None:
        self.model = model
        self.batch_tokens = batch_tokens
        self.positions = "position_ids" in inspect.signature(model.forward).parameters
        self.shares = shares_context(model)

    @torch.inference_mode()
    def score(self, pairs: Sequence[Pair]) -> Iterator[tuple[int, list[float]]]:
        """(index of the pair, for each continuation the sum of its tokens' log-probabilities), batch by batch."""
        if not self.shares:
            yield from self._score_whole(pairs)
            return
        prefix = _common_prefix([pair.context for pair in pairs])
        cache = self._read_prefix(prefix) if len(pairs) > 1 and len(prefix) >= _SHORTEST_PREFIX else None
        skipped = 0 if cache is None else len(prefix)
        # The keys and values of what is read once are held for each row; they take memory, and no work.
        lengths = [max(len(pair.context) - skipped, -(-len(pair.context) // _KEPT)) for pair in pairs]
        for batch in batches_by_length(lengths, self.batch_tokens):
            rows = [pairs[index] for index in batch]
            yield from zip(batch, self._score_batch(rows, prefix[:skipped], cache), strict=True)

    def _read_prefix(self, prefix: list[int]) -> Any:
        ids_1T = torch.tensor([prefix], device=self.model.device)
        return self.model(input_ids=ids_1T, use_cache=True, logits_to_keep=1).past_key_values

    def _score_batch(self, rows: Sequence[Pair], prefix: list[int], cache: Any) -> list[list[float]]:
        contexts = [row.context[len(prefix) :] for row in rows]
        ids_BT, mask_BT = self._pad_left(contexts)
        if cache is not None:
            cache = copy.deepcopy(cache)
            cache.batch_repeat_interleave(len(rows))
            mask_BT = torch.cat([mask_BT.new_ones(len(rows), len(prefix)), mask_BT], dim=1)
        longer = any(len(tokens) > 1 for row in rows for tokens in row.continuations)
        output = self._forward(ids_BT, mask_BT, cache, use_cache=longer, logits_to_keep=1)
        first_BV = output.logits[:, -1].float().log_softmax(-1)
        scores = [
            [float(first_BV[b, tokens[0]]) if tokens else 0.0 for tokens in row.continuations]
            for b, row in enumerate(rows)
        ]
        if longer:
            self._add_later_tokens(scores, rows, output.past_key_values, mask_BT)
        return scores

    def _add_later_tokens(
        self, scores: list[list[float]], rows: Sequence[Pair], cache: Any, mask_BT: Tensor
    ) -> None:
        """The tokens of each continuation after its first, read from the cache of its context."""
        wanted = [
            (b, c) for b, row in enumerate(rows) for c, tokens in enumerate(row.continuations) if len(tokens) > 1
        ]
        widths = [mask_BT.shape[1] + len(rows[b].continuations[c]) for b, c in wanted]
        for chunk in batches_by_length(widths, _KEPT * self.batch_tokens):
            places = [wanted[index] for index in chunk]
            tokens = [rows[b].continuations[c] for b, c in places]
            ids_RT, own_RT = self._pad_right([row[:-1] for row in tokens])
            which_R = torch.tensor([b for b, _ in places], device=ids_RT.device)
            context = copy.deepcopy(cache)
            context.batch_select_indices(which_R)
            mask_RT = torch.cat([mask_BT[which_R], own_RT], dim=1)
            logits_RTV = self._forward(ids_RT, mask_RT, context, use_cache=True).logits
            for r, (b, c) in enumerate(places):
                scores[b][c] += _gather(logits_RTV[r, : len(tokens[r]) - 1], tokens[r][1:])

    def _score_whole(self, pairs: Sequence[Pair]) -> Iterator[tuple[int, list[float]]]:
        """Each context with each continuation in one row: for models whose state cannot be shared."""
        rows = [
            (p, c, pair.context + tokens)
            for p, pair in enumerate(pairs)
            for c, tokens in enumerate(pair.continuations)
        ]
        scores = [[0.0] * len(pair.continuations) for pair in pairs]
        left = [len(pair.continuations) for pair in pairs]
        budget = 1 if getattr(self.model, "_is_stateful", False) else self.batch_tokens
        for batch in batches_by_length([len(ids) - 1 for _, _, ids in rows], budget):
            ids_BT, mask_BT = self._pad_left([rows[index][2][:-1] for index in batch])
            kept = max(len(pairs[rows[i][0]].continuations[rows[i][1]]) for i in batch)
            logits_BTV = self._forward(ids_BT, mask_BT, None, use_cache=False, logits_to_keep=max(1, kept)).logits
            for b, index in enumerate(batch):
                p, c, _ = rows[index]
                tokens = pairs[p].continuations[c]
                if tokens:
                    scores[p][c] = _gather(logits_BTV[b, -len(tokens) :], tokens)
                left[p] -= 1
                if left[p] == 0:
                    yield p, scores[p]

    def _forward(self, ids_BT: Tensor, mask_BT: Tensor, cache: Any, **options: Any) -> Any:
        """One pass over ``ids``; ``mask`` is over the cached tokens and these."""
        if self.positions:
            positions_BT = (mask_BT.cumsum(-1) - 1).clamp(min=0)
            options["position_ids"] = positions_BT[:, -ids_BT.shape[1] :]
        return self.model(input_ids=ids_BT, attention_mask=mask_BT, past_key_values=cache, **options)

    def _pad_left(self, rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        width = max(map(len, rows))
        return self._tensors([[0] * (width - len(row)) + row for row in rows], [width - len(row) for row in rows])

    def _pad_right(self, rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        width = max(map(len, rows))
        ids_RT = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=self.model.device)
        lengths_R1 = torch.tensor([[len(row)] for row in rows], device=self.model.device)
        return ids_RT, (torch.arange(width, device=self.model.device) < lengths_R1).long()

    def _tensors(self, rows: list[list[int]], skipped: list[int]) -> tuple[Tensor, Tensor]:
        ids_BT = torch.tensor(rows, device=self.model.device)
        skipped_B1 = torch.tensor(skipped, device=self.model.device)[:, None]
        return ids_BT, (torch.arange(ids_BT.shape[1], device=self.model.device) >= skipped_B1).long()


def shares_context(model: Any) -> bool:
    """Whether what was read can be gone on from: keys and values of full attention, nothing else.

    A sliding window would count the padding between the common beginning and a context as tokens.
    """
    config = model.config.get_text_config()
    if getattr(model, "_is_stateful", False):
        return False
    kinds = getattr(config, "layer_types", None)
    if kinds:
        return set(kinds) == {"full_attention"}
    return getattr(config, "sliding_window", None) is None


def _common_prefix(rows: Sequence[list[int]]) -> list[int]:
    """What all rows begin with, at least one token less than the shortest of them."""
    low, high = min(rows), max(rows)
    end = min(len(row) for row in rows) - 1
    size = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), end)
    return low[: min(size, end)]


def _gather(logits_TV: Tensor, tokens: list[int]) -> float:
    """The sum over T of the log-probability of each token."""
    logits_TV = logits_TV.float()
    ids_T1 = torch.tensor(tokens, device=logits_TV.device)[:, None]
    return float((logits_TV.gather(-1, ids_T1)[:, 0] - logits_TV.logsumexp(-1)).sum())
