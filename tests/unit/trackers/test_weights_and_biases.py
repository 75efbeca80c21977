"""W&B is told offline, once, and nothing but what is meant for it. Real W&B, its files read back."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from tabib.config.output import Wandb, WandbRun
from tabib.core.errors import ConfigError
from tabib.trackers.base import Story
from tabib.trackers.weights_and_biases import WandbTracker, mode_of

SETTINGS = Wandb(project="p", table="results")
KEY = "0123456789abcdef" * 3


@dataclass
class Logged:
    """One run of W&B as its file on disk tells it."""

    id: str = ""
    name: str = ""
    group: str = ""
    host: str = ""
    exit_code: int = -1
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)


def records(path: Path) -> Iterator[bytes]:
    """The records of a ``.wandb`` file: a LevelDB log after a header of 7 bytes, in blocks of 32 KiB."""
    data, at, parts = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        room = 32_768 - at % 32_768
        if room < 7:
            at += room
            continue
        length, kind = struct.unpack("<HB", data[at + 4 : at + 7])
        parts += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield parts
            parts = b""


def read(path: Path) -> Logged:
    from wandb.proto.wandb_internal_pb2 import Record

    run = Logged()
    for content in records(path):
        record = Record()
        record.ParseFromString(content)
        if record.HasField("run"):
            run.id, run.name, run.host = record.run.run_id, record.run.display_name, record.run.host
            run.group = record.run.run_group
        run.config |= {item.key: json.loads(item.value_json) for item in record.config.update}
        run.summary |= {_key(item): json.loads(item.value_json) for item in record.summary.update}
        if record.HasField("history"):
            run.history.append({_key(item): json.loads(item.value_json) for item in record.history.item})
        if record.HasField("exit"):
            run.exit_code = record.exit.exit_code
    return run


def _key(item: Any) -> str:
    return item.key or ".".join(item.nested_key)


def logged(folder: Path) -> dict[str, Logged]:
    """Name → run, of all that lies in a folder; an id is there once."""
    runs = [read(path) for path in (folder / "wandb").glob("offline-run-*/*.wandb")]
    assert len({run.id for run in runs}) == len(runs)
    return {run.name: run for run in runs}


def test_every_run_is_logged_with_config_scores_and_curve(story: Story, tmp_path: Path) -> None:
    said = WandbTracker(SETTINGS, tmp_path).tell(story)
    assert said.startswith("W&B project p: 2 of 2 runs are new or changed, offline in ")
    run = logged(tmp_path)["emea, MiniLM, short, seed 1"]
    assert (run.id, run.group, run.exit_code) == (story.runs[0].id, "studies-bench", 0)
    assert run.config["training.max_steps"] == 4
    assert run.config["identity"] == "01" * 32
    assert run.config["undefined.test/exact_recall"] == "no gold entity"
    assert run.summary["test/exact_f1"] == 0.6
    assert run.summary["seconds/fit"] == 60.0
    curve = {row["_step"]: row.get("training/dev_exact_f1") for row in run.history}
    assert curve == {1: None, 2: 0.25, 3: None, 4: 0.5}


def test_a_failed_run_is_one_that_failed(story: Story, tmp_path: Path) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    run = logged(tmp_path)["emea, MiniLM, short, seed 2"]
    assert (run.exit_code, run.config["error"]) == (1, "DataError")
    assert not any(name.startswith("test/") for name in run.summary)


def test_the_table_is_logged_under_its_name(story: Story, tmp_path: Path) -> None:
    WandbTracker(Wandb(project="p", table="all"), tmp_path).tell(story)
    run = logged(tmp_path)["studies-bench"]
    assert run.history[0]["all.nrows"] == 1
    (file,) = (tmp_path / "wandb").glob(f"offline-run-*-{run.id}/files/media/table/all_*.json")
    table = json.loads(file.read_text())
    assert story.table is not None
    assert table["columns"] == list(story.table.columns)
    assert table["data"] == [list(row) for row in story.table.rows]


def test_telling_the_same_again_changes_nothing(story: Story, tmp_path: Path) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    before = sorted((tmp_path / "wandb").rglob("*"))
    assert "0 of 2 runs are new" in WandbTracker(SETTINGS, tmp_path).tell(story)
    assert sorted((tmp_path / "wandb").rglob("*")) == before


def test_a_run_that_was_scored_anew_takes_the_place_of_the_old_one(
    story: Story, changed: Story, tmp_path: Path
) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    assert "1 of 2 runs are new" in WandbTracker(SETTINGS, tmp_path).tell(changed)
    runs = logged(tmp_path)
    assert len(runs) == 3
    assert runs["emea, MiniLM, short, seed 1"].summary["test/exact_f1"] == 0.8


def test_what_was_uploaded_already_is_not_removed(story: Story, changed: Story, tmp_path: Path) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    (folder,) = (tmp_path / "wandb").glob(f"offline-run-*-{story.runs[0].id}")
    (folder / f"run-{story.runs[0].id}.wandb.synced").touch()
    kept = folder.rename(folder.with_name(f"offline-run-20260101_000000-{story.runs[0].id}"))
    WandbTracker(SETTINGS, tmp_path).tell(changed)
    assert kept.is_dir()
    assert len(list((tmp_path / "wandb").glob(f"offline-run-*-{story.runs[0].id}"))) == 2


def test_a_lost_ledger_makes_no_second_run(story: Story, tmp_path: Path) -> None:
    WandbTracker(SETTINGS, tmp_path).tell(story)
    (tmp_path / "wandb" / "tabib.json").write_text("{cut sh")
    WandbTracker(SETTINGS, tmp_path).tell(story)
    assert len(logged(tmp_path)) == 3


def test_nothing_private_is_on_disk(
    story: Story, private: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_MODE", "offline")
    WandbTracker(SETTINGS, tmp_path).tell(story)
    files = [path for path in (tmp_path / "wandb").rglob("*") if path.is_file()]
    assert any(path.suffix == ".wandb" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not any(text.encode() in content for text in (*private, KEY)), path
    assert all(run.host == "" for run in logged(tmp_path).values())
    assert not list((tmp_path / "wandb").rglob("wandb-metadata.json"))
    assert not list((tmp_path / "wandb").rglob("requirements.txt"))


def test_no_process_hook_or_variable_is_left(story: Story, tmp_path: Path) -> None:
    before = (set(psutil.Process().children(recursive=True)), sys.excepthook, dict(os.environ))
    WandbTracker(SETTINGS, tmp_path).tell(story)
    assert (set(psutil.Process().children(recursive=True)), sys.excepthook, dict(os.environ)) == before


def test_the_home_folder_is_left_alone(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    WandbTracker(SETTINGS, tmp_path / "out").tell(story)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_single_run_needs_no_group_and_no_table(story: Story, tmp_path: Path) -> None:
    WandbTracker(WandbRun(project="p"), tmp_path).tell(Story(story.runs[:1]))
    (run,) = logged(tmp_path).values()
    assert run.group == ""


def test_wandb_dir_says_where(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_DIR", str(tmp_path / "elsewhere"))
    WandbTracker(SETTINGS, tmp_path / "here").tell(story)
    assert len(logged(tmp_path / "elsewhere")) == 3
    assert not (tmp_path / "here").exists()


def test_disabled_means_that_nothing_is_done(story: Story, tmp_path: Path) -> None:
    tracker = WandbTracker(Wandb(project="p", mode="disabled"), tmp_path / "out")
    tracker.require()
    assert tracker.tell(story) == "W&B: disabled"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("file", "environment", "mode"),
    [
        (None, {}, "offline"),
        (None, {"WANDB_API_KEY": KEY}, "online"),
        ("offline", {"WANDB_API_KEY": KEY}, "offline"),
        (None, {"WANDB_API_KEY": KEY, "WANDB_MODE": "offline"}, "offline"),
        ("online", {"WANDB_MODE": "offline"}, "offline"),
        ("offline", {"WANDB_API_KEY": KEY, "WANDB_MODE": "run"}, "online"),
        (None, {"WANDB_MODE": "dryrun"}, "offline"),
        ("online", {"WANDB_MODE": "disabled"}, "disabled"),
    ],
)
def test_the_environment_goes_over_the_file_and_a_key_means_online(
    file: Any, environment: dict[str, str], mode: str
) -> None:
    assert mode_of(WandbRun(project="p", mode=file), environment) == mode


@pytest.mark.parametrize(
    ("file", "environment", "message"),
    [
        ("online", {}, "WANDB_API_KEY is not set"),
        (None, {"WANDB_MODE": "online"}, "WANDB_API_KEY is not set"),
        (None, {"WANDB_MODE": "of"}, "WANDB_MODE: found 'of', expected online, offline or disabled"),
    ],
)
def test_what_would_ask_for_a_login_or_means_nothing_is_refused(
    file: Any, environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        mode_of(WandbRun(project="p", mode=file), environment)


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"output\.wandb: .* cannot be a folder"):
        WandbTracker(SETTINGS, tmp_path / "file").require()


def test_a_run_that_could_not_be_ended_is_told_again(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WandbTracker, "_describe", staticmethod(lambda *_: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        WandbTracker(SETTINGS, tmp_path).tell(story)
    monkeypatch.undo()
    assert "2 of 2 runs are new" in WandbTracker(SETTINGS, tmp_path).tell(story)
    assert len(logged(tmp_path)) == 3
