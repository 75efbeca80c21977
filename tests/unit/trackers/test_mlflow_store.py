"""MLflow is told once, in an sqlite file that is read back with MLflow's own client."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tabib.config.output import Mlflow
from tabib.core.errors import ConfigError
from tabib.trackers.base import Point, Story
from tabib.trackers.mlflow_store import MlflowTracker

SETTINGS = Mlflow(experiment="e")


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as MLflow makes it, which takes it more than a second."""
    from mlflow.tracking import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}")
    return path


@pytest.fixture
def folder(new_database: Path, tmp_path: Path) -> Path:
    """A folder for outputs with a database that holds nothing yet."""
    (tmp_path / "out").mkdir()
    shutil.copy(new_database, tmp_path / "out" / "mlflow.db")
    return tmp_path / "out"


def client(folder: Path) -> Any:
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")


def runs(folder: Path) -> dict[str, Any]:
    """Name → run, of all that are not deleted; a name is there once."""
    found = client(folder)
    experiment = found.get_experiment_by_name("e")
    listed = found.search_runs([experiment.experiment_id])
    named = {run.info.run_name: run for run in listed}
    assert len(named) == len(listed)
    return named


def test_every_run_is_logged_with_parameters_scores_and_tags(story: Story, folder: Path) -> None:
    said = MlflowTracker(SETTINGS, folder).tell(story)
    assert said == f"MLflow experiment e: 2 of 2 runs are new or changed, in sqlite:///{folder / 'mlflow.db'}"
    run = runs(folder)["emea, MiniLM, short, seed 1"]
    assert run.data.params["training.max_steps"] == "4"
    assert run.data.metrics["test/exact_f1"] == 0.6
    assert run.data.metrics["seconds/fit"] == 60.0
    tags = run.data.tags
    assert (tags["tabib.task"], tags["tabib.dataset"], tags["tabib.model"]) == (
        "ner_span",
        "emea",
        "MiniLM, short",
    )
    assert (tags["tabib.identity"], tags["tabib.seed"]) == ("01" * 32, "1")
    assert tags["undefined.test/exact_recall"] == "no gold entity"
    assert (run.info.status, run.info.end_time - run.info.start_time) == ("FINISHED", 60_000)


def test_curves_have_their_steps(story: Story, folder: Path) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    run = runs(folder)["emea, MiniLM, short, seed 1"]
    history = client(folder).get_metric_history(run.info.run_id, "training/dev_exact_f1")
    assert [(metric.step, metric.value) for metric in history] == [(2, 0.25), (4, 0.5)]


def test_a_failed_run_is_one_that_failed(story: Story, folder: Path) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    run = runs(folder)["emea, MiniLM, short, seed 2"]
    assert (run.info.status, run.data.tags["tabib.error"]) == ("FAILED", "DataError")


def test_result_files_are_artifacts_and_runs_lie_below_their_benchmark(story: Story, folder: Path) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    found = runs(folder)
    parent, child = found["studies-bench"], found["emea, MiniLM, short, seed 1"]
    assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
    for run, names in ((parent, ["results.json", "results.md"]), (child, ["scores.json"])):
        assert [file.path for file in client(folder).list_artifacts(run.info.run_id)] == names
    assert run.info.artifact_uri.startswith(str(folder / "mlartifacts"))


def test_telling_the_same_again_changes_nothing(story: Story, folder: Path) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    before = {name: run.to_dictionary() for name, run in runs(folder).items()}
    assert "0 of 2 runs are new" in MlflowTracker(SETTINGS, folder).tell(story)
    assert {name: run.to_dictionary() for name, run in runs(folder).items()} == before


def test_a_run_that_was_scored_anew_takes_the_place_of_the_old_one(
    story: Story, changed: Story, folder: Path
) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    benchmark = runs(folder)["studies-bench"].info.run_id
    assert "1 of 2 runs are new" in MlflowTracker(SETTINGS, folder).tell(changed)
    found = runs(folder)
    assert len(found) == 3
    assert found["emea, MiniLM, short, seed 1"].data.metrics["test/exact_f1"] == 0.8
    assert found["studies-bench"].info.run_id == benchmark


def test_a_run_that_was_cut_off_is_replaced(story: Story, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.tracking import MlflowClient

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "log_text", _full_disk)
        with pytest.raises(OSError, match="disk"):
            MlflowTracker(SETTINGS, folder).tell(Story(story.runs))
    assert "2 of 2 runs are new" in MlflowTracker(SETTINGS, folder).tell(story)
    assert len(runs(folder)) == 3


def _full_disk(*_: object) -> None:
    raise OSError("the disk is full")


def test_a_long_curve_and_many_settings_go_in_several_calls(story: Story, folder: Path) -> None:
    curve = tuple(Point(step, {"training/loss": 1.0 / (step + 1)}) for step in range(1700))
    settings = {f"setting.{number}": number for number in range(250)}
    long = replace(story.runs[0], curve=curve, settings=settings)
    MlflowTracker(SETTINGS, folder).tell(Story((long,)))
    (run,) = runs(folder).values()
    assert len(client(folder).get_metric_history(run.info.run_id, "training/loss")) == 1700
    assert len(run.data.params) == 250
    assert "test/exact_f1" in run.data.metrics


def test_a_usual_run_takes_one_call(story: Story, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.tracking import MlflowClient

    calls = []
    original: Callable[..., Any] = MlflowClient.log_batch
    monkeypatch.setattr(
        MlflowClient, "log_batch", lambda *arguments, **named: (calls.append(1), original(*arguments, **named))[1]
    )
    MlflowTracker(SETTINGS, folder).tell(Story(story.runs))
    assert len(calls) == len(story.runs)


def test_nothing_private_is_on_disk(story: Story, private: tuple[str, ...], folder: Path) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"mlflow.db", "scores.json", "results.json", "results.md"}
    for path in files:
        content = path.read_bytes()
        assert not any(text.encode() in content for text in private), path


def test_no_process_or_variable_is_left(story: Story, folder: Path) -> None:
    before = (set(psutil.Process().children(recursive=True)), dict(os.environ))
    MlflowTracker(SETTINGS, folder).tell(story)
    assert (set(psutil.Process().children(recursive=True)), dict(os.environ)) == before


def test_an_address_comes_from_the_file_else_the_environment(
    story: Story, folder: Path, new_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.db", "b.db"):
        shutil.copy(new_database, folder / name)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'a.db'}")
    uri = f"sqlite:///{folder / 'b.db'}"
    assert MlflowTracker(SETTINGS, folder).tell(story).endswith("/a.db")
    assert MlflowTracker(Mlflow(experiment="e", tracking_uri=uri), folder).tell(story).endswith("/b.db")
    assert client(folder).get_experiment_by_name("e") is None


def test_the_database_is_made_where_there_is_none(story: Story, tmp_path: Path) -> None:
    MlflowTracker(SETTINGS, tmp_path / "new").tell(Story(story.runs))
    assert len(runs(tmp_path / "new")) == 2


def test_a_password_of_the_environment_is_not_shown(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    from tabib.trackers.mlflow_store import _shown

    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql://me:hidden@db/mlflow")
    assert _shown(MlflowTracker(SETTINGS, folder)._uri) == "postgresql://db/mlflow"


def test_a_deleted_experiment_is_no_place_to_log_to(story: Story, folder: Path) -> None:
    MlflowTracker(SETTINGS, folder).tell(story)
    found = client(folder)
    found.delete_experiment(found.get_experiment_by_name("e").experiment_id)
    with pytest.raises(ConfigError, match="the experiment 'e' was deleted"):
        MlflowTracker(SETTINGS, folder).tell(story)


def test_a_file_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").mkdir()
    with pytest.raises(ConfigError, match=r"output\.mlflow: .* is a folder"):
        MlflowTracker(SETTINGS, tmp_path).require()
