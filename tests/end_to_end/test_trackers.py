"""A benchmark and a single run tell real trackers, once; their failures lose no results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

BOTH = {"wandb": {"project": "p", "table": "all"}, "mlflow": {"experiment": "e"}}
OUTPUT = {"json": "out/results.json", "markdown": "out/results.md"} | BOTH


def tracked(folder: Path) -> dict[str, Any]:
    """Name → run, in MLflow."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    listed = client.search_runs([client.get_experiment_by_name("e").experiment_id])
    named = {run.info.run_name: run for run in listed}
    assert len(named) == len(listed)
    return named


def offline(folder: Path) -> list[str]:
    """Ids of the runs that lie on disk for W&B."""
    return sorted(path.stem.removeprefix("run-") for path in (folder / "wandb").glob("offline-run-*/*.wandb"))


@pytest.mark.slow
def test_a_benchmark_tells_of_each_run_once_and_of_its_table(study: Any) -> None:
    study.only("cls", "base", "bert", output=OUTPUT)
    first = study.benchmark()
    assert first.code == 0, first.err
    assert "tracked: W&B project p: 4 of 4 runs are new or changed" in first.out
    assert "tracked: MLflow experiment e: 4 of 4 runs are new or changed" in first.out
    runs, ids = tracked(study.folder / "out"), offline(study.folder / "out")
    assert len(ids) == len(set(ids)) == 5
    benchmark = f"{study.folder.name}-benchmark"
    names = {f"mini_triage_fr, {model}, seed {seed}" for model in ("majority", "tiny") for seed in (1, 2)}
    assert set(runs) == names | {benchmark}

    (cell, *_) = json.loads((study.folder / "out" / "results.json").read_text())["cells"]
    metrics = runs["mini_triage_fr, majority, seed 1"].data.metrics
    assert metrics["test/f1_macro"] == cell["seeds"][0]["metrics"]["f1_macro"]["value"]
    assert runs["mini_triage_fr, tiny, seed 1"].data.metrics["training/steps"] == 3

    second = study.benchmark()
    assert second.code == 0, second.err
    assert second.out.count("0 of 4 runs are new or changed") == 2
    assert offline(study.folder / "out") == ids
    again = tracked(study.folder / "out")
    assert {name: run.info.run_id for name, run in again.items()} == {
        name: run.info.run_id for name, run in runs.items()
    }


@pytest.mark.slow
def test_a_single_run_is_told_after_training_and_again_after_its_evaluation(study: Any) -> None:
    study.edit("run.yaml", output=BOTH | {"wandb": {"project": "p"}}, model="majority", backend_args=None)
    study.edit("run.yaml", training=None, model_name_or_path=None, extends="majority.yaml")
    for command, split in (("train", "dev"), ("eval", "test")):
        said = study.call(command, "run.yaml")
        assert said.code == 0, said.err
        assert said.out.count("1 of 1 runs are new or changed") == 2
        (run,) = tracked(study.runs).values()
        assert f"{split}/f1_macro" in run.data.metrics
        assert len(offline(study.runs)) == 1


def test_a_missing_extra_is_said_before_anything_is_written(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    study.only("cls", "base", output=OUTPUT)
    monkeypatch.setattr("tabib.trackers.packages.find_spec", lambda _: None)
    before = study.tree()
    for arguments in ((), ("--dry-run",)):
        said = study.benchmark(*arguments)
        assert (said.code, said.out) == (2, "")
        assert "wandb is not installed. Install it with: pip install 'tabib[wandb]'" in said.err
    assert study.tree() == before


def test_a_tracker_that_fails_loses_no_result_and_shows_in_the_exit_code(
    study: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tabib.trackers.weights_and_biases import WandbTracker

    def fail(*_: object) -> str:
        raise ConnectionError("no route to host")

    study.only("cls", "base", output=OUTPUT | {"mlflow": None})
    with monkeypatch.context() as patch:
        patch.setattr(WandbTracker, "tell", fail)
        said = study.benchmark()
    assert said.code == 1
    assert "the results are written, but not tracked (W&B: ConnectionError: no route to host)" in said.err
    assert (study.folder / "out" / "results.json").is_file()
    assert (study.folder / "out" / "results.md").is_file()
    assert study.benchmark().code == 0
    assert len(offline(study.folder / "out")) == 3
