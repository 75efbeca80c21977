"""Threads are limited where the work is done, and given back."""

from __future__ import annotations

import os
import sys

import pytest

from tabib.runs.environment import (
    default_threads,
    hardware,
    limited_threads,
    peak_memory,
    reset_peak_memory,
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
