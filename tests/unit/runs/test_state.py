"""How far a run has come is read from what is in its folder, and a damaged record is not taken for a sound one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.config.load import run_config_from
from tabib.config.run import EvaluationConfig, RunConfig
from tabib.records.folder import RunFolder
from tabib.runs.prepare import Prepared, prepare
from tabib.runs.run import run
from tabib.runs.state import Progressed, State, inspect_run


@pytest.fixture
def config() -> RunConfig:
    content = {"dataset": "mini_triage_pl", "model": "majority", "evaluation": {"resamples": 10}}
    return run_config_from(content, "test")


@pytest.fixture
def prepared(config: RunConfig) -> Prepared:
    return prepare(config)


def state(prepared: Prepared, runs: Path, evaluation: EvaluationConfig | None = None) -> Progressed:
    config = prepared.config
    evaluation = evaluation or config.evaluation
    return inspect_run(runs, config.seed, prepared.identity.hash, config.task, evaluation)


def test_from_missing_to_done(prepared: Prepared, tmp_path: Path) -> None:
    assert state(prepared, tmp_path).state is State.MISSING
    run(prepared.config, stages="fit", runs=tmp_path, prepared=prepared)
    trained = state(prepared, tmp_path)
    assert (trained.state, trained.detail) == (State.PARTIAL, "trained, not evaluated on test")
    assert trained.fitted
    run(prepared.config, runs=tmp_path, prepared=prepared)
    assert state(prepared, tmp_path).state is State.DONE
    other = EvaluationConfig(resamples=20)
    assert state(prepared, tmp_path, other).detail == "predicted; test is to be scored anew"
    assert state(prepared, tmp_path, EvaluationConfig(split="train")).detail == "trained, not evaluated on train"


@pytest.mark.parametrize("content", ["", "{", '{"version": 0}'])
def test_a_damaged_record_is_partial_and_says_why(prepared: Prepared, tmp_path: Path, content: str) -> None:
    folder = run(prepared.config, runs=tmp_path, prepared=prepared).folder
    folder.record.write_text(content)
    found = state(prepared, tmp_path)
    assert found.state is State.PARTIAL
    assert "record.json" in found.detail
    assert run(prepared.config, runs=tmp_path, prepared=prepared).did
    assert state(prepared, tmp_path).state is State.DONE


def test_an_evaluation_that_fails_keeps_the_fitted_model(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run(prepared.config, stages="fit", runs=tmp_path, prepared=prepared).folder
    written = (folder.model / "model.json").stat().st_mtime_ns

    def broken(path: Path, _: object) -> None:
        raise OSError(f"cannot read {path.name}")

    with monkeypatch.context() as patch:
        patch.setattr("tabib.runs.stages.load_model", broken)
        with pytest.raises(OSError, match="cannot read model"):
            run(prepared.config, runs=tmp_path, prepared=prepared)
    failed = state(prepared, tmp_path)
    assert (failed.state, failed.detail) == (State.FAILED, "OSError: cannot read model")
    finished = run(prepared.config, runs=tmp_path, prepared=prepared)
    assert finished.record.status == "done"
    assert (RunFolder(folder.path).model / "model.json").stat().st_mtime_ns == written
