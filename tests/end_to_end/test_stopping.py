"""Killed, stopped or run side by side: the numbers are the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tabib.records.record import read_record
from tabib.records.results import read_results

Study = Any  # of conftest.py, which cannot be imported

COMMAND = [sys.executable, "-m", "tabib.cli", "benchmark", "benchmark.yaml"]
WAIT = 90


def until(what: Callable[[], Any]) -> Any:
    """What ``what`` returns once that is true."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def outcome(run: Path) -> dict[str, bytes]:
    """What must not depend on how a run came about: its predictions, and its weights where they are kept."""
    files = [*run.glob("predictions/*.jsonl"), *run.glob("model/*.safetensors")]
    assert files
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


def steps(study: Study, n: int) -> None:
    training = {"max_steps": n, "per_device_train_batch_size": 4, "eval_steps": n, "save_steps": 2}
    study.edit("text.yaml", training=training)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "seeds"),
    [
        pytest.param(signal.SIGKILL, [1], id="killed"),
        pytest.param(signal.SIGTERM, [1, 2], id="asked to stop, with two seeds side by side"),
    ],
)
def test_a_stopped_benchmark_goes_on_and_ends_with_the_same_bits(
    study: Study, number: signal.Signals, seeds: list[int]
) -> None:
    study.only("cls", "bert", seeds=seeds, parallel_seeds=len(seeds), cleanup_checkpoints=False)
    steps(study, 60)
    with subprocess.Popen(COMMAND, cwd=study.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        until(lambda: list(study.runs.glob("*--s1--*/checkpoints/*/*")) or process.poll() is not None)
        process.send_signal(number)
        code = process.wait(WAIT)
    assert code == (130 if number == signal.SIGTERM else -number)
    run = study.run("mini_triage_fr", "tiny")
    assert not (run / "record.json").exists(), "it was stopped in the middle"
    assert list((run / "checkpoints").iterdir())
    study.edit("benchmark.yaml", seeds=[1], parallel_seeds=1)
    resumed = study.benchmark()
    assert resumed.code == 0, resumed.err
    logged = [json.loads(line)["step"] for line in (run / "train_log.jsonl").read_text().splitlines()]
    assert logged == sorted(logged), "no step is logged twice"
    assert set(logged) == set(range(1, 61)), "nor forgotten"

    once = outcome(run)
    assert study.benchmark("--force").code == 0
    assert outcome(run) == once


@pytest.mark.slow
def test_seeds_side_by_side_give_the_bits_of_one_after_another(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file, and only the command says how many seeds there are: threads per run are the file's."""
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    study.only("cls", "base", "bert", cleanup_checkpoints=False, parallel_seeds=2, threads=None)
    said = study.benchmark()
    assert said.code == 0, said.err
    together = [outcome(study.run("mini_triage_fr", "tiny", seed)) for seed in (1, 2)]
    assert together[0] != together[1]
    cells = read_results(study.folder / "results.json").cells
    assert {seed.threads for cell in cells for seed in cell.seeds} == {2}
    for one in ("1", "2"):
        assert study.benchmark("--force", "--seeds", one).code == 0
        cells = read_results(study.folder / "results.json").cells
        assert {seed.threads for cell in cells for seed in cell.seeds} == {2}
    assert [outcome(study.run("mini_triage_fr", "tiny", seed)) for seed in (1, 2)] == together


@pytest.mark.slow
def test_parallel_seeds_say_when_they_start_and_what_dev_is(study: Study) -> None:
    study.only("cls", "bert", parallel_seeds=2)
    said = study.benchmark()
    assert said.code == 0, said.err
    for seed in (1, 2):
        about = [line for line in said.err.splitlines() if f"mini_triage_fr, tiny, seed {seed}" in line]
        assert "started" in about[0]
        assert "done" in about[-1]
        (dev,) = [line for line in about if "step 2/3" in line]
        assert "dev f1_macro" in dev
        assert "loss" in dev


@pytest.mark.slow
def test_a_process_that_fails_before_it_can_record_says_why(study: Study) -> None:
    """No folder can be made where a file lies: each cell says so, and the benchmark comes to its end."""
    study.only("cls", "base", parallel_seeds=2)
    assert study.benchmark("--dry-run").code == 0
    study.edit("benchmark.yaml", output={"json": "results.json", "runs": "runs"})
    from tabib.benchmark.plan import plan
    from tabib.config.load import load_benchmark_config
    from tabib.records.folder import folder_name

    cells = plan(load_benchmark_config("benchmark.yaml"))
    study.runs.mkdir()
    (study.runs / folder_name("mini_triage_fr", "majority", 1, cells[0].identity)).write_text("in the way")
    said = study.benchmark()
    assert said.code == 1
    assert "Traceback (most recent call last)" not in said.err.split("cells:")[0]
    (cell,) = read_results(study.folder / "results.json").cells
    assert [seed.state for seed in cell.seeds] == ["failed", "done"]
    assert "cannot be written to: File exists" in cell.seeds[0].detail


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [1, 2])
def test_a_run_that_another_process_is_working_on_is_waited_for(
    study: Study, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tabib.benchmark.plan import plan
    from tabib.cli.benchmark_progress import Progress
    from tabib.config.load import load_benchmark_config
    from tabib.records.folder import folder_name
    from tabib.runs.lock import locked

    study.only("cls", "base", parallel_seeds=at_once)
    identity = plan(load_benchmark_config("benchmark.yaml"))[0].identity
    lock = study.runs / folder_name("mini_triage_fr", "majority", 1, identity) / ".lock"
    held, told, other_done = threading.Event(), threading.Event(), threading.Event()
    waits = Progress.waits

    def noticed(*arguments: Any) -> None:
        waits(*arguments)
        told.set()

    monkeypatch.setattr(Progress, "waits", noticed)

    def hold() -> None:
        with locked(lock):
            held.set()
            until(lambda: told.is_set() and list(study.runs.glob("*--s2--*/record.json")))
            other_done.set()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(WAIT)
    said = study.benchmark()
    holder.join()
    assert other_done.is_set(), "the other seed was run first"
    assert said.code == 0, said.err
    assert f"process {os.getpid()} on" in said.err
    assert "it comes last" in said.err
    (cell,) = read_results(study.folder / "results.json").cells
    assert [seed.state for seed in cell.seeds] == ["done", "done"]


@pytest.mark.slow
def test_a_process_that_is_killed_is_a_failed_cell_and_the_other_seed_is_done(study: Study) -> None:
    study.only("cls", "bert", parallel_seeds=2)
    steps(study, 40)
    killed: list[int] = []

    def kill_seed_2() -> None:
        def holder() -> Any:
            return [path for path in study.runs.glob("*--s2--*/.lock") if path.read_text()]

        pid = json.loads(until(holder)[0].read_text())["pid"]
        assert pid != os.getpid()
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    killer = threading.Thread(target=kill_seed_2)
    killer.start()
    said = study.benchmark()
    killer.join()
    assert killed
    assert said.code == 1
    record = read_record(study.run("mini_triage_fr", "tiny", seed=2))
    assert record.error is not None
    assert record.error.type == "Killed"
    assert "SIGKILL" in record.error.message
    (cell,) = read_results(study.folder / "results.json").cells
    assert [seed.state for seed in cell.seeds] == ["done", "failed"]
    again = study.benchmark("parallel_seeds=1")
    assert again.code == 0
    assert "1 done already, 1 to run" in again.err
