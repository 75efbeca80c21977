"""vLLM's batch engine in this process, for many prompts on a GPU.

Texts are rendered and cut into tokens as by the transformers backend, so that both read the same prompts.
"""

from __future__ import annotations

import gc
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tabib.config.options import LlmOptions
from tabib.core.errors import MissingExtraError, ModelError
from tabib.models.decoders.backends.render import EMPTY, TURN_END, Encoder, Rendered, render
from tabib.models.decoders.backends.sources import source_hash
from tabib.models.decoders.base import Backend, ChoiceScore, Request, Response, undecided
from tabib.models.weights import fingerprint_tokenizer, fingerprint_weights

_ENVIRONMENT: Mapping[str, str] = {
    "VLLM_NO_USAGE_STATS": "1",  # else it reports the machine and the model to its makers
    # In this process: else one of its own stays behind where this one is killed, and holds the GPU's memory.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # stdout is for results
}
"""Set before vllm is imported, unless the environment has them already."""

_TOGETHER = 512
"""Requests that the engine gets in one call: it batches them itself, and what is answered can be kept."""


_BROKEN = frozenset({"abort", "error"})
"""Ends of an answer that is none, such as of a schema that the engine accepts and then cannot compile."""


@dataclass(frozen=True, slots=True)
class _Prompt:
    """One prompt of the engine.

    Args:
        sampling: ``vllm.SamplingParams``.
        scored: how many of the last tokens are a choice.
        constrained: whether the text is held to a schema.
    """

    tokens: list[int]
    sampling: Any
    scored: int = 0
    constrained: bool = False


class VllmBackend(Backend):
    """The engine.

    Each choice is a prompt of its own, whose log-probabilities the engine gives for the tokens that it is asked to
    read; it does not take these from its prefix cache, so the prefix is computed for each choice.

    Args:
        engine: a ``vllm.LLM``.
        options: the sampling.
        identity: of the weights, the tokeniser and the numbers that the model computes with.
    """

    name = "vllm"

    def __init__(self, engine: Any, options: LlmOptions, identity: Mapping[str, Any]) -> None:
        self.engine = engine
        # As soon as nobody has the backend any more: the engine by itself may stay, and hold the GPU's memory.
        self._end = weakref.finalize(self, engine.llm_engine.engine_core.shutdown)
        self.tokenizer = engine.get_tokenizer()
        self.encoder = Encoder(self.tokenizer)
        self.longest: int = engine.llm_engine.model_config.max_model_len
        self._sampling = {"temperature": options.temperature}
        if options.temperature > 0:
            self._sampling |= {"top_p": options.top_p, "seed": options.sampling_seed}
        self.identity = {**identity, **self._sampling, "code": source_hash("vllm", "render")}
        self._constraint = _constraint()
        self.can = frozenset({"loglikelihood"} if self._constraint is None else {"loglikelihood", "schema"})

    @classmethod
    def open(cls, options: LlmOptions, weights: Path | None) -> Self:
        """Start the engine, which takes minutes.

        Raises:
            MissingExtraError: vllm is not installed.
            ModelError: there are no weights, or the engine does not take them or the machine.
        """
        if weights is None:
            raise ModelError("the backend vllm reads weights from a folder: set model_name_or_path")
        for variable, value in _ENVIRONMENT.items():
            os.environ.setdefault(variable, value)
        try:
            import vllm
        except ModuleNotFoundError as error:
            if error.name != "vllm":
                raise ModelError(f"vllm is installed but cannot be loaded: {error}") from error
            raise MissingExtraError("vllm", "vllm") from error
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(f"vllm is installed but cannot be loaded: {error}") from error
        refusals: tuple[type[Exception], ...] = (ImportError, OSError, RuntimeError, *_refusals())
        try:
            engine = vllm.LLM(
                model=str(weights),
                dtype=options.dtype,
                seed=options.sampling_seed,
                tensor_parallel_size=options.tensor_parallel_size,
                gpu_memory_utilization=options.gpu_memory_utilization,
                max_model_len=options.max_model_len,
            )
        except refusals as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelError(f"vllm cannot run the model in {weights}: {first}") from error
        identity = {
            "backend": cls.name,
            "vllm": vllm.__version__,
            "weights": fingerprint_weights(weights),
            "tokenizer": fingerprint_tokenizer(weights),
            "dtype": str(engine.llm_engine.model_config.dtype),
        }
        return cls(engine, options, identity)

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        for start in range(0, len(requests), _TOGETHER):
            part = requests[start : start + _TOGETHER]
            for index, response in self._together(part):
                yield start + index, response

    def close(self) -> None:
        """End the engine and its workers. A second time has no effect."""
        self._end()
        self.engine = None
        gc.collect()

    def _together(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        asked: list[tuple[int, list[_Prompt]]] = []
        for index, request in enumerate(requests):
            prompts = self._prompts(request)
            if isinstance(prompts, str):
                yield index, Response(error=prompts, finish_reason="error")
            else:
                asked.append((index, prompts))
        try:
            outputs = iter(self._generate([prompt for _, prompts in asked for prompt in prompts]))
            answers = [(index, _response(requests[index], ps, [next(outputs) for _ in ps])) for index, ps in asked]
        except _refusals():  # the engine refuses one of them, and with it the call: ask them one by one
            answers = [(index, self._alone(requests[index], prompts)) for index, prompts in asked]
        yield from answers

    def _alone(self, request: Request, prompts: Sequence[_Prompt]) -> Response:
        try:
            return _response(request, prompts, self._generate(prompts))
        except _refusals() as error:
            return Response(error=f"vllm refuses the request: {error}"[:300], finish_reason="error")

    def _generate(self, prompts: Sequence[_Prompt]) -> list[Any]:
        if not prompts:
            return []
        outputs: list[Any] = self.engine.generate(
            [{"prompt_token_ids": prompt.tokens} for prompt in prompts],
            [prompt.sampling for prompt in prompts],
            use_tqdm=False,
        )
        # What an error left behind in the engine would come back as an answer to something else.
        answered = [list(output.prompt_token_ids) for output in outputs]
        assert answered == [prompt.tokens for prompt in prompts], "vllm answered other prompts than it was asked"
        return outputs

    def _prompts(self, request: Request) -> list[_Prompt] | str:
        """What the engine is asked for a request, or why it is not."""
        from vllm import SamplingParams

        rendered = render(self.tokenizer, request.messages)
        if request.choices:
            context, answers = self.encoder.pairs(rendered, request.choices)
            if not context:
                return EMPTY
            if not all(answers):
                return "a continuation has no token of its own"
            # The engine always writes a token, which has to have room as well.
            if (length := len(context) + max(map(len, answers)) + 1) > self.longest:
                return self._too_long(length)
            sampling = SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=1, detokenize=False)
            return [_Prompt(context + answer, sampling, len(answer)) for answer in answers]
        context = self.encoder.context(rendered)
        if not context:
            return EMPTY
        room = self.longest - len(context)
        if room < 1:
            return self._too_long(len(context) + 1)
        constrained = request.schema is not None and self._constraint is not None
        sampling = SamplingParams(**self._writing(request, rendered, room))
        return [_Prompt(context, sampling, constrained=constrained)]

    def _writing(self, request: Request, rendered: Rendered, room: int) -> dict[str, Any]:
        # A transcript's turn ends with a blank line; a chat model ends its turn with a token.
        stop = request.stop if rendered.templated else (*request.stop, TURN_END)
        keywords = self._sampling | {"max_tokens": min(request.max_tokens, room), "stop": list(stop)}
        if request.schema is not None and self._constraint is not None:
            field, kind = self._constraint
            keywords[field] = kind(json=dict(request.schema))
        return keywords

    def _too_long(self, length: int) -> str:
        return f"the prompt and its answer have {length} tokens, the model reads {self.longest}"


def _response(request: Request, prompts: Sequence[_Prompt], outputs: Sequence[Any]) -> Response:
    broken = {answer.finish_reason for output in outputs for answer in output.outputs} & _BROKEN
    if broken:
        return Response(error=f"vllm gave up on the request: {broken.pop()}", finish_reason="error")
    if request.choices:
        scores = [_score(prompt, output) for prompt, output in zip(prompts, outputs, strict=True)]
        first = prompts[0]
        problem = undecided(scores)
        return Response(
            choices=() if problem else tuple(scores),
            error=problem,
            prompt_tokens=len(first.tokens) - first.scored,
            completion_tokens=sum(prompt.scored for prompt in prompts),
        )
    answer = outputs[0].outputs[0]
    return Response(
        answer.text,
        finish_reason=answer.finish_reason or "stop",
        prompt_tokens=len(prompts[0].tokens),
        completion_tokens=len(answer.token_ids),
        constrained=prompts[0].constrained,
    )


def _score(prompt: _Prompt, output: Any) -> ChoiceScore:
    """Sum of the log-probabilities of a prompt's last tokens."""
    start = len(prompt.tokens) - prompt.scored
    rows = output.prompt_logprobs[start:]
    tokens = prompt.tokens[start:]
    value = sum(row[token].logprob for row, token in zip(rows, tokens, strict=True))
    return ChoiceScore(float(value), prompt.scored)


def _refusals() -> tuple[type[Exception], ...]:
    """What the engine raises for a request that it does not take; newer versions have a class for it."""
    try:
        from vllm.exceptions import VLLMClientError
    except ImportError:
        return (ValueError,)
    return (ValueError, VLLMClientError)


def _constraint() -> tuple[str, Any] | None:
    """The field of ``SamplingParams`` for schemas, and its class; its name changed with version 0.10.2."""
    from vllm import sampling_params

    names = {"structured_outputs": "StructuredOutputsParams", "guided_decoding": "GuidedDecodingParams"}
    for field, name in names.items():
        kind = getattr(sampling_params, name, None)
        if kind is not None:
            return field, kind
    return None
