"""One run beside others: what it takes over, what it makes anew and says so, and what it leaves alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.core.errors import Interrupted, RecordError
from tabib.models.baselines.majority import MajorityClassifier
from tabib.records.folder import RunFolder
from tabib.records.record import read_record
from tabib.runs import run as module
from tabib.runs.prepare import Prepared, prepare
from tabib.runs.run import Finished, run
from tabib.runs.state import State, inspect_run
from tabib.training.events import Silent


@pytest.fixture
def prepared() -> Prepared:
    content = {"dataset": "mini_triage_pl", "model": "majority", "evaluation": {"resamples": 10}}
    return prepare(run_config_from(content, "test"))


@pytest.fixture
def do(prepared: Prepared, tmp_path: Path) -> Any:
    def call(**arguments: Any) -> Finished:
        return run(prepared.config, runs=tmp_path, prepared=prepared, **arguments)

    return call


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


def test_whoever_looks_on_is_told_how_far_predictions_are(do: Any) -> None:
    class Counts(Silent):
        def __init__(self) -> None:
            self.told: list[tuple[str, int, int]] = []

        def predicting(self, split: str, done: int, total: int) -> None:
            self.told.append((split, done, total))

    counts = Counts()
    documents = do(observer=counts).record.documents
    for split in ("dev", "test"):
        mine = [told for told in counts.told if told[0] == split]
        assert mine[0] == (split, 0, documents[split])
        assert mine[-1] == (split, documents[split], documents[split])


def test_the_record_counts_the_labels_of_train(do: Any, prepared: Prepared) -> None:
    golds = [example.gold for example in prepared.corpus.train]
    assert do().record.train_labels == {label: golds.count(label) for label in prepared.corpus.card.labels}


def state(prepared: Prepared, runs: Path) -> State:
    config = prepared.config
    return inspect_run(runs, config.seed, prepared.identity.hash, config.task, config.evaluation).state


def test_training_leaves_a_model_also_where_one_was_cleaned_up(do: Any) -> None:
    folder = do(owner="benchmark.yaml").folder
    shutil.rmtree(folder.model)
    notes = Notes()
    again = do(stages="fit", observer=notes)
    assert again.did
    assert folder.has_model()
    (said,) = notes.said
    assert "a benchmark has cleaned it up" in said
    assert "trained anew" in said
    assert not do(stages="fit").did


def test_evaluating_needs_no_model_where_the_predictions_are_there(do: Any) -> None:
    folder = do(owner="benchmark.yaml").folder
    shutil.rmtree(folder.model)
    assert not do(stages="evaluate").did
    assert not do().did
    assert not folder.model.exists()


def test_a_run_that_is_trained_by_hand_is_no_longer_the_benchmarks(
    do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MajorityClassifier, "fit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            do(owner="benchmark.yaml")
    (begun,) = tmp_path.iterdir()
    assert RunFolder(begun).owner.is_file()
    assert do(stages="fit").folder.path == begun
    assert not RunFolder(begun).owner.exists()


def test_what_another_process_has_finished_meanwhile_is_not_cleared(
    do: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look, both find nothing, the other one is faster."""
    build = module.build
    written = []

    def slow(prepared: Prepared) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(module, "build", build)
            written.append(do().folder.record.stat().st_mtime_ns)
        return build(prepared)

    monkeypatch.setattr(module, "build", slow)
    finished = do()
    assert not finished.did
    assert finished.record.status == "done"
    assert [finished.folder.record.stat().st_mtime_ns] == written


def test_a_signal_while_the_model_is_built_is_no_failure(
    do: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: Prepared) -> None:
        raise Interrupted("stopped by SIGTERM")

    monkeypatch.setattr(module, "build", stopped)
    with pytest.raises(Interrupted):
        do(owner="benchmark.yaml")
    assert not list(tmp_path.iterdir())


def test_checkpoints_go_when_the_run_is_finished(do: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_checkpoint(self: Any, train: Any, dev: Any) -> None:
        fit(self, train, dev)
        (folder.checkpoints / "step-1").mkdir(parents=True)

    fit = MajorityClassifier.fit
    folder = do(stages="fit").folder
    with monkeypatch.context() as patch:
        patch.setattr(MajorityClassifier, "fit", with_checkpoint)
        do(stages="fit", force=True)
    assert folder.has_model()
    assert not folder.checkpoints.exists()


def test_a_record_of_another_version_is_made_anew_and_that_is_said(do: Any) -> None:
    folder = do().folder
    folder.record.write_text('{"version": 0}')
    notes = Notes()
    assert do(stages="fit", observer=notes).did
    (said,) = notes.said
    assert "written as version 0" in said
    assert "made anew" in said


@pytest.mark.parametrize("content", ["", "[]", "{", '{"identity": 3}'])
def test_a_damaged_identity_is_not_this_run_and_that_is_said(
    do: Any, prepared: Prepared, tmp_path: Path, content: str
) -> None:
    folder = do().folder
    folder.identity.write_text(content)
    assert state(prepared, tmp_path) is State.MISSING
    notes = Notes()
    assert do(observer=notes).did
    assert "identity.json" in notes.said[0]
    assert "damaged" in notes.said[0]
    assert state(prepared, tmp_path) is State.DONE


def test_why_there_is_no_model_is_said_only_where_it_is_known(do: Any) -> None:
    folder = do(stages="fit").folder
    shutil.rmtree(folder.model)
    with pytest.raises(RecordError, match="its folder model/ is absent") as caught:
        do(stages="evaluate")
    assert "benchmark has cleaned" not in str(caught.value)
    folder.model.mkdir()
    with pytest.raises(RecordError, match=r"model\.json is absent"):
        do(stages="evaluate")
    assert read_record(folder.path).status == "trained", "looking changes nothing"


def test_an_evaluation_that_failed_can_be_tried_again(do: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    do(stages="fit")

    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(MajorityClassifier, "predict", broken)
        with pytest.raises(MemoryError):
            do(stages="evaluate")
    assert do(stages="evaluate").record.status == "done"


def test_a_training_that_failed_is_not_evaluated(do: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(MajorityClassifier, "fit", broken)
        with pytest.raises(MemoryError):
            do(stages="fit")
    with pytest.raises(RecordError, match="'tabib train' tries it again"):
        do(stages="evaluate")
