"""A publisher on this machine: files by their addresses' paths, with ranges, and whatever a test lets go wrong."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tabib.data.corpus import Card
from tabib.data.load import card_of
from tabib.data.remote import Remote, RemoteFile, RemoteRecord
from tabib.registry import corpora, resolve


@dataclass
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]


@dataclass
class Publisher:
    """Serves ``files`` (path → content).

    Attributes:
        url: without a slash at the end.
        asked: the requests, in their order.
        cut: path → bytes after which the connection breaks, once each.
        failures: path → answers that come first: status and headers.
        versions: whether files have an ``ETag``.
        ranges: whether parts of files are served.
        headers: of every answer.
    """

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    cut: dict[str, list[int]] = field(default_factory=dict)
    failures: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    versions: bool = True
    ranges: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    def serves(self, name: str, monkeypatch: pytest.MonkeyPatch, *, real: bool = False) -> Card:
        """Make the card of a corpus name this server instead of its publishers.

        Args:
            real: keep the checksums of real files; those of archives go, because they are packed anew.
        """
        card = card_of(name)
        assert card.remote is not None
        remote = Remote(
            card.remote.place,
            card.remote.licence_page,
            tuple(self._here(file, real=real) for file in card.remote.files),
            card.remote.contents if real else {},
        )
        module = resolve(corpora()[name].target)
        monkeypatch.setitem(module.CARDS, name, replace(card, remote=remote))
        return card_of(name)

    def _here(self, file: RemoteFile | RemoteRecord, *, real: bool) -> RemoteFile | RemoteRecord:
        moved = self.url + urlsplit(file.url).path
        if not isinstance(file, RemoteFile):
            return replace(file, url=moved)
        is_archive = moved.endswith((".zip", ".gz"))
        return replace(file, url=moved, checksum=file.checksum if real and not is_archive else "")

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        self.asked.append(Asked(path, {name.lower(): value for name, value in handler.headers.items()}))
        if self.failures.get(path):
            status, headers = self.failures[path].pop(0)
            return self._send(handler, status, headers, b"")
        if path not in self.files:
            return self._send(handler, 404, {}, b"no such file")
        content = self.files[path]
        version = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": version} if self.versions else {}
        wanted = self.asked[-1].headers.get("range")
        status, part = 200, content
        if wanted and self.ranges and self.asked[-1].headers.get("if-range") == version:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            status, part = 206, content[start:]
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        cut = self.cut[path].pop(0) if self.cut.get(path) else None
        return self._send(handler, status, headers | self.headers, part, cut)

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, cut: int | None = None
    ) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body)), "Connection": "close"} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[:cut])
        handler.close_connection = True


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A server on loopback, and an environment that allows to ask it."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "SCRATCH", "TABIB_DATA"):
        monkeypatch.delenv(variable, raising=False)
    serve: list[Callable[[BaseHTTPRequestHandler], None]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            serve[0](self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Publisher(f"http://127.0.0.1:{server.server_port}")
    serve.append(made.answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
