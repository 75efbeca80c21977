"""Text from a local causal model, in batches of like length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList

_TAIL = 16
"""Tokens that are looked at for a stop string; more than one has."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote: its text up to the end or a stop string, its tokens, and whether it came to an end."""

    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn; temperature 0 takes the most probable ones, and the rest has no effect."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


class _Stops(StoppingCriteria):
    """Ends each row of a batch that has written one of the strings."""

    def __init__(self, tokenizer: Any, stops: Sequence[str], start: int) -> None:
        self.tokenizer = tokenizer
        self.stops = stops
        self.start = start

    def __call__(self, input_ids: Tensor, scores: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        tails = self.tokenizer.batch_decode(input_ids[:, max(self.start, input_ids.shape[1] - _TAIL) :])
        done = [any(stop in tail for stop in self.stops) for tail in tails]
        return torch.tensor(done, device=input_ids.device)


def plain_generation(model: Any, tokenizer: Any) -> None:
    """Drop the settings that came with the weights (sampling, penalties), all but what ends and pads a text."""
    given = model.generation_config
    end = given.eos_token_id if given.eos_token_id is not None else tokenizer.eos_token_id
    ends = [end] if isinstance(end, int) else list(end or ())
    own = tokenizer.eos_token_id
    if own is not None and own not in ends:
        ends.append(own)
    padding = tokenizer.pad_token_id
    if padding is None:
        padding = ends[0] if ends else 0
    model.generation_config = GenerationConfig(eos_token_id=ends or None, pad_token_id=padding)


@torch.inference_mode()
def generate(
    model: Any,
    tokenizer: Any,
    rows: Sequence[list[int]],
    max_tokens: int,
    stops: Sequence[str],
    sampling: Sampling,
) -> list[Written]:
    """Continue each row of tokens by at most ``max_tokens``. The random generators are left as they were."""
    width = max(map(len, rows))
    padding = model.generation_config.pad_token_id
    ids_BT = torch.tensor([[padding] * (width - len(row)) + row for row in rows], device=model.device)
    skipped_B1 = torch.tensor([[width - len(row)] for row in rows], device=model.device)
    mask_BT = (torch.arange(width, device=model.device) >= skipped_B1).long()
    drawn: dict[str, Any] = {"do_sample": False}
    if sampling.temperature > 0:  # top_k: the library's own default is 50
        drawn = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
    criteria = StoppingCriteriaList([_Stops(tokenizer, stops, width)] if stops else [])
    with torch.random.fork_rng():
        torch.manual_seed(sampling.seed)
        output_BT = model.generate(
            input_ids=ids_BT,
            attention_mask=mask_BT,
            max_new_tokens=max_tokens,
            stopping_criteria=criteria,
            **drawn,
        )
    ends = set(model.generation_config.eos_token_id or ())
    return [_written(row[width:].tolist(), tokenizer, ends, stops) for row in output_BT]


def _written(ids: list[int], tokenizer: Any, ends: set[int], stops: Sequence[str]) -> Written:
    size = next((index for index, token in enumerate(ids) if token in ends), None)
    text = tokenizer.decode(ids[:size], skip_special_tokens=True)
    cuts = [place for stop in stops if (place := text.find(stop)) >= 0]
    if cuts:
        text = text[: min(cuts)]
    return Written(text, len(ids) if size is None else size + 1, ended=size is not None or bool(cuts))
