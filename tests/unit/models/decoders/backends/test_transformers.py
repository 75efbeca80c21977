"""A local model's log-likelihoods are those of a plain forward pass; its texts do not depend on the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.options import LlmOptions
from tabib.core.errors import ModelError
from tabib.models.decoders.backends.transformers import TransformersBackend
from tabib.models.decoders.base import Message, Request, Response

TEMPLATE = "<s>{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]"
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE
QUESTIONS = [
    f"Réponds en un mot.\n\nQuestion : quel est le cas {'long ' * n}numéro {n} ?\nRéponse :" for n in range(5)
]
CHOICES = [("A", "B", "C"), ("oui", "non", "peut-être bien, ou non"), ("A",)]


@pytest.fixture
def tiny(tiny_llm: Path) -> TransformersBackend:
    return TransformersBackend.open(LlmOptions(batch_tokens=400), tiny_llm)


def ask(backend: TransformersBackend, requests: Sequence[Request]) -> list[Response]:
    found = dict(backend.complete(requests))
    assert sorted(found) == list(range(len(requests)))
    return [found[index] for index in range(len(requests))]


def request(text: str, **options: Any) -> Request:
    return Request("d", (Message("user", text),), **options)


def naive(backend: TransformersBackend, asked: Request) -> list[float]:
    """Every continuation in a row of its own, without batches, padding or caches."""
    context, answers = backend.encoder.pairs(backend._render(asked), asked.choices)
    values = []
    for answer in answers:
        with torch.inference_mode():
            logits = backend.model(input_ids=torch.tensor([context + answer])).logits[0].double().log_softmax(-1)
        values.append(sum(float(logits[len(context) - 1 + n, token]) for n, token in enumerate(answer)))
    return values


def gpt2(folder: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    GPT2LMHeadModel(
        GPT2Config(vocab_size=300, n_embd=32, n_layer=2, n_head=4, n_positions=512, initializer_range=0.3)
    ).save_pretrained(folder)


def sliding(folder: Path) -> None:
    from transformers import MistralConfig, MistralForCausalLM

    MistralForCausalLM(
        MistralConfig(
            vocab_size=300,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=64,
            sliding_window=16,
            initializer_range=0.3,
        )
    ).save_pretrained(folder)


@pytest.mark.parametrize("template", [None, TEMPLATE])
@pytest.mark.parametrize("choices", CHOICES)
def test_log_likelihoods_equal_a_naive_forward_pass(
    tiny: TransformersBackend, choices: tuple[str, ...], template: str | None
) -> None:
    tiny.tokenizer.chat_template = template
    requests = [request(text, choices=choices) for text in QUESTIONS]
    for asked, response in zip(requests, ask(tiny, requests), strict=True):
        values = [score.log_likelihood for score in response.choices]
        assert values == pytest.approx(naive(tiny, asked), abs=1e-4)
        assert response.completion_tokens == sum(score.tokens for score in response.choices)


@pytest.mark.parametrize("make", [gpt2, sliding])
def test_other_architectures_too(make: Callable[[Path], None], tiny_llm: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(tiny_llm).save_pretrained(tmp_path)
    make(tmp_path)
    backend = TransformersBackend.open(LlmOptions(batch_tokens=400), tmp_path)
    assert backend.likelihood.shares == (make is gpt2)
    requests = [request(text, choices=CHOICES[1]) for text in QUESTIONS]
    for asked, response in zip(requests, ask(backend, requests), strict=True):
        values = [score.log_likelihood for score in response.choices]
        assert values == pytest.approx(naive(backend, asked), abs=1e-4)


def test_what_all_prompts_begin_with_is_read_once(tiny: TransformersBackend) -> None:
    requests = [request("Instructions. " * 30 + f"Cas {n} :", choices=("A", "B", "C")) for n in range(4)]
    read: list[int] = []
    forward = tiny.model.forward

    def counted(*arguments: Any, **options: Any) -> Any:
        read.append(options["input_ids"].numel())
        return forward(*arguments, **options)

    tiny.model.forward = counted
    ask(tiny, requests)
    context = len(tiny.encoder.context(tiny._render(requests[0])))
    assert context < sum(read) < 1.2 * context


def test_texts_do_not_depend_on_their_batch(tiny: TransformersBackend) -> None:
    requests = [request(text, max_tokens=12) for text in QUESTIONS]
    together = [response.text for response in ask(tiny, requests)]
    assert together == [ask(tiny, [asked])[0].text for asked in requests]
    assert len(set(together)) > 1


def test_a_text_ends_at_a_stop_string_or_is_cut_off(tiny: TransformersBackend) -> None:
    (free,) = ask(tiny, [request(QUESTIONS[0], max_tokens=12)])
    assert (free.finish_reason, free.completion_tokens) == ("length", 12)
    stop = free.text[3:5]
    (stopped,) = ask(tiny, [request(QUESTIONS[0], max_tokens=12, stop=(stop,))])
    assert stopped.finish_reason == "stop"
    assert stopped.text == free.text[: free.text.index(stop)]


def test_a_text_ends_where_the_model_ends_it(tiny: TransformersBackend) -> None:
    (free,) = ask(tiny, [request(QUESTIONS[0], max_tokens=3)])
    first = int(tiny.model.generate(**_inputs(tiny), max_new_tokens=1, do_sample=False)[0, -1])
    tiny.model.generation_config.eos_token_id = [first]
    (ended,) = ask(tiny, [request(QUESTIONS[0], max_tokens=3)])
    assert (ended.text, ended.finish_reason, ended.completion_tokens) == ("", "stop", 1)
    assert free.completion_tokens == 3


def _inputs(backend: TransformersBackend) -> dict[str, Any]:
    ids = torch.tensor([backend.encoder.context(backend._render(request(QUESTIONS[0])))])
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def test_a_prompt_that_is_too_long_is_an_error_of_its_own(tiny: TransformersBackend) -> None:
    long = "x" * 5000
    responses = ask(
        tiny,
        [
            request(long, choices=("A", "B")),
            request(QUESTIONS[0], choices=("A", "B")),
            request(long),
            request("x" * 4090, max_tokens=50),
        ],
    )
    assert [bool(response.error) for response in responses] == [True, False, True, False]
    assert "the model reads 4096" in responses[0].error
    assert responses[3].completion_tokens <= 6


def test_a_prompt_without_a_token_is_an_error_of_its_own(tiny: TransformersBackend) -> None:
    empty, scored, written = ask(tiny, [request(""), request(" ", choices=("A", "B")), request("x", max_tokens=1)])
    assert empty.error == scored.error == "the prompt has no token"
    assert written.completion_tokens == 1


def test_a_system_message_that_the_template_refuses_goes_to_the_first_turn(tiny: TransformersBackend) -> None:
    tiny.tokenizer.chat_template = NO_SYSTEM
    asked = Request("d", (Message("system", "Sois bref."), Message("user", "Bonjour")))
    assert tiny._render(asked).text == "<s>[user]Sois bref.\n\nBonjour[assistant]"


def test_without_a_template_turns_follow_each_other_as_text(tiny: TransformersBackend) -> None:
    messages = (Message("user", "Q1 :"), Message("assistant", "A"), Message("user", "Q2 :"))
    assert tiny._render(Request("d", messages)).text == "Q1 : A\n\nQ2 :"


def test_a_chat_template_that_refuses_the_conversation_is_a_mistake_with_a_name(tiny: TransformersBackend) -> None:
    tiny.tokenizer.chat_template = "{{ raise_exception('roles must alternate') }}"
    for messages in ((Message("user", "Q"),), (Message("system", "S"), Message("user", "Q"))):
        with pytest.raises(ModelError, match="chat template does not take the conversation: roles must alternate"):
            tiny._render(Request("d", messages))


def test_texts_are_drawn_by_the_seed_among_as_many_tokens_as_top_p_says(tiny_llm: Path) -> None:
    def draw(**options: Any) -> list[str]:
        backend = TransformersBackend.open(LlmOptions(**options), tiny_llm)
        return [response.text for response in ask(backend, [request(text, max_tokens=12) for text in QUESTIONS])]

    drawn = draw(temperature=1.0)
    torch.rand(3)  # what else is drawn at random does not matter, and is not disturbed
    state = torch.random.get_rng_state()
    assert draw(temperature=1.0) == drawn
    assert torch.equal(torch.random.get_rng_state(), state)
    assert draw(temperature=1.0, sampling_seed=1) != drawn
    assert draw(temperature=1.0, top_p=1e-6) == draw()


def test_log_likelihoods_that_are_no_numbers_are_an_error(tiny: TransformersBackend) -> None:
    tiny.model.lm_head.weight.data[:] = float("nan")
    (response,) = ask(tiny, [request(QUESTIONS[0], choices=("A", "B"))])
    assert "no numbers" in response.error
    assert not response.choices


def test_what_is_read_once_counts_for_the_size_of_a_batch(tiny: TransformersBackend) -> None:
    requests = [request("Instructions. " * 30 + f"Cas {n} :", choices=("A", "B")) for n in range(9)]
    rows: list[int] = []
    forward = tiny.model.forward

    def counted(*arguments: Any, **options: Any) -> Any:
        if options.get("past_key_values") is not None:
            rows.append(options["attention_mask"].numel())
        return forward(*arguments, **options)

    tiny.model.forward = counted
    ask(tiny, requests)
    assert max(rows) <= 4 * tiny.batch_tokens


def test_what_looks_like_a_special_token_in_a_text_is_none(tiny: TransformersBackend) -> None:
    end = tiny.tokenizer.eos_token_id
    assert end not in tiny.encoder.context(tiny._render(request("Un </s> texte")))
    tiny.tokenizer.chat_template = TEMPLATE + "</s>"
    assert tiny.encoder.context(tiny._render(request("Un texte")))[-1] == end


def test_an_encoder_cannot_be_asked(tiny_encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"an encoder cannot be asked in words|no causal language model"):
        TransformersBackend.open(LlmOptions(), tiny_encoder)
    with pytest.raises(ModelError):
        TransformersBackend.open(LlmOptions(), tmp_path)


def test_the_identity_changes_with_what_changes_answers(tiny_llm: Path) -> None:
    def identity(**options: Any) -> Any:
        return TransformersBackend.open(LlmOptions(**options), tiny_llm).identity

    assert identity() == identity(batch_tokens=100)
    assert identity() != identity(temperature=0.5)
    assert identity() == identity(top_p=0.5)
    assert identity(temperature=0.5) != identity(temperature=0.5, top_p=0.5)
    assert identity(temperature=0.5) != identity(temperature=0.5, sampling_seed=1)
    assert identity() != identity(dtype="bfloat16")
