"""Threads are limited where the work is done, and given back."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tabib.runs.environment import (
    default_threads,
    hardware,
    limited_threads,
    peak_memory,
    reset_peak_memory,
    resident_memory,
    versions,
)


def test_torch_uses_the_threads_it_is_given_and_gets_its_own_back() -> None:
    import torch

    before, variable = torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")
    with limited_threads(before + 1, with_torch=True):
        assert torch.get_num_threads() == before + 1
        assert os.environ["OMP_NUM_THREADS"] == str(before + 1)
    assert torch.get_num_threads() == before
    assert os.environ.get("OMP_NUM_THREADS") == variable


@pytest.mark.parametrize(("given", "threads"), [("3", 3), ("0", None), ("many", None), ("", None)])
def test_the_environment_may_say_how_many_threads(
    monkeypatch: pytest.MonkeyPatch, given: str, threads: int | None
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert default_threads() == (threads or hardware()["cores"])


def test_what_a_run_was_done_with_is_known() -> None:
    assert {"python", "tabib", "torch", "numpy"} <= set(versions())
    machine = hardware()
    assert machine["cpu"]
    assert machine["memory_gib"] > 0.1
    assert 0 < peak_memory()["process_gib"] < machine["memory_gib"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can reset the peak")
def test_a_peak_counts_from_its_reset() -> None:
    reset_peak_memory()
    before = peak_memory()["process_gib"]
    held = bytearray(400 * 2**20)
    assert peak_memory()["process_gib"] > before + 0.35
    del held
    reset_peak_memory()
    assert peak_memory()["process_gib"] < before + 0.2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process itself had used")
def test_the_peak_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    large = bytearray(600 * 2**20)
    large[::4096] = b"1" * len(large[::4096])  # touched, so that it is resident
    ask = "from tabib.runs.environment import peak_memory; print(peak_memory()['process_gib'])"
    child = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    assert peak_memory()["process_gib"] >= 0.6
    assert float(child.stdout) < 0.4


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not say")
def test_what_is_resident_is_at_most_the_peak() -> None:
    resident = resident_memory()
    assert resident is not None
    assert 0 < resident <= peak_memory()["process_gib"]
