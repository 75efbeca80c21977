"""What the engine is asked, and how its answers are read. The engine itself, which wants a GPU, is played by one
with the same calls; its log-probability of a token depends on the token alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tabib.config.options import LlmOptions
from tabib.core.errors import MissingExtraError, ModelError
from tabib.models.decoders.backends.choose import open_backend
from tabib.models.decoders.backends.vllm import VllmBackend
from tabib.models.decoders.base import Message, Request, Response

LONGEST = 40


class RefusedError(Exception):
    pass


class SamplingParams(SimpleNamespace):
    pass


class StructuredOutputsParams(SimpleNamespace):
    pass


class LLM:
    """Writes ``ok``; refuses, with the whole call, schemas that hold ``bad``; gives up on those with ``odd``."""

    def __init__(self, model: str, **options: Any) -> None:
        from transformers import AutoTokenizer

        self.options = options
        self.tokenizer = AutoTokenizer.from_pretrained(model)
        self.llm_engine = SimpleNamespace(
            model_config=SimpleNamespace(max_model_len=LONGEST, dtype="float16"),
            engine_core=SimpleNamespace(shutdown=self.shut_down),
        )
        self.ends = 0
        self.left_over: list[list[int]] = []
        self.calls: list[tuple[list[list[int]], list[SamplingParams]]] = []

    def get_tokenizer(self) -> Any:
        return self.tokenizer

    def generate(
        self, prompts: Sequence[dict[str, list[int]]], sampling: Sequence[SamplingParams], *, use_tqdm: bool
    ) -> list[Any]:
        assert not use_tqdm
        rows = [prompt["prompt_token_ids"] for prompt in prompts]
        self.calls.append((rows, list(sampling)))
        assert all(0 < len(row) < LONGEST for row in rows)
        if any("bad" in str(getattr(params, "structured_outputs", "")) for params in sampling):
            raise RefusedError("schema")
        left_over = [self.answer(row, SamplingParams()) for row in self.left_over]
        return left_over + [self.answer(row, params) for row, params in zip(rows, sampling, strict=True)]

    def answer(self, row: list[int], params: SamplingParams) -> Any:
        logprobs = [None, *({token: SimpleNamespace(logprob=-token / 100)} for token in row[1:])]
        text = SimpleNamespace(text="ok", token_ids=[1, 2], finish_reason="stop")
        if "odd" in str(getattr(params, "structured_outputs", "")):
            text = SimpleNamespace(text="", token_ids=[], finish_reason="error")
        return SimpleNamespace(prompt_token_ids=row, prompt_logprobs=logprobs, outputs=[text])

    def shut_down(self) -> None:
        self.ends += 1


SETTINGS = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in SETTINGS:
        monkeypatch.setenv(variable, "")  # so that what is set in its place is taken back
        monkeypatch.delenv(variable)
    vllm, params, exceptions = (ModuleType(f"vllm{part}") for part in ("", ".sampling_params", ".exceptions"))
    params.StructuredOutputsParams = StructuredOutputsParams  # type: ignore[attr-defined]
    exceptions.VLLMClientError = RefusedError  # type: ignore[attr-defined]
    for name, value in {
        "LLM": LLM,
        "SamplingParams": SamplingParams,
        "__version__": "0",
        "sampling_params": params,
    }.items():
        setattr(vllm, name, value)
    for module in (vllm, params, exceptions):
        monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.fixture
def backend(engine: None, tiny_encoder: Path) -> VllmBackend:  # noqa: ARG001
    return VllmBackend.open(LlmOptions(backend="vllm", max_model_len=LONGEST), tiny_encoder)


def ask(prompt: str, **options: Any) -> Request:
    return Request(prompt, (Message("user", prompt),), **options)


def answers(backend: VllmBackend, requests: Sequence[Request]) -> list[Response]:
    found = dict(backend.complete(requests))
    return [found[index] for index in range(len(requests))]


def test_texts_are_asked_for_in_one_call(backend: VllmBackend) -> None:
    responses = answers(backend, [ask("ab", max_tokens=7, stop=(".",)), ask("abc", max_tokens=99)])
    assert [(r.text, r.prompt_tokens, r.completion_tokens) for r in responses] == [("ok", 2, 2), ("ok", 3, 2)]
    ((_, (first, second)),) = backend.engine.calls
    assert (first.temperature, first.max_tokens, first.stop) == (0.0, 7, [".", "\n\n"])
    assert second.max_tokens == LONGEST - 3  # no more than there is room for


def test_a_choice_has_the_log_probabilities_of_its_tokens(backend: VllmBackend) -> None:
    (response,) = answers(backend, [ask("abc", choices=("d", "ef"))])
    ids = [backend.tokenizer.convert_tokens_to_ids(token) for token in ("d", "e", "##f")]
    assert [(score.log_likelihood, score.tokens) for score in response.choices] == [
        (pytest.approx(-ids[0] / 100), 1),
        (pytest.approx(-(ids[1] + ids[2]) / 100), 2),
    ]
    assert (response.prompt_tokens, response.completion_tokens) == (3, 3)


def test_prompts_that_are_too_long_are_errors_of_their_own(backend: VllmBackend) -> None:
    long = ask("a" * LONGEST)
    scored = ask("a" * (LONGEST - 1), choices=("b",))
    responses = answers(backend, [long, ask("b"), scored])
    assert responses[0].error == f"the prompt and its answer have {LONGEST + 1} tokens, the model reads {LONGEST}"
    assert responses[1].text == "ok"
    assert responses[2].error == responses[0].error


def test_prompts_without_a_token_are_errors_of_their_own(backend: VllmBackend) -> None:
    empty, scored, written = answers(backend, [ask(""), ask("", choices=("b",)), ask("a")])
    assert empty.error == scored.error == "the prompt has no token"
    assert written.text == "ok"


def test_a_schema_is_handed_on(backend: VllmBackend) -> None:
    assert backend.can == {"loglikelihood", "schema"}
    (response,) = answers(backend, [ask("a", schema={"type": "array"})])
    assert response.constrained
    assert backend.engine.calls[0][1][0].structured_outputs.json == {"type": "array"}


def test_a_request_that_the_engine_refuses_takes_no_other_with_it(backend: VllmBackend) -> None:
    responses = answers(backend, [ask("a"), ask("b", schema={"bad": 1}), ask("c", choices=("d",))])
    assert responses[0].text == "ok"
    assert responses[1].error == "vllm refuses the request: schema"
    assert len(responses[2].choices) == 1


def test_an_answer_that_the_engine_gave_up_is_an_error(backend: VllmBackend) -> None:
    given_up, written = answers(backend, [ask("a", schema={"odd": 1}), ask("b")])
    assert (given_up.error, given_up.finish_reason) == ("vllm gave up on the request: error", "error")
    assert written.text == "ok"


def test_what_was_left_in_the_engine_answers_nothing_else(backend: VllmBackend) -> None:
    backend.engine.left_over = [[7]]
    with pytest.raises(AssertionError, match="answered other prompts than it was asked"):
        answers(backend, [ask("a")])


def test_closing_ends_the_engine_once(backend: VllmBackend) -> None:
    engine = backend.engine
    backend.close()
    backend.close()
    assert engine.ends == 1


def test_the_engine_ends_with_its_backend(engine: None, tiny_encoder: Path) -> None:  # noqa: ARG001
    backend = VllmBackend.open(LlmOptions(backend="vllm", max_model_len=LONGEST), tiny_encoder)
    held = backend.engine
    del backend
    assert held.ends == 1


def test_the_engine_runs_in_this_process_and_reports_to_nobody(backend: VllmBackend) -> None:
    assert {name: os.environ.get(name) for name in SETTINGS} == SETTINGS
    assert backend.name == "vllm"


def test_what_the_environment_says_of_the_engine_stays(
    engine: None,  # noqa: ARG001
    tiny_encoder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    VllmBackend.open(LlmOptions(backend="vllm", max_model_len=LONGEST), tiny_encoder)
    assert os.environ["VLLM_LOGGING_LEVEL"] == "DEBUG"


def test_without_the_package_it_says_what_to_install(tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tabib\[vllm\]'"):
        open_backend(LlmOptions(backend="vllm"), tiny_encoder)


def test_without_weights(engine: None) -> None:  # noqa: ARG001
    with pytest.raises(ModelError, match="reads weights from a folder"):
        VllmBackend.open(LlmOptions(backend="vllm"), None)


def test_the_fallback_is_used_and_said(
    server: Any, loopback: ModuleType, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    options = LlmOptions(backend="vllm", backend_fallback="openai", base_url=server.url, served_model="tiny")
    backend = open_backend(options, tiny_encoder)
    try:
        assert backend.name == "openai"
        note = "backend_fallback: openai is used in place of vllm (vllm is not installed"
        assert any(remark.startswith(note) for remark in backend.remarks)
        assert note in caplog.text
    finally:
        backend.close()
    assert loopback.PROBE[0] in str(server.bodies)


def test_attention_that_another_engine_chooses_is_said_to_have_no_effect(
    server: Any, loopback: ModuleType, tiny_encoder: Path
) -> None:
    options = LlmOptions(backend="openai", base_url=server.url, served_model="tiny", attn_implementation="sdpa")
    backend = open_backend(options, tiny_encoder)
    backend.close()
    assert "attn_implementation has no effect: openai chooses its own" in backend.remarks
    assert not backend.attention
    assert loopback.PROBE[0] in str(server.bodies)
