"""Any server with OpenAI's chat-completions format: vLLM, Ollama, llama.cpp, ``transformers serve``, OpenAI.

Requests go out in threads, each tried again with growing waits. Whatever a server answers becomes a response, with
an ``error`` where it is no answer. Only what concerns all requests is raised: a wrong address, key or model.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from tabib.config.options import LlmOptions
from tabib.core.errors import ConfigError, ModelError
from tabib.models.decoders.backends.chat import Dialect, Sampling, to_body, to_response
from tabib.models.decoders.backends.probe import probe
from tabib.models.decoders.backends.threads import in_threads
from tabib.models.decoders.backends.wire import Reply, Wire, key_from_environment
from tabib.models.decoders.base import Backend, Request, Response

_PATH = "/chat/completions"
_NO_SCHEMA = "the server does not take response_format: asked without it"
_TOO_MANY = 429
_LONGEST_WAIT = 60.0
"""Seconds; a server that asks to wait longer gets no further try."""


class OpenAIBackend(Backend):
    """A server.

    Args:
        model: its name there.
        wire: the connection; closed by ``close``.
        sampling: how tokens are drawn.
        concurrency: requests under way at a time.
        max_tries: of one request.
        key_variable: for messages.
    """

    name: ClassVar[str] = "openai"
    first_wait: ClassVar[float] = 1.0
    """Seconds before the second try, at most; doubled for each further one."""

    def __init__(
        self,
        model: str,
        wire: Wire,
        sampling: Sampling,
        *,
        concurrency: int = 8,
        max_tries: int = 5,
        key_variable: str = "OPENAI_API_KEY",
    ) -> None:
        self.can = frozenset()
        self.identity: Mapping[str, Any] = {"backend": self.name, "model": model, "base_url": wire.base_url}
        if sampling.temperature > 0:
            self.identity |= {"temperature": sampling.temperature, "top_p": sampling.top_p, "seed": sampling.seed}
        self.tries_again: Counter[str] = Counter()
        """Kind of trouble → how often a request was tried again because of it."""
        self._model = model
        self._wire = wire
        self._sampling = sampling
        self._concurrency = concurrency
        self._max_tries = max_tries
        self._key_variable = key_variable
        self._dialect = Dialect()
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._stopped = False
        self._answered = False
        self._unreached = 0

    @classmethod
    def open(cls, options: LlmOptions, weights: Path | None) -> Self:
        """Connect, and find out with two short requests what the server can do.

        Args:
            options: ``base_url`` and ``served_model`` say where and what.
            weights: not used.

        Raises:
            ConfigError: no address or no model is named.
            ModelError: the address, the key or the model is wrong.
        """
        del weights
        if options.base_url is None:
            raise ConfigError("backend openai needs base_url, e.g. http://localhost:8000/v1")
        if not options.served_model:
            raise ConfigError("backend openai needs served_model: the model's name at the server")
        wire = Wire(
            options.base_url,
            key_from_environment(options.api_key_env),
            options.timeout,
            options.max_response_bytes,
            options.concurrency,
        )
        backend = cls(
            options.served_model,
            wire,
            Sampling(options.temperature, options.top_p, options.sampling_seed),
            concurrency=options.concurrency,
            max_tries=options.max_tries,
            key_variable=options.api_key_env,
        )
        try:
            backend.explore()
        except BaseException:
            backend.close()
            raise
        return backend

    def explore(self) -> None:
        """Set ``can``. Raises: ModelError: see ``open``."""
        found = probe(lambda request, first: self._try(request, first=first))
        self.can = found.can
        for text in found.remarks:
            self.remark(text)

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """See ``Backend``.

        Raises:
            ModelError: choices of more than one character, or log-likelihoods of a server that gives none, before
                anything is sent; a key that is refused; a server that cannot be reached any more, or that takes no
                more requests.
        """
        self._check(requests)
        self._stopped, self._unreached, self._leaving = False, 0, threading.Event()
        try:
            yield from in_threads(self._answer, requests, self._concurrency, lambda: not self._stopped)
        finally:
            self._leaving.set()
            if self.tries_again:
                counts = ", ".join(f"{kind}: {count}" for kind, count in sorted(self.tries_again.items()))
                self.remarks = tuple(text for text in self.remarks if not text.startswith("tries again"))
                self.remark(f"tries again after {counts}")

    def stop(self) -> bool:
        self._stopped = True
        return True

    def close(self) -> None:
        self._leaving.set()
        self._wire.close()

    def _check(self, requests: Sequence[Request]) -> None:
        scored = [request for request in requests if request.choices]
        if scored and "loglikelihood" not in self.can:
            if not self._answered:
                raise ModelError(f"{self._wire.base_url}: {' '.join(self.remarks)}")
            raise ModelError(
                f"{self._wire.base_url} gives no log-probabilities for {self._model}: set scoring: generate"
            )
        if any(len(choice.strip()) != 1 for request in scored for choice in request.choices):
            raise ModelError(
                "a server gives log-likelihoods of single letters only: set continuation: letter or"
                " scoring: generate"
            )

    def _answer(self, request: Request) -> Response:
        reply, response = self._try(request)
        let_in = reply.reached and reply.status != _TOO_MANY
        with self._lock:
            self._unreached = 0 if let_in else self._unreached + 1
            gone = self._unreached >= max(5, self._concurrency)
        if gone:  # all further requests would only wait for nothing, and be counted as failed
            what = "lets no request through" if reply.reached else "cannot be reached"
            raise ModelError(
                f"{self._wire.base_url} {what} any more: {reply.problem}. What was answered is kept;"
                " run again to go on from there"
            )
        return response

    def _try(self, request: Request, *, first: bool = False) -> tuple[Reply, Response]:
        """The last reply to a request, and the response made of it, with the tokens of all tries.

        Args:
            request: what is asked.
            first: nothing was asked before, so a refusal is the user's mistake and a ModelError.
        """
        prompt_tokens = completion_tokens = 0
        for number in range(1, self._max_tries + 1):
            reply, response = self._exchange(request)
            prompt_tokens += response.prompt_tokens
            completion_tokens += response.completion_tokens
            with self._lock:
                self._answered = self._answered or not response.error
            if not response.error:
                break
            self._refuse(reply, first=first)
            if not reply.again or number == self._max_tries:
                break
            wait = self.first_wait * 2 ** (number - 1) * random.uniform(0.5, 1.0)
            wait = min(wait, _LONGEST_WAIT) if reply.wait is None else reply.wait * random.uniform(1.0, 1.1)
            if wait > _LONGEST_WAIT or self._leaving.wait(wait):
                break
            with self._lock:
                self.tries_again[reply.kind] += 1
        return reply, replace(response, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)

    def _exchange(self, request: Request) -> tuple[Reply, Response]:
        """One try; more only where the server refuses a field that it can be asked without."""
        while True:
            dialect = self._dialect
            body = to_body(request, self._model, self._sampling, dialect)
            reply = self._wire.post(_PATH, body)
            if reply.status not in (400, 422):
                break
            lesson = dialect.learn(reply.problem, reply.param, body)
            if lesson is None:
                break
            self._learn(*lesson)
        if reply.status in (400, 422) and "response_format" in body:
            bare = self._wire.post(_PATH, {key: value for key, value in body.items() if key != "response_format"})
            if bare.data is not None:
                reply = bare
                self._learn(dialect.leaving_out("response_format"), _NO_SCHEMA)
                body.pop("response_format")
        if reply.data is None:
            return reply, Response(error=reply.problem, finish_reason="error", counted=False)
        constrained = "schema" in self.can and "response_format" in body
        response = to_response(reply.data, request, constrained=constrained)
        if response.error and not request.choices:  # JSON, but not what was asked for: another try may give it
            reply = replace(reply, problem=response.error, kind="not a chat completion", again=True)
        return reply, response

    def _learn(self, dialect: Dialect, remark: str) -> None:
        with self._lock:
            self._dialect = self._dialect.joined(dialect)
            if remark:
                self.remark(remark)

    def _refuse(self, reply: Reply, *, first: bool) -> None:
        """Raise a ModelError if a problem concerns all requests."""
        place = f"{self._wire.base_url} (base_url)"
        if reply.status == 401 or (reply.status == 403 and not self._answered):
            # Without the server's message: it may repeat a part of the key.
            raise ModelError(
                f"{place} refuses the API key (HTTP {reply.status}): set the environment variable"
                f" {self._key_variable} to a valid one (api_key_env)"
            )
        if reply.status == 404 and not self._answered:
            raise ModelError(
                f"{place} has no {_PATH}, or no model {self._model!r} (served_model): {reply.problem}"
            )
        if reply.status == 402 or reply.code == "insufficient_quota":
            raise ModelError(f"{place}: the account has no credit left: {reply.problem}")
        if 300 <= reply.status < 400:
            raise ModelError(f"{place} answers with a redirection (HTTP {reply.status}): name the final address")
        if first and not reply.reached:
            raise ModelError(f"{place}: {reply.problem}")
        if first and reply.kind == "not JSON" and "html" in reply.problem:
            raise ModelError(f"{place} is a web page, not an OpenAI-compatible server: {reply.problem}")
        if first and 400 <= reply.status < 500 and not reply.again:
            raise ModelError(f"{place} refuses a short request to the model {self._model!r}: {reply.problem}")
