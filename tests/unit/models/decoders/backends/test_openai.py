"""Whatever a server does, each request gets one response; only a user's mistake is raised, before all others."""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from types import ModuleType
from typing import Any, ClassVar

import pytest

from tabib.config.options import LlmOptions
from tabib.core.errors import ConfigError, ModelError
from tabib.core.examples import Document
from tabib.models.decoders.backends.openai import OpenAIBackend
from tabib.models.decoders.base import Request, Response
from tabib.models.decoders.parsing.answer import Names
from tabib.models.decoders.parsing.labels import parse_multilabel
from tabib.models.decoders.parsing.ner import parse_ner
from tabib.models.decoders.schemas import answer_schema

Connect = Callable[..., OpenAIBackend]
KEY = "sk-very-secret-0123456789"


def answers(backend: OpenAIBackend, requests: Sequence[Request]) -> list[Response]:
    found = dict(backend.complete(requests))
    assert sorted(found) == list(range(len(requests)))
    return [found[index] for index in range(len(requests))]


class TestAnswers:
    def test_each_request_gets_its_own_answer(self, connect: Connect, loopback: ModuleType) -> None:
        requests = [loopback.ask(f"question {number}") for number in range(30)]
        responses = answers(connect(), requests)
        assert [response.text for response in responses] == [f"re: question {number}" for number in range(30)]
        assert all((r.prompt_tokens, r.completion_tokens, r.counted) == (10, 2, True) for r in responses)

    def test_what_is_sent(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        answers(connect(), [loopback.ask("hi", max_tokens=7, stop=("\n",))])
        assert server.bodies[-1] == {
            "model": "tiny",
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 7,
            "temperature": 0.0,
            "stop": ["\n"],
        }

    def test_no_more_are_under_way_than_asked_for(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        now, most = [0], [0]
        lock, three = threading.Lock(), threading.Barrier(3, timeout=20)

        def script(prompt: str, _number: int, _body: Any) -> Any:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            three.wait()
            with lock:
                now[0] -= 1
            return loopback.completion(prompt)

        server.script = script
        answers(connect(concurrency=3), [loopback.ask(str(number)) for number in range(12)])
        assert most[0] == 3

    def test_an_empty_text_is_an_answer(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        server.script = lambda prompt, *_: loopback.completion("" if prompt == "empty" else None)
        responses = answers(connect(), [loopback.ask("empty"), loopback.ask("null")])
        assert [(response.text, response.error) for response in responses] == [("", ""), ("", "")]

    def test_a_refusal_and_an_answer_that_was_cut_off_say_so(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        refusal = loopback.completion(None, message={"content": None, "refusal": "I cannot"})
        cut = loopback.completion("so lo", finish_reason="length")
        server.script = lambda prompt, *_: {"refuse": refusal, "long": cut}[prompt]
        responses = answers(connect(), [loopback.ask("refuse"), loopback.ask("long")])
        assert [(r.text, r.finish_reason) for r in responses] == [("I cannot", "refusal"), ("so lo", "length")]

    def test_tokens_that_the_server_does_not_count(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        server.script = lambda *_: loopback.completion("yes", usage=False)
        (response,) = answers(connect(), [loopback.ask("?")])
        assert not response.counted

    def test_half_a_surrogate_pair_can_be_saved(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        server.script = lambda *_: loopback.completion("a\ud83db")
        (response,) = answers(connect(), [loopback.ask("?")])
        assert response.text.encode() == b"a?b"


@dataclass
class Trouble:
    """A wrong answer: the error that it becomes, and how often it is asked for with three tries."""

    answer: Callable[[ModuleType], Any]
    error: str
    tries: int
    options: dict[str, Any] = field(default_factory=dict)


TROUBLES = {
    "HTTP 500": Trouble(lambda m: m.failure(500, "out of order"), "HTTP 500: out of order", 3),
    "HTML": Trouble(
        lambda m: m.Answer(b"<html>oops</html>", 200, {"Content-Type": "text/html"}),
        "not a JSON object (17 bytes, text/html)",
        3,
    ),
    "HTML of an error": Trouble(lambda m: m.Answer(b"<html>oops</html>", 502), "HTTP 502", 3),
    "truncated JSON": Trouble(lambda m: m.Answer(b'{"choices": [{"mess'), "not a JSON object", 3),
    "empty body": Trouble(lambda m: m.Answer(b""), "not a JSON object (0 bytes", 3),
    "broken connection": Trouble(lambda m: m.Answer(b'{"choi', length=500), "the connection broke off", 3),
    "10 MB": Trouble(lambda m: m.completion("x" * 10_000_000), "longer than 4000000 bytes", 1),
    "10 MB without end": Trouble(lambda m: m.Answer(b"[" * 10_000_000), "longer than 4000000 bytes", 1),
    "deep nesting": Trouble(lambda m: m.Answer(b"[" * 100_000), "not a JSON object", 3),
    "hang": Trouble(lambda m: m.Answer(b"{}", hang=60), "no answer within 0.2 s", 3, {"timeout": 0.2}),
    "other JSON": Trouble(lambda m: m.Answer(b'{"hello": 1}'), "it has no message", 3),
    "a list": Trouble(lambda m: m.Answer(b"[1, 2]"), "not a JSON object", 3),
    "odd content": Trouble(lambda m: m.completion(17), "its content is not text", 3),
    "bad request": Trouble(lambda m: m.failure(400, "context too long"), "HTTP 400: context too long", 1),
    "redirection within": Trouble(lambda m: m.failure(418, "teapot"), "HTTP 418: teapot", 1),
}


class TestTroubles:
    @pytest.mark.parametrize("name", TROUBLES)
    def test_wrong_answers_become_errors_and_hold_up_nobody(
        self, name: str, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        trouble = TROUBLES[name]
        bad = trouble.answer(loopback)
        server.script = lambda prompt, *_: bad if prompt == "bad" else loopback.completion("good")
        backend = connect(max_tries=3, **trouble.options)
        responses = answers(backend, [loopback.ask("bad"), loopback.ask("good")])
        assert trouble.error in responses[0].error
        assert not responses[0].text
        assert responses[1].text == "good"
        assert server.asked.count("bad") == trouble.tries
        assert sum(backend.tries_again.values()) == trouble.tries - 1

    def test_a_server_that_recovers_loses_nothing(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        server.script = lambda prompt, number, _: (
            loopback.failure(500) if number < 3 else loopback.completion(f"re: {prompt}")
        )
        backend = connect()
        responses = answers(backend, [loopback.ask(str(number)) for number in range(5)])
        assert [response.text for response in responses] == [f"re: {number}" for number in range(5)]
        assert backend.tries_again == {"HTTP 500": 10}
        assert backend.remarks[-1] == "tries again after HTTP 500: 10"

    @pytest.mark.parametrize("as_date", [False, True])
    def test_retry_after_is_kept_to(
        self, as_date: bool, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        def script(_prompt: str, number: int, _body: Any) -> Any:
            when = formatdate(time.time() + 2, usegmt=True) if as_date else "0.5"
            return loopback.failure(429, Retry_After=when) if number == 1 else loopback.completion("yes")

        server.script = script
        backend = connect()
        start = time.monotonic()
        (response,) = answers(backend, [loopback.ask("?")])
        assert response.text == "yes"
        assert 0.5 <= time.monotonic() - start < 5

    def test_tokens_of_tries_that_failed_are_counted(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        def script(_prompt: str, number: int, _body: Any) -> Any:
            wrong = loopback.Answer(b'{"usage": {"prompt_tokens": 10, "completion_tokens": 2}}')
            return loopback.completion("yes") if number == 3 else wrong

        server.script = script
        (response,) = answers(connect(), [loopback.ask("?")])
        assert (response.text, response.prompt_tokens, response.completion_tokens) == ("yes", 30, 6)

    def test_a_wait_that_is_too_long_is_not_begun(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        server.script = lambda *_: loopback.failure(429, "tomorrow", Retry_After="86400")
        (response,) = answers(connect(), [loopback.ask("?")])
        assert response.error == "HTTP 429: tomorrow"
        assert len(server.asked) == 1

    def test_a_server_that_goes_away_ends_the_run(self, connect: Connect, loopback: ModuleType) -> None:
        backend = connect(concurrency=1, max_tries=1)
        (response,) = answers(backend, [loopback.ask("before")])
        assert not response.error
        backend._wire.base_url = "http://127.0.0.1:9/v1"  # nobody listens there
        taken = backend.complete([loopback.ask(str(number)) for number in range(50)])
        for _ in range(4):
            assert "no connection" in next(taken)[1].error
        with pytest.raises(ModelError, match=r"cannot be reached any more.*run again"):
            next(taken)

    def test_a_limit_that_is_used_up_ends_the_run_and_counts_nobody_as_failed(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        def script(prompt: str, _number: int, _body: Any) -> Any:
            if int(prompt) < 10:
                return loopback.completion(prompt)
            return loopback.failure(429, "500 requests per day", retry_after="3600")

        server.script = script
        backend = connect(concurrency=2)
        got: list[Response] = []
        answering = (response for _, response in backend.complete([loopback.ask(str(n)) for n in range(100)]))
        with pytest.raises(ModelError, match=r"lets no request through any more: HTTP 429: 500 requests per day"):
            got.extend(answering)
        assert {response.text for response in got if not response.error} == {str(number) for number in range(10)}
        assert len(got) < 20

    def test_leaving_does_not_wait_for_a_hanging_server(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        server.script = lambda prompt, *_: loopback.Answer(
            loopback.completion("x").body, hang=60 if prompt == "hang" else 0
        )
        start = time.monotonic()
        taken = connect(timeout=30.0).complete([loopback.ask("fast"), loopback.ask("hang")])
        assert next(taken)[0] == 0
        taken.close()  # type: ignore[attr-defined]
        assert time.monotonic() - start < 5

    def test_stop_gives_what_is_under_way_and_asks_nothing_more(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        backend = connect(concurrency=2)
        got = []
        for index, _ in backend.complete([loopback.ask(str(number)) for number in range(20)]):
            got.append(index)
            assert backend.stop()
        assert sorted(got) == [0, 1]
        assert sorted(server.asked) == ["0", "1"]


class TestMistakes:
    def test_wrong_key(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        server.probe = lambda _: loopback.failure(401, f"Incorrect API key provided: {KEY[:6]}")
        with pytest.raises(ModelError, match=r"refuses the API key.*MY_KEY") as caught:
            connect(api_key_env="MY_KEY")
        assert KEY[:6] not in str(caught.value)
        assert len(server.bodies) == 1

    def test_unknown_model(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        server.probe = lambda _: loopback.failure(404, "The model `tiny` does not exist")
        with pytest.raises(ModelError, match=r"no model 'tiny' \(served_model\).*does not exist"):
            connect()

    def test_wrong_path(self, server: Any, connect: Connect) -> None:
        with pytest.raises(ModelError, match="has no /chat/completions"):
            connect(base_url=server.url.removesuffix("/v1"))
        assert len(server.bodies) == 1

    def test_nobody_listens(self, connect: Connect) -> None:
        with pytest.raises(ModelError, match=r"127.0.0.1:9/v1 \(base_url\): no connection"):
            connect(base_url="http://127.0.0.1:9/v1")

    def test_a_web_page(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        server.probe = lambda _: loopback.Answer(b"<html></html>", 200, {"Content-Type": "text/html"})
        with pytest.raises(ModelError, match="is a web page"):
            connect()

    def test_a_redirection_is_not_followed_with_the_key(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        server.probe = lambda _: loopback.failure(307, Location="http://example.org/v1/chat/completions")
        with pytest.raises(ModelError, match="redirection"):
            connect()

    def test_no_credit(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        body = json.dumps({"error": {"message": "You exceeded", "code": "insufficient_quota"}}).encode()
        server.script = lambda *_: loopback.Answer(body, 429)
        with pytest.raises(ModelError, match="no credit left"):
            answers(connect(), [loopback.ask("?")])

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"served_model": "m"}, "base_url"),
            ({"base_url": "http://127.0.0.1:1"}, "served_model"),
        ],
    )
    def test_what_the_configuration_lacks(self, options: dict[str, Any], message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            OpenAIBackend.open(LlmOptions(backend_fallback=None, **options), None)

    def test_a_server_out_of_order_is_not_a_mistake(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        server.probe = lambda _: loopback.failure(500, "warming up")
        backend = connect(max_tries=2)
        assert backend.can == frozenset()
        assert "did not answer when asked what it can do: HTTP 500: warming up" in backend.remarks[0]
        assert answers(backend, [loopback.ask("?")])[0].text == "re: ?"


class TestKey:
    def test_it_is_sent_and_shown_nowhere(
        self,
        server: Any,
        connect: Connect,
        loopback: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setenv("MY_KEY", KEY)
        server.script = lambda *_: loopback.failure(400, f"bad header Bearer {KEY}")
        with caplog.at_level(logging.DEBUG):
            backend = connect(api_key_env="MY_KEY")
            (response,) = answers(backend, [loopback.ask("?")])
        assert server.keys == [f"Bearer {KEY}"] * 3
        assert response.error == "HTTP 400: bad header Bearer ***"
        shown = [caplog.text, repr(backend), repr(response), json.dumps(dict(backend.identity)), *backend.remarks]
        assert not any(KEY in text for text in shown)

    def test_without_one_none_is_sent(self, server: Any, connect: Connect) -> None:
        connect()
        assert set(server.keys) == {None}

    def test_one_that_no_header_can_hold(self, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n{KEY}")
        with pytest.raises(ModelError, match="OPENAI_API_KEY holds characters") as caught:
            connect()
        assert KEY not in str(caught.value)

    @pytest.mark.parametrize("url", [f"http://me:{KEY}@127.0.0.1/v1", f"http://127.0.0.1/v1?key={KEY}"])
    def test_an_address_holds_none(self, url: str) -> None:
        with pytest.raises(ValueError, match="a key is read from api_key_env"):
            LlmOptions(backend="openai", base_url=url)


class TestSchema:
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "object", "properties": {"a": {"type": "integer"}}}

    def test_a_server_that_keeps_to_it(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        def probe(body: Any) -> Any:
            schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
            return loopback.completion(
                json.dumps({"word": schema["properties"]["word"]["enum"][0]}) if schema else "A"
            )

        server.probe = probe
        backend = connect()
        assert backend.can == {"schema"}
        (response,) = answers(backend, [loopback.ask("?", schema=self.SCHEMA)])
        assert response.constrained
        sent = {"name": "answer", "schema": self.SCHEMA, "strict": True}
        assert server.bodies[-1]["response_format"] == {"type": "json_schema", "json_schema": sent}

    def test_a_server_that_ignores_it(self, connect: Connect, loopback: ModuleType) -> None:
        backend = connect()
        assert "schema" not in backend.can
        assert "the server does not hold answers to a JSON schema" in backend.remarks
        (response,) = answers(backend, [loopback.ask("?", schema=self.SCHEMA)])
        assert not response.constrained

    def test_a_server_that_holds_to_objects_only_gets_lists_within_one(
        self, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        def script(_prompt: str, _number: int, body: Any) -> Any:
            wanted = body["response_format"]["json_schema"]["schema"]
            if wanted["type"] != "object":
                message = "Invalid schema for response_format 'answer': schema must be of 'type: \"object\"'"
                return loopback.failure(400, message)
            return loopback.completion('{"answer": ["toux"]}')

        def probe(body: Any) -> Any:
            return loopback.completion('{"word": "tabib-4711"}' if "response_format" in body else "A")

        server.script, server.probe = script, probe
        backend = connect(concurrency=1)
        schema = answer_schema("multilabel", ["toux", "fièvre"])
        responses = answers(backend, [loopback.ask("1", schema=schema), loopback.ask("2", schema=schema)])
        assert server.asked == ["1", "1", "2"]
        assert all(response.constrained for response in responses)
        names = Names(["toux", "fièvre"])
        assert [parse_multilabel(response.text, "d", names).labels for response in responses] == [("toux",)] * 2
        document = Document("d", "La toux.")
        mentions = parse_ner('{"answer": [{"text": "toux", "label": "toux"}]}', document, names)
        assert [scored.entity.start for scored in mentions.entities] == [3]

    @pytest.mark.parametrize("message", ["response_format is not supported", "bad input"])
    def test_a_server_that_refuses_it_is_asked_without(
        self, message: str, server: Any, connect: Connect, loopback: ModuleType
    ) -> None:
        def either(body: Any) -> Any:
            return loopback.failure(400, message) if "response_format" in body else loopback.completion("{}")

        server.probe = either
        server.script = lambda _prompt, _number, body: either(body)
        backend = connect()
        requests = [loopback.ask(str(number), schema=self.SCHEMA) for number in range(4)]
        assert [response.text for response in answers(backend, requests)] == ["{}"] * 4
        assert sum("response_format" in body for body in server.bodies) == 1
        assert sum("response_format" in remark for remark in backend.remarks) == 1

    def test_other_fields_that_a_server_refuses(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        def script(_prompt: str, _number: int, body: Any) -> Any:
            if "max_tokens" in body:
                return loopback.failure(400, "Unsupported parameter: use 'max_completion_tokens' instead.")
            if "temperature" in body:
                return loopback.failure(400, "'temperature' does not support 0.0; only the default (1)")
            return loopback.completion("yes")

        server.script = script
        backend = connect(concurrency=1)
        assert [r.text for r in answers(backend, [loopback.ask("1"), loopback.ask("2")])] == ["yes", "yes"]
        assert server.asked == ["1", "1", "1", "2"]
        assert server.bodies[-1].keys() == {"model", "messages", "max_completion_tokens"}


class TestLoglikelihood:
    def letters(self, server: Any, loopback: ModuleType, **logprobs: float) -> None:
        def either(body: Any) -> Any:
            choice = loopback.alternatives(**logprobs) if body.get("logprobs") else {}
            return loopback.completion("A", **choice)

        server.probe = either
        server.script = lambda _prompt, _number, body: either(body)

    def test_of_letters(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        self.letters(server, loopback, A=-0.5, _A=-3.0, B=-2.0, the=-4.0)
        backend = connect()
        assert "loglikelihood" in backend.can
        (response,) = answers(backend, [loopback.ask("?", choices=("A", "B", "C"))])
        assert [score.log_likelihood for score in response.choices] == pytest.approx(
            # "A" and " A" together; C is not among the alternatives: at most the least of them
            [math.log(math.exp(-0.5) + math.exp(-3.0)), -2.0, -4.0]
        )
        assert [score.tokens for score in response.choices] == [1, 1, 1]
        assert server.bodies[-1]["max_tokens"] == 1

    def test_when_no_letter_is_likely(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        self.letters(server, loopback, the=-0.5, a=-1.0)
        backend = connect()
        assert "loglikelihood" in backend.can
        (response,) = answers(backend, [loopback.ask("?", choices=("A", "B"))])
        assert response.error == "no choice is among the 2 most probable tokens"

    def test_a_server_without_them(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        backend = connect()
        assert "loglikelihood" not in backend.can
        with pytest.raises(ModelError, match=r"gives no log-probabilities.*scoring: generate"):
            answers(backend, [loopback.ask("?", choices=("A", "B"))])
        assert server.asked == []

    def test_texts_are_more_than_it_can_score(self, server: Any, connect: Connect, loopback: ModuleType) -> None:
        self.letters(server, loopback, A=-0.5, B=-2.0)
        with pytest.raises(ModelError, match="single letters only"):
            answers(connect(), [loopback.ask("?", choices=("aspirin", "heparin"))])
