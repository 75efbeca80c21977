"""A server on this machine that answers as a test tells it to, and counts what it is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tabib.models.decoders.base import Message, Request

Body = dict[str, Any]
PROBE = ("Answer with a JSON object.", "Answer with one letter: A or B?")


@dataclass
class Answer:
    """What the server sends."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Announced length, where it is not the body's."""
    hang: float = 0.0
    """Seconds before anything is sent."""


def completion(text: str | None, *, usage: bool = True, **choice: Any) -> Answer:
    body: Body = {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"} | choice]
    }
    if usage:
        body["usage"] = {"prompt_tokens": 10, "completion_tokens": 2}
    return Answer(json.dumps(body).encode())


def failure(status: int, message: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(json.dumps({"error": {"message": message}}).encode(), status, named)


def alternatives(**logprobs: float) -> Body:
    """The part of a choice that holds log-probabilities of the first token."""
    rows = [{"token": token.replace("_", " "), "logprob": value} for token, value in logprobs.items()]
    return {"logprobs": {"content": [rows[0] | {"top_logprobs": rows}]}}


class Server:
    """Answers prompts by ``script``: prompt, number of the try of it (from 1), body → answer.

    Attributes:
        asked: the prompts, probes left out, in the order of arrival.
        bodies: those of all requests. keys: their Authorization headers.
    """

    def __init__(self) -> None:
        self.script: Callable[[str, int, Body], Answer] = lambda prompt, _try, _body: completion(f"re: {prompt}")
        self.probe: Callable[[Body], Answer] = lambda _: completion("hello")
        self.asked: list[str] = []
        self.bodies: list[Body] = []
        self.keys: list[str | None] = []
        self.quiet = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.reply(server.answer(self.path, body, self.headers.get("Authorization")))

            def reply(self, answer: Answer) -> None:
                server.quiet.wait(answer.hang)
                try:
                    self.send_response(answer.status)
                    for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
                        self.send_header(name, value)
                    length = len(answer.body) if answer.length is None else answer.length
                    self.send_header("Content-Length", str(length))
                    self.end_headers()
                    self.wfile.write(answer.body)
                    self.wfile.flush()
                    if answer.length is not None:
                        self.close_connection = True
                except OSError:  # the client has left
                    self.close_connection = True

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def answer(self, path: str, body: Body, key: str | None) -> Answer:
        with self._lock:
            self.bodies.append(body)
            self.keys.append(key)
            if path != "/v1/chat/completions":
                return Answer(b"<html>not here</html>", 404)
            prompt = body["messages"][-1]["content"]
            if prompt in PROBE:
                return self.probe(body)
            self.asked.append(prompt)
            number = self.asked.count(prompt)
        return self.script(prompt, number, body)

    def close(self) -> None:
        self.quiet.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def ask(prompt: str, **options: Any) -> Request:
    return Request(options.pop("id", prompt), (Message("user", prompt),), **options)
