"""A real OpenAI-compatible server on this machine: its answers are those of the model, and a kill costs little."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tabib.config.options import LlmOptions
from tabib.core.errors import ModelError
from tabib.models.decoders.backends.openai import OpenAIBackend
from tabib.models.decoders.backends.transformers import TransformersBackend
from tabib.models.decoders.base import Message, Request
from tabib.models.decoders.store import ResponseStore, complete_with

TEMPLATE = "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
PATIENCE = 180.0

ASK = """
import json, sys
from pathlib import Path
from tabib.config.options import LlmOptions
from tabib.models.decoders.backends.openai import OpenAIBackend
from tabib.models.decoders.base import Message, Request
from tabib.models.decoders.store import ResponseStore, complete_with

folder, options, count = Path(sys.argv[1]), LlmOptions(**json.loads(sys.argv[2])), int(sys.argv[3])
backend = OpenAIBackend.open(options, None)
requests = [Request(str(n), (Message("user", f"question {n}"),), max_tokens=12) for n in range(count)]
with ResponseStore(folder, backend.identity) as store:
    got = dict(complete_with(store, backend, requests))
print(json.dumps([got[n].to_json() for n in range(count)]))
"""


class Served:
    """``transformers serve`` with one model, which can be killed and started again at the same address."""

    def __init__(self, model: Path, log: Path) -> None:
        self.model = model
        self._log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.options: dict[str, Any] = {
            "backend": "openai",
            "base_url": f"http://127.0.0.1:{self.port}/v1",
            "served_model": str(model),
            "concurrency": 2,
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(self.model)]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--device", "cpu"]
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        end = time.monotonic() + PATIENCE
        while True:
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < end, "the server did not start"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def answered(self) -> int:
        """Requests that were answered with a completion, those by which its abilities are found out included."""
        return self._log.read_text(errors="replace").count('"POST /v1/chat/completions HTTP/1.1" 200')


@pytest.fixture(scope="module")
def served(tiny_llm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    for package in ("fastapi", "uvicorn", "openai"):
        pytest.importorskip(package, reason="a server needs transformers[serving]")
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(tiny_llm, folder / "model")
    (folder / "model" / "chat_template.jinja").write_text(TEMPLATE)
    served = Served(folder / "model", folder / "log")
    yield served
    served.kill()


def ask(number: int) -> Request:
    return Request(str(number), (Message("user", f"question {number}"),), max_tokens=12)


@pytest.mark.slow
def test_it_answers_as_the_model_does(served: Served) -> None:
    remote = OpenAIBackend.open(LlmOptions(**served.options), None)
    local = TransformersBackend.open(LlmOptions(dtype="float32"), served.model)
    requests = [ask(number) for number in range(6)]
    theirs, ours = dict(remote.complete(requests)), dict(local.complete(requests))
    remote.close()
    assert [theirs[n].text for n in range(6)] == [ours[n].text for n in range(6)]
    assert [theirs[n].prompt_tokens for n in range(6)] == [ours[n].prompt_tokens for n in range(6)]
    assert all(theirs[n].counted and theirs[n].finish_reason == "length" for n in range(6))


@pytest.mark.slow
def test_its_abilities_are_found_out(served: Served) -> None:
    # It takes log-probabilities and schemas, and ignores both.
    remote = OpenAIBackend.open(LlmOptions(**served.options), None)
    assert remote.can == frozenset()
    with pytest.raises(ModelError, match="gives no log-probabilities"):
        next(remote.complete([Request("1", (Message("user", "?"),), choices=("A", "B"))]))
    remote.close()


@pytest.mark.slow
def test_a_model_that_it_does_not_have(served: Served) -> None:
    with pytest.raises(ModelError, match="'another'"):
        OpenAIBackend.open(LlmOptions(**served.options | {"served_model": "another"}), None)


@pytest.mark.slow
def test_a_client_that_was_killed_asks_only_what_is_left(served: Served, tmp_path: Path) -> None:
    count, before = 40, served.answered

    def client() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", ASK, str(tmp_path), json.dumps(served.options), str(count)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def kept() -> int:
        return sum(path.read_text().count('"key"') for path in tmp_path.glob("*.jsonl"))

    end = time.monotonic() + PATIENCE
    with client() as process:
        while kept() < 5:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    had = kept()
    assert 5 <= had < count
    with client() as process:
        output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    rows = json.loads(output)
    assert len(rows) == count
    assert not any("error" in row for row in rows)
    # Two requests of each client find out what the server can do; what was under way at the kill is asked again.
    assert count + 4 <= served.answered - before <= count + 4 + 3


@pytest.mark.slow
def test_a_server_that_was_killed_and_comes_back(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenAIBackend, "first_wait", 0.01)
    requests = [ask(number) for number in range(30)]
    backend = OpenAIBackend.open(LlmOptions(**served.options), None)
    got: set[int] = set()

    def run() -> None:
        with ResponseStore(tmp_path, backend.identity) as store:
            for index, response in complete_with(store, backend, requests):
                if not response.error:
                    got.add(index)
                if len(got) == 10:
                    served.kill()

    with pytest.raises(ModelError, match=r"cannot be reached any more.*run again"):
        run()
    assert 10 <= len(got) < 30
    served.start()
    before = served.answered
    with ResponseStore(tmp_path, backend.identity) as store:
        responses = dict(complete_with(store, backend, requests))
    backend.close()
    assert not any(response.error for response in responses.values())
    assert served.answered - before == len(requests) - len(got)
