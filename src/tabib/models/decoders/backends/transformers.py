"""A causal language model from a folder, on the GPU where there is one, else on the CPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch

from tabib.config.options import LlmOptions
from tabib.models.backbone import readable_length
from tabib.models.decoders.backends.causal import load_causal
from tabib.models.decoders.backends.generation import Sampling, generate, plain_generation
from tabib.models.decoders.backends.likelihood import Likelihood, Pair
from tabib.models.decoders.backends.render import EMPTY, TURN_END, Encoder, Rendered, render
from tabib.models.decoders.backends.sources import source_hash
from tabib.models.decoders.base import Backend, ChoiceScore, Request, Response, undecided
from tabib.models.heads.base import batches_by_length

_SOURCES = ("transformers", "causal", "render", "likelihood", "generation")
"""The modules that turn a request into tokens and these into an answer."""


class TransformersBackend(Backend):
    """Greedy text and log-likelihoods of a model that is in memory.

    Args:
        model: a Hugging Face causal language model, in evaluation mode.
        tokenizer: its tokeniser; its chat template is used where it has one.
        identity: of the weights, the tokeniser and the numbers that the model computes with.
        batch_tokens: tokens of one forward pass, padding included.
        temperature: 0 for the most probable tokens.
        top_p, sampling_seed: where the temperature is not 0; the same batch of prompts gets the same texts.
    """

    name = "transformers"
    can = frozenset({"loglikelihood"})

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        identity: Mapping[str, Any],
        *,
        batch_tokens: int = 8192,
        temperature: float = 0.0,
        top_p: float = 1.0,
        sampling_seed: int = 0,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.identity = {"backend": self.name, **identity, "temperature": temperature}
        self.identity |= {"code": source_hash(*_SOURCES)}
        if temperature > 0:
            self.identity |= {"top_p": top_p, "seed": sampling_seed}
        self.batch_tokens = batch_tokens
        self.sampling = Sampling(temperature, top_p, sampling_seed)
        self.encoder = Encoder(tokenizer)
        self.longest = readable_length(model.config)
        self.likelihood = Likelihood(model, batch_tokens)
        plain_generation(model, tokenizer)

    @classmethod
    def open(cls, options: LlmOptions, weights: Path | None) -> Self:
        """The model in a folder. Raises: ModelError: it is not a causal language model, or incomplete."""
        causal = load_causal(weights, options)
        backend = cls(
            causal.model,
            causal.tokenizer,
            causal.identity,
            batch_tokens=options.batch_tokens,
            temperature=options.temperature,
            top_p=options.top_p,
            sampling_seed=options.sampling_seed,
        )
        backend.attention = causal.attention.to_json()
        return backend

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        scored = [index for index, request in enumerate(requests) if request.choices]
        written = [index for index, request in enumerate(requests) if not request.choices]
        yield from self._score(scored, requests)
        kinds = {(requests[index].max_tokens, requests[index].stop) for index in written}
        for max_tokens, stop in sorted(kinds):
            alike = [i for i in written if (requests[i].max_tokens, requests[i].stop) == (max_tokens, stop)]
            yield from self._write(alike, requests, max_tokens, stop)

    def _score(self, indices: Sequence[int], requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        pairs: list[Pair] = []
        kept: list[int] = []
        for index in indices:
            context, answers = self.encoder.pairs(self._render(requests[index]), requests[index].choices)
            length = len(context) + max(map(len, answers)) - 1
            if length > self.longest:
                yield index, self._too_long(length)
            elif not context:
                yield index, Response(error=EMPTY)
            elif not all(answers):
                yield index, Response(error="a continuation has no token of its own")
            else:
                pairs.append(Pair(context, answers))
                kept.append(index)
        if not pairs:
            return
        for place, values in self.likelihood.score(pairs):
            pair = pairs[place]
            tokens = [len(answer) for answer in pair.continuations]
            scores = tuple(map(ChoiceScore, values, tokens))
            problem = undecided(scores)
            yield (
                kept[place],
                Response(
                    choices=() if problem else scores,
                    error=problem,
                    prompt_tokens=len(pair.context),
                    completion_tokens=sum(tokens),
                ),
            )

    def _write(
        self, indices: Sequence[int], requests: Sequence[Request], max_tokens: int, stop: tuple[str, ...]
    ) -> Iterator[tuple[int, Response]]:
        rendered = {index: self._render(requests[index]) for index in indices}
        contexts = {index: self.encoder.context(rendered[index]) for index in indices}
        kept = []
        for index in indices:
            if len(contexts[index]) >= self.longest:
                yield index, self._too_long(len(contexts[index]) + 1)
            elif not contexts[index]:
                yield index, Response(error=EMPTY)
            else:
                kept.append(index)
        # A row that leaves less room than asked for is written alone, so that it shortens no other.
        lengths = [len(contexts[index]) + max_tokens for index in kept]
        lengths = [length if length <= self.longest else length + self.batch_tokens for length in lengths]
        for batch in batches_by_length(lengths, self.batch_tokens):
            rows = [kept[place] for place in batch]
            yield from self._write_batch(rows, rendered, contexts, max_tokens, stop)

    def _write_batch(
        self,
        indices: Sequence[int],
        rendered: Mapping[int, Rendered],
        contexts: Mapping[int, list[int]],
        max_tokens: int,
        stop: tuple[str, ...],
    ) -> Iterator[tuple[int, Response]]:
        rows = [contexts[index] for index in indices]
        room = self.longest - max(map(len, rows))
        # A transcript's turn ends with a blank line; a chat model ends its turn with a token.
        stops = stop if rendered[indices[0]].templated else (*stop, TURN_END)
        written = generate(self.model, self.tokenizer, rows, min(max_tokens, room), stops, self.sampling)
        for index, row, answer in zip(indices, rows, written, strict=True):
            yield (
                index,
                Response(
                    answer.text,
                    finish_reason="stop" if answer.ended else "length",
                    prompt_tokens=len(row),
                    completion_tokens=answer.tokens,
                ),
            )

    def _render(self, request: Request) -> Rendered:
        return render(self.tokenizer, request.messages)

    def _too_long(self, length: int) -> Response:
        return Response(
            error=f"the prompt and its answer have {length} tokens, the model reads {self.longest}",
            finish_reason="length",
        )

    def close(self) -> None:
        del self.model, self.likelihood
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
