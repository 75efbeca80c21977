"""Outputs that cannot be written: refused before anything runs, with nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabib.benchmark import execute as module
from tabib.records.results import read_results

Study = Any  # of conftest.py, which cannot be imported

needs_proc = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param("/proc/x", "training.output_dir: /proc/x cannot be written to: ", marks=needs_proc),
        ("run.yaml", "training.output_dir: run.yaml cannot be a folder: "),
        ("run.yaml/inner", "training.output_dir: run.yaml/inner cannot be a folder: "),
    ],
)
def test_a_run(study: Study, value: str, said: str) -> None:
    before = study.tree()
    done = study.call("train", "run.yaml", f"training.output_dir={value}")
    assert done.code == 2
    assert f"error: {said}" in done.err
    assert "Traceback" not in done.err
    assert study.tree() == before


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("output.json=.", "output.json: . is a folder, expected the name of a file"),
        ("output.markdown=data", "output.markdown: data is a folder"),
        ("output.json=run.yaml/x.json", "output.json: run.yaml cannot be a folder"),
        ("output.runs=run.yaml", "output.runs: run.yaml cannot be a folder"),
        (f"output.json={'x' * 300}.json", "output.json: found 'xxx"),
    ],
)
def test_a_benchmark(study: Study, override: str, said: str, dry_run: bool) -> None:
    before = study.tree()
    done = study.benchmark(override, *(["--dry-run"] if dry_run else []))
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert study.tree() == before


@needs_proc
@pytest.mark.parametrize("key", ["output.json", "output.markdown", "output.runs"])
def test_a_folder_where_nothing_can_be_made_although_permissions_allow_it(study: Study, key: str) -> None:
    before = study.tree()
    done = study.benchmark(f"{key}=/proc/x.json")
    assert done.code == 2
    assert f"error: {key}: /proc" in done.err
    assert study.tree() == before


def test_a_cell_that_was_tried_and_left_nothing_is_failed_and_not_missing(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def attempt(*_: object) -> None:
        raise OSError(28, "No space left on device")

    study.only("cls", "base")
    monkeypatch.setattr(module, "attempt", attempt)
    done = study.benchmark()
    assert done.code == 1
    (cell,) = read_results(study.folder / "results.json").cells
    assert [seed.state for seed in cell.seeds] == ["failed", "failed"]
    assert all("No space left on device" in seed.detail for seed in cell.seeds)
