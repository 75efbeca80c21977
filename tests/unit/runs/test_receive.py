"""A file over HTTP: gone on with where it was cut off, tried again, checked, and never half there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tabib.runs.receive import TRIES, NotReceivedError, WrongFileError, fetch_json, receive

CONTENT = bytes(range(256)) * 1024
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


@pytest.fixture
def served(publisher: Any) -> Any:
    publisher.files["/corpus.bin"] = CONTENT
    return publisher


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "received" / "corpus.bin"


def get(served: Any, path: Path, **settings: Any) -> list[float]:
    """The waits between the tries."""
    waits: list[float] = []
    receive(f"{served.url}/corpus.bin", path, sleep=waits.append, **settings)
    return waits


@pytest.mark.parametrize("checksum", ["", SHA256, MD5])
def test_a_file_is_received_whole_and_nothing_else_is_left(checksum: str, served: Any, path: Path) -> None:
    assert get(served, path, checksum=checksum) == []
    assert path.read_bytes() == CONTENT
    assert [one.name for one in path.parent.iterdir()] == ["corpus.bin"]
    assert get(served, path, checksum=checksum) == []
    assert len(served.asked) == 1  # what is there is not asked for again


def test_a_broken_connection_is_gone_on_with(served: Any, path: Path) -> None:
    served.cut["/corpus.bin"] = [100_000, 50_000]
    lines: list[str] = []
    assert get(served, path, tell=lines.append) == [1.0, 2.0]
    assert path.read_bytes() == CONTENT
    assert [one.headers.get("range") for one in served.asked] == [None, "bytes=100000-", "bytes=150000-"]
    assert lines[0].endswith("/corpus.bin: 0.3 MB")
    assert "the connection broke off" in lines[1]
    assert lines[2].endswith("0.3 MB, 0.1 MB of it there already")


def test_a_later_call_goes_on_where_one_was_stopped(served: Any, path: Path) -> None:
    def stop(_url: str, done: int, _size: int | None) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(served, path, watch=stop)
    assert not path.exists()
    seen: list[tuple[int, int | None]] = []
    get(served, path, watch=lambda _url, done, size: seen.append((done, size)))
    assert path.read_bytes() == CONTENT
    assert seen[0][0] > 100_000
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert served.asked[1].headers["range"] == f"bytes={seen[0][0]}-"


def test_a_file_that_has_changed_meanwhile_is_received_anew(served: Any, path: Path) -> None:
    served.cut["/corpus.bin"] = [100_000] * TRIES
    served.ranges = False
    with pytest.raises(NotReceivedError, match=r"0\.1 MB of it are kept"):
        get(served, path)
    served.files["/corpus.bin"] = CONTENT[::-1]
    served.ranges = True
    get(served, path)
    assert path.read_bytes() == CONTENT[::-1]


def test_what_does_not_name_its_version_is_received_anew(served: Any, path: Path) -> None:
    served.versions = False
    served.cut["/corpus.bin"] = [100_000]
    get(served, path)
    assert path.read_bytes() == CONTENT
    assert [one.headers.get("range") for one in served.asked] == [None, None]


def test_a_server_that_is_busy_is_asked_again_after_the_time_that_it_names(served: Any, path: Path) -> None:
    served.failures["/corpus.bin"] = [(503, {"Retry-After": "7"}), (429, {})]
    assert get(served, path) == [7.0, 2.0]
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(("wait", "tries"), [("", TRIES), ("86400", 1)])
def test_a_server_that_stays_busy_is_given_up(wait: str, tries: int, served: Any, path: Path) -> None:
    headers = {"Retry-After": wait} if wait else {}
    served.failures["/corpus.bin"] = [(503, headers)] * (TRIES + 1)
    with pytest.raises(NotReceivedError, match=r"corpus\.bin: HTTP 503 Service Unavailable"):
        get(served, path)
    assert len(served.asked) == tries


def test_a_wrong_address_is_named_and_asked_once(served: Any, path: Path) -> None:
    url = f"{served.url}/moved.bin"
    with pytest.raises(NotReceivedError) as caught:
        receive(url, path)
    assert str(caught.value) == f"{url}: HTTP 404 Not Found"
    assert len(served.asked) == 1


def test_no_connection_is_said(path: Path) -> None:
    with pytest.raises(NotReceivedError, match=r"127\.0\.0\.1:9/corpus\.bin: no connection: "):
        receive("http://127.0.0.1:9/corpus.bin", path, sleep=lambda _: None)


def test_another_checksum_is_an_error_and_the_file_is_not_kept(served: Any, path: Path) -> None:
    with pytest.raises(WrongFileError, match=f"has the checksum {SHA256}, expected sha256:00; it was not kept"):
        get(served, path, checksum="sha256:00")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"Content-Type": "text/html; charset=utf-8"}, "a web page came instead of the file"),
        ({"Content-Encoding": "gzip"}, "it came as gzip, which was not asked for"),
    ],
)
def test_what_is_not_the_file_is_refused(headers: dict[str, str], problem: str, served: Any, path: Path) -> None:
    served.headers = headers
    with pytest.raises(NotReceivedError, match=problem):
        get(served, path)


def test_an_archive_that_a_server_calls_encoded_is_kept_as_it_is(served: Any, path: Path) -> None:
    served.files["/corpus.tar.gz"] = CONTENT
    served.headers = {"Content-Encoding": "x-gzip"}
    receive(f"{served.url}/corpus.tar.gz", path)
    assert path.read_bytes() == CONTENT


def test_what_is_too_large_is_refused_before_it_comes(served: Any, path: Path) -> None:
    with pytest.raises(NotReceivedError, match=r"0\.3 MB are more than the 0\.1 MB that are allowed"):
        get(served, path, max_bytes=100_000)
    assert list(path.parent.iterdir()) == []


def test_redirects_are_followed_and_nothing_secret_is_sent(
    served: Any, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    served.failures["/latest"] = [(302, {"Location": f"{served.url}/corpus.bin"})]
    receive(f"{served.url}/latest", path)
    assert path.read_bytes() == CONTENT
    assert all({"authorization", "cookie"}.isdisjoint(one.headers) for one in served.asked)


def test_a_proxy_of_the_environment_is_asked(served: Any, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", served.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    receive("http://corpora.example/corpus.bin", path)
    assert path.read_bytes() == CONTENT
    assert served.asked[0].headers["host"] == "corpora.example"


def test_a_folder_that_cannot_be_written_is_named(served: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotReceivedError, match=r"Not a directory|File exists"):
        get(served, tmp_path / "file" / "corpus.bin")


@pytest.mark.parametrize(("content", "problem"), [(b"{", "the answer is not JSON"), (None, "HTTP 404 Not Found")])
def test_a_list_that_is_none_is_an_error(content: bytes | None, problem: str, publisher: Any) -> None:
    if content is not None:
        publisher.files["/api"] = content
    with pytest.raises(NotReceivedError, match=f"/api: {problem}"):
        fetch_json(f"{publisher.url}/api")


def test_a_list_is_asked_for_again_where_the_server_is_busy(publisher: Any) -> None:
    publisher.files["/api"] = b"[1]"
    publisher.failures["/api"] = [(429, {"Retry-After": "3"})]
    waits: list[float] = []
    assert fetch_json(f"{publisher.url}/api", sleep=waits.append) == [1]
    assert waits == [3.0]
