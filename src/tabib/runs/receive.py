"""One file over HTTP: received in parts if need be, tried again, checked, and there whole or not at all.

What has been received stays as a part (``part_file.py``) whatever stops it. The next call asks for the rest, if
the server still has the same version of the file. No secret is ever sent, so redirects may be followed.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from tabib.core.errors import DataError
from tabib.core.http import LOOPBACK, TRANSIENT, retry_after
from tabib.data.archives import MAX_BYTES
from tabib.runs.part_file import PartFile

if TYPE_CHECKING:
    import httpx2

TRIES = 5
TRIES_TO_CONNECT = 2
"""Where there is no connection, there is mostly no internet, and every corpus would wait for it."""
LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is given up."""

T = TypeVar("T")
Tell = Callable[[str], None]
Watch = Callable[[str, int, int | None], None]
"""Told the address, the bytes that are there and how many there will be (None: not known), again and again."""


class NotReceivedError(DataError):
    """A file could not be received; what was, is kept."""


class WrongFileError(DataError):
    """What was received is not what was expected; it is not kept."""


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """An exchange that came to nothing.

    Args:
        again: it may succeed later.
        wait: seconds that the server asks for; None where it does not say.
        tries: how many there may be of this kind.
    """

    def __init__(self, problem: str, *, again: bool, wait: float | None = None, tries: int = TRIES) -> None:
        super().__init__(problem)
        self.again = again
        self.wait = wait
        self.tries = tries


def receive(
    url: str,
    path: Path,
    *,
    checksum: str = "",
    tell: Tell = lambda _: None,
    watch: Watch = lambda *_: None,
    max_bytes: int = MAX_BYTES,
    timeout: float = 60.0,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Get a file, or what is missing of it.

    Args:
        path: what it becomes; left alone where it is there and has the checksum.
        checksum: ``sha256:…`` or ``md5:…``; empty: only its length is checked.
        tell: told, one line each, how large it is and what went wrong.
        watch: told how far it is.
        max_bytes: a larger file is refused.
        timeout: seconds without a byte after which an exchange is broken off.
        sleep: waits between tries: 1, 2, 4 and 8 seconds, or as long as the server asks for.

    Raises:
        NotReceivedError: there is no such file, or it could not be had in ``TRIES`` tries.
        WrongFileError: the checksum is another.
    """
    try:
        if path.is_file() and _has(path, checksum):
            return
        part = PartFile(path, url)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _client(url, timeout) as client:
                _try(url, lambda: _exchange(client, url, part, tell, watch, max_bytes), tell, sleep)
        except _Broken as broken:
            kept = f"; {_mb(part.size)} of it are kept" if part.state() else ""
            raise NotReceivedError(f"{url}: {broken}{kept}") from None
        if not _has(part.path, checksum):
            found = digest(part.path, checksum.partition(":")[0])
            part.remove()
            raise WrongFileError(f"{url}: the file has the checksum {found}, expected {checksum}; it was not kept")
        part.finish()
    except OSError as error:
        raise NotReceivedError(f"{url}: {error.filename or path}: {error.strerror}") from error


def digest(path: Path, algorithm: str = "sha256") -> str:
    """``sha256:…`` or ``md5:…`` of a file."""
    with path.open("rb") as file:  # not for security: some machines allow MD5 for nothing else
        found = hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False))
    return f"{algorithm}:{found.hexdigest()}"


def fetch_json(
    url: str,
    *,
    tell: Tell = lambda _: None,
    timeout: float = 60.0,
    max_bytes: int = 1 << 24,
    sleep: Callable[[float], None] = time.sleep,
) -> Any:
    """What an address for programs answers.

    Args:
        tell, timeout, sleep: see ``receive``.
        max_bytes: a longer answer is refused.

    Raises:
        NotReceivedError: nothing came in ``TRIES`` tries, or no JSON.
    """

    def exchange() -> bytes:
        with _connection(), client.stream("GET", url) as answer:
            _refuse(answer)
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > max_bytes:
                    raise _Broken(f"the answer is longer than {max_bytes} bytes", again=False)
            return bytes(content)

    try:
        with _client(url, timeout) as client:
            return json.loads(_try(url, exchange, tell, sleep))
    except _Broken as broken:
        raise NotReceivedError(f"{url}: {broken}") from None
    except ValueError:
        raise NotReceivedError(f"{url}: the answer is not JSON") from None


def _try(url: str, exchange: Callable[[], T], tell: Tell, sleep: Callable[[float], None]) -> T:
    """Raises: _Broken: the last one."""
    for number in range(TRIES):
        try:
            return exchange()
        except _Broken as broken:
            wait = 2.0**number if broken.wait is None else broken.wait
            if not broken.again or number + 1 >= broken.tries or wait > LONGEST_WAIT:
                raise
            tell(f"  {url}: {broken}; trying again in {wait:g} s")
            sleep(wait)
    raise AssertionError("the last try returns or raises")


@contextmanager
def _connection() -> Iterator[None]:
    """What becomes of a connection, said as one kind of error. Raises: _Broken."""
    import httpx2

    try:
        yield
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.TooManyRedirects) as error:
        raise _Broken(_first_line(error), again=False) from None
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
        raise _Broken(f"no connection: {_first_line(error)}", again=True, tries=TRIES_TO_CONNECT) from None
    except httpx2.TimeoutException:
        raise _Broken("no answer in time", again=True) from None
    except httpx2.HTTPError as error:
        raise _Broken(f"the connection broke off: {_first_line(error)}", again=True) from None


def _client(url: str, timeout: float) -> httpx2.Client:
    import httpx2

    return httpx2.Client(
        headers={"User-Agent": "tabib", "Accept-Encoding": "identity"},
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 15.0)),
        follow_redirects=True,
        trust_env=urlsplit(url).hostname not in LOOPBACK,
    )


def _exchange(client: httpx2.Client, url: str, part: PartFile, tell: Tell, watch: Watch, max_bytes: int) -> None:
    """One request for what is missing. Raises: _Broken."""
    state = part.state()
    offset = part.size if state else 0
    if state and state["size"] == offset:
        return  # stopped between the last byte and the end
    headers = {"Range": f"bytes={offset}-", "If-Range": str(state["version"])} if offset else {}
    with _connection(), client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.remove()
            raise _Broken("what there was of it does not fit the file any more", again=True, wait=0.0)
        _refuse(answer)
        announced: int | None
        if answer.status_code == HTTPStatus.PARTIAL_CONTENT:
            expected = f"bytes {offset}-{state['size'] - 1}/{state['size']}" if offset else None
            if answer.headers.get("content-range") != expected:
                part.remove()
                raise _Broken("the server sent another part than it was asked for", again=True, wait=0.0)
            announced = int(state["size"])
            tell(f"  {url}: {_mb(announced)}, {_mb(offset)} of it there already")
        else:
            offset, announced = 0, _length(answer)
            part.begin(announced, answer.headers)
            tell(f"  {url}: {'of unknown size' if announced is None else _mb(announced)}")
            if (announced or 0) > max_bytes:
                part.remove()
                problem = f"{_mb(announced)} are more than the {_mb(max_bytes)} that are allowed"
                raise _Broken(problem, again=False)
        _write(answer, part, url, offset, announced, watch, max_bytes)


def _refuse(answer: httpx2.Response) -> None:
    """Raises: _Broken, where the answer is not the file."""
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        name = f"HTTP {answer.status_code} {answer.reason_phrase}".rstrip()
        again = answer.status_code in TRANSIENT
        raise _Broken(name, again=again, wait=retry_after(answer.headers.get("retry-after", "")))
    hops = [*answer.history, answer]
    if hops[0].url.scheme == "https" and any(hop.url.scheme != "https" for hop in hops):
        raise _Broken(f"it leads to {hops[-1].url.host} without encryption", again=False)
    if answer.headers.get("content-type", "").startswith("text/html"):
        raise _Broken("a web page came instead of the file", again=False)
    packed = hops[0].url.path.endswith((".gz", ".tgz"))  # some servers call that an encoding
    if answer.headers.get("content-encoding", "identity") != "identity" and not packed:
        raise _Broken(f"it came as {answer.headers['content-encoding']}, which was not asked for", again=False)


def _write(
    answer: httpx2.Response, part: PartFile, url: str, offset: int, size: int | None, watch: Watch, max_bytes: int
) -> None:
    done = offset
    with part.path.open("ab" if offset else "wb") as file:
        watch(url, done, size)
        for chunk in answer.iter_raw():
            done += len(chunk)
            if done > max_bytes:
                part.remove()
                raise _Broken(f"more than the {_mb(max_bytes)} that are allowed came", again=False)
            file.write(chunk)
            watch(url, done, size)
    if size is not None and done < size:
        raise _Broken(f"it ended after {_mb(done)} of {_mb(size)}", again=True)


def _length(answer: httpx2.Response) -> int | None:
    value = answer.headers.get("content-length", "")
    return int(value) if value.isdecimal() else None


def _has(path: Path, checksum: str) -> bool:
    return not checksum or digest(path, checksum.partition(":")[0]) == checksum.lower()


def _mb(size: int | None) -> str:
    return f"{(size or 0) / 1e6:.1f} MB"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
