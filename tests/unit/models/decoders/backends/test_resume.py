"""A process that asks a server is killed in the middle; the next one asks only what is left."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ASK = """
import json, sys
from pathlib import Path
from tabib.config.options import LlmOptions
from tabib.models.decoders.backends.openai import OpenAIBackend
from tabib.models.decoders.base import Message, Request
from tabib.models.decoders.ledger import Ledger
from tabib.models.decoders.store import ResponseStore, complete_with

folder, url, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
options = LlmOptions(backend="openai", base_url=url, served_model="tiny", concurrency=4)
backend, ledger = OpenAIBackend.open(options, None), Ledger.of(options, "tiny")
requests = [Request(str(n), (Message("user", f"question {n}"),)) for n in range(count)]
with ResponseStore(folder, backend.identity) as store:
    got = dict(complete_with(store, backend, requests, ledger))
texts = [got[n].text for n in range(count)]
print(json.dumps({"texts": texts, "ledger": ledger.to_json(), "torch": "torch" in sys.modules}))
"""


def start(folder: Path, url: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ASK, str(folder), url, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def lines(folder: Path) -> int:
    """Answers that are on disk."""
    return sum(path.read_text().count('"key"') for path in folder.glob("*.jsonl"))


@pytest.mark.slow
def test_only_what_is_left_is_asked_after_a_kill(tmp_path: Path, server: Any, loopback: ModuleType) -> None:
    def script(prompt: str, _number: int, _body: Any) -> Any:
        time.sleep(0.02)
        return loopback.completion(f"re: {prompt}")

    server.script = script
    count = 60
    for wanted in (10, 35):
        with start(tmp_path, server.url, count) as process:
            deadline = time.monotonic() + 60
            while lines(tmp_path) < wanted:
                assert time.monotonic() < deadline
                assert process.poll() is None, "has to be killed before it is done"
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
    time.sleep(0.2)  # what the killed process had sent is still answered
    kept, asked = lines(tmp_path), len(server.asked)
    assert 35 <= kept < count
    # Lost is no more than what was under way at a kill: an answer of each thread, and one that is being written.
    assert asked - kept <= 2 * 5

    with start(tmp_path, server.url, count) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    result = json.loads(output)
    assert result["texts"] == [f"re: question {number}" for number in range(count)]
    assert len(server.asked) - asked == count - kept
    assert set(server.asked) == {f"question {number}" for number in range(count)}
    assert (result["ledger"]["requests"], result["ledger"]["cached"]) == (count, kept)
    assert not result["torch"]  # a server's client needs none
