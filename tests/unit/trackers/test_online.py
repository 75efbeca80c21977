"""W&B online, against a server on this machine that answers as W&B's does: what is sent, and that once."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from tabib.config.output import Wandb
from tabib.core.errors import TrackerError
from tabib.trackers import weights_and_biases
from tabib.trackers.base import Story
from tabib.trackers.track import tell_all
from tabib.trackers.weights_and_biases import WandbTracker

KEY = "0123456789abcdef" * 3
SETTINGS = Wandb(project="p", table="results")
PROJECT = {"id": "p", "name": "p", "entity": {"id": "e", "name": "me"}}


@dataclass
class Kept:
    """What the server keeps of a run."""

    name: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    exit_code: int | None = None


class Server(ThreadingHTTPServer):
    """The few answers of W&B's server without which its client gives up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.runs: dict[str, Kept] = {}
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def query(self, name: str, given: dict[str, Any]) -> Any:
        if name == "Viewer":
            return {
                "viewer": {"id": "1", "entity": "me", "username": "me", "email": "", "flags": "{}", "teams": None}
            }
        if name == "RunResumeStatus":
            return {"model": PROJECT | {"bucket": self._resume(given["name"])}}
        if name == "UpsertBucket":
            run = self.runs.setdefault(given["name"], Kept())
            run.name = given["displayName"] or run.name
            run.config |= json.loads(given["config"] or "{}")
            bucket = {"id": "b", "name": given["name"], "displayName": run.name, "project": PROJECT}
            return {"upsertBucket": {"bucket": bucket | {"historyLineCount": len(run.history)}, "inserted": True}}
        if name == "CreateRunFiles":
            files = [{"name": file, "uploadUrl": f"{self.url}/upload/{file}"} for file in given["files"]]
            return {"createRunFiles": {"runID": "b", "uploadHeaders": [], "files": files}}
        if name == "ArtifactType":
            return {"project": {"artifact": None}}
        if name == "CreateArtifact":
            sequence = {"id": "s", "latestArtifact": {"id": "a", "versionIndex": 0}}
            artifact = {"id": "a", "state": "COMMITTED", "artifactSequence": sequence}
            return {"createArtifact": {"artifact": artifact}}
        return {}

    def _resume(self, run_id: str) -> dict[str, Any] | None:
        run = self.runs.get(run_id)
        if run is None:
            return None
        return {
            "id": "b",
            "name": run_id,
            "displayName": run.name,
            "summaryMetrics": json.dumps(run.summary),
            "logLineCount": 0,
            "historyLineCount": len(run.history),
            "eventsLineCount": 0,
            "historyTail": json.dumps(run.history[-1:]),
            "eventsTail": "[]",
            "config": json.dumps(run.config),
            "tags": [],
            "notes": None,
            "wandbConfig": json.dumps({"t": 1}),
        }

    def stream(self, run_id: str, sent: dict[str, Any]) -> None:
        run, files = self.runs[run_id], sent.get("files", {})
        if history := files.get("wandb-history.jsonl"):
            run.history[history["offset"] :] = history["content"]
        if summary := files.get("wandb-summary.json"):
            run.summary |= json.loads(summary["content"][0])
        if sent.get("complete"):
            run.exit_code = sent["exitcode"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self._body()
        if self.path == "/graphql":
            query = json.loads(body)
            name = re.findall(r"(?:query|mutation)\s+(\w+)", query["query"])[0]
            self._answer({"data": self.server.query(name, query.get("variables") or {})})
        else:
            self.server.stream(self.path.split("/")[4], json.loads(body))
            self._answer({"exitcode": None, "limits": {}})

    def do_PUT(self) -> None:
        self._body()
        self._answer({})

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.bodies.append(body)
        return body

    def _answer(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("WANDB_BASE_URL", serving.url)
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        yield serving
        serving.shutdown()
        thread.join()


def test_runs_and_table_arrive_and_nothing_private_does(
    server: Server, story: Story, private: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # W&B would send the path of the program.
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "/srv/clinic7/bin/tabib", raising=False)
    assert WandbTracker(SETTINGS, tmp_path).tell(story) == "W&B project p: 2 of 2 runs are new or changed, online"
    done, failed, table = (server.runs[told.id] for told in (*story.runs, story.table) if told is not None)
    assert done.config["training.max_steps"]["value"] == 4
    assert [json.loads(row)["_step"] for row in done.history] == [1, 2, 3, 4]
    assert (done.summary["test/exact_f1"], done.exit_code) == (0.6, 0)
    assert (failed.exit_code, failed.history) == (1, [])
    assert json.loads(table.history[0])["results"]["nrows"] == 1
    machine = (socket.gethostname(), str(Path.home()), str(tmp_path), os.getcwd(), KEY)
    sent = b"\n".join(server.bodies).decode()
    assert [text for text in (*private, *machine) if len(text) > 3 and text in sent] == []


def test_what_has_arrived_is_not_sent_again(server: Server, story: Story, tmp_path: Path) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    sent = len(server.bodies)
    WandbTracker(SETTINGS, tmp_path).tell(story)
    assert len(server.bodies) == sent


def test_a_run_that_was_scored_anew_goes_on_as_the_same_run_without_a_second_curve(
    server: Server, story: Story, changed: Story, tmp_path: Path
) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    WandbTracker(SETTINGS, tmp_path / "another place").tell(changed)
    run = server.runs[story.runs[0].id]
    assert [json.loads(row)["_step"] for row in run.history] == [1, 2, 3, 4]
    assert run.summary["test/exact_f1"] == 0.8
    assert len(server.runs) == 3


def test_a_server_that_cannot_be_reached_is_given_up(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setattr(weights_and_biases, "_PATIENCE", 0.5)
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(TrackerError, match=r"not tracked \(W&B: CommError"):
        tell_all([WandbTracker(SETTINGS, tmp_path)], lambda: story, print)
    assert set(psutil.Process().children(recursive=True)) == before
