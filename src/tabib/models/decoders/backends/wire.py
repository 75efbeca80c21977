"""One exchange with a server over HTTP: JSON goes in, and whatever comes back, or does not, is a reply."""

from __future__ import annotations

import json
import os
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from tabib.core.errors import ModelError
from tabib.core.http import LOOPBACK, TRANSIENT, retry_after

_SHOWN = 300
"""Characters of a server's message that are kept: it may repeat the prompt."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Args:
        data: the JSON object of an answer with status 200; None where there is a problem.
        status: of HTTP; 0 where nothing came back.
        problem: what is wrong, in one line, without secrets; empty where nothing is.
        kind: the problem in a word or two, for counting.
        code, param: what the server's error object says.
        again: the same request may succeed later.
        wait: seconds that the server asks to wait; None where it does not say.
        reached: whether there was a connection.
    """

    data: Mapping[str, Any] | None = None
    status: int = 0
    problem: str = ""
    kind: str = ""
    code: str = ""
    param: str = ""
    again: bool = False
    wait: float | None = None
    reached: bool = True


class Wire:
    """Posts JSON to one server. Safe to use from several threads.

    Args:
        base_url: without a slash at the end.
        key: sent as a bearer token, and shown nowhere; empty: none is sent.
        timeout: seconds for one exchange, from start to end.
        max_bytes: of an answer.
        connections: at a time, at most.
    """

    def __init__(self, base_url: str, key: str, timeout: float, max_bytes: int, connections: int) -> None:
        import httpx2

        self.base_url = base_url
        self._key = key
        self._timeout = timeout
        self._max_bytes = max_bytes
        headers = {"User-Agent": "tabib", "Accept": "application/json", "Accept-Encoding": "identity"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx2.Client(
            headers=headers,
            timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=connections),
            follow_redirects=False,  # the key goes nowhere but to the address that the user gave
            trust_env=urlsplit(base_url).hostname not in LOOPBACK,  # no proxy to this machine
        )

        # A model that nobody closes gives its connections back all the same.
        self._finalizer = weakref.finalize(self, self._client.close)

    def close(self) -> None:
        self._finalizer()

    def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """One exchange. Never raises for what the server or the network does."""
        import httpx2

        end = time.monotonic() + self._timeout
        try:
            with self._client.stream("POST", self.base_url + path, json=body) as answer:
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > self._max_bytes:
                        problem = f"the answer is longer than {self._max_bytes} bytes (max_response_bytes)"
                        return Reply(None, answer.status_code, problem, "too long")
                    if time.monotonic() > end:
                        return self._late()
                return self._read(answer.status_code, answer.headers, bytes(content))
        except (
            httpx2.ConnectError,
            httpx2.ConnectTimeout,
            httpx2.ProxyError,
            httpx2.UnsupportedProtocol,
        ) as error:
            problem = self._hidden(f"no connection to {self.base_url}: {_first_line(error)}")
            return Reply(None, 0, problem, "no connection", again=True, reached=False)
        except httpx2.TimeoutException:
            return self._late()
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, RuntimeError) as error:
            # RuntimeError: the client was closed while a thread still used it.
            problem = self._hidden(f"the connection broke off: {_first_line(error)}")
            return Reply(None, 0, problem, "broken connection", again=True)

    def _late(self) -> Reply:
        return Reply(None, 0, f"no answer within {self._timeout:g} s (timeout)", "time-out", again=True)

    def _read(self, status: int, headers: Mapping[str, str], content: bytes) -> Reply:
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            data = None
        if status == HTTPStatus.OK:
            if isinstance(data, dict):
                return Reply(data, status)
            found = headers.get("content-type", "no content type").partition(";")[0]
            problem = f"the answer is not a JSON object ({len(content)} bytes, {found})"
            return Reply(None, status, self._hidden(problem), "not JSON", again=True)
        message, code, param = _explained(data)
        name = f"HTTP {status}"
        return Reply(
            None,
            status,
            self._hidden(f"{name}: {message}" if message else name),
            name,
            code,
            param,
            again=status in TRANSIENT,
            wait=retry_after(headers.get("retry-after", "")),
        )

    def _hidden(self, text: str) -> str:
        """One line, not too long, without the key."""
        if self._key:
            text = text.replace(self._key, "***")
        return " ".join(text.encode("utf-8", "replace").decode().split())[:_SHOWN]


def key_from_environment(variable: str) -> str:
    """The key, or an empty string where the variable is not set.

    Raises:
        ModelError: it holds what no header can; the value is not shown.
    """
    key = os.environ.get(variable, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelError(f"the environment variable {variable} holds characters that no API key has")
    return key


def _explained(data: Any) -> tuple[str, str, str]:
    """(message, code, parameter) of an error's body, in the forms that servers give it."""
    if not isinstance(data, dict):
        return "", "", ""
    error = data.get("error", data)
    if isinstance(error, str):
        return error, "", ""
    if not isinstance(error, dict):
        return "", "", ""
    detail = error.get("detail")
    if isinstance(detail, list):  # FastAPI; its "input" repeats the whole prompt
        rows = [row for row in detail if isinstance(row, dict)]
        return "; ".join(f"{row.get('loc')}: {row.get('msg')}" for row in rows), "", ""
    message = error.get("message") or detail or ""
    return str(message), str(error.get("code") or error.get("type") or ""), str(error.get("param") or "")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
