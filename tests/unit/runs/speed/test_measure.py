"""Measuring a run of a baseline, with workers and clocks that are put in the place of processes and time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import run_config_from
from tabib.core.errors import ConfigError, DataError, ModelError, RecordError
from tabib.core.examples import Document
from tabib.records.folder import RunFolder, read_scores
from tabib.records.record import read_record, write_record
from tabib.records.speed import read_speed
from tabib.runs.annotate import open_run
from tabib.runs.run import run
from tabib.runs.speed import measure as module
from tabib.runs.speed.measure import Tools, differences, measure_run
from tabib.runs.speed.settings import SpeedSettings
from tabib.runs.speed.worker import Here, Job, Worker

FEW = SpeedSettings(batch_sizes=(1, 4), documents=4, rounds=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = {"dataset": "mini_ner_en", "model": "dictionary", "evaluation": {"resamples": 20}}
    return run(run_config_from(content, "test"), runs=tmp_path_factory.mktemp("runs")).folder.path


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "run"))


def ticking() -> Callable[[], float]:
    """A clock on which every call of a model takes a second."""
    ticks = count()
    return lambda: float(next(ticks))


class Changed(Here):
    """Predicts entities for the first document alone."""

    def predict(self, batches: Sequence[Sequence[Document]]) -> tuple[list[Any], float]:
        found, seconds = super().predict(batches)
        return [found[0], *(replace(prediction, entities=()) for prediction in found[1:])], seconds


def opener(opened: list[Worker], **kinds: type[Here]) -> Callable[[Job], Worker]:
    def open_worker(job: Job) -> Worker:
        kind = kinds.get(job.variant.replace("-", "_"), Here)
        opened.append(kind(open_run(job.run)[1], ticking(), load_seconds=0.5))
        return opened[-1]

    return open_worker


def tools(**kinds: type[Here]) -> Tools:
    return Tools(opener([], **kinds), lambda *_: {"onnx": "a", "onnx-int8": "b"})


@pytest.fixture
def _as_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dictionary have the variants of an encoder on the processor."""
    monkeypatch.setattr(module, "variants_of", lambda _: ("fp32", "int8", "gpu-fp32"))
    monkeypatch.setattr(module, "obstacle", lambda name, _: "there is no GPU" if name == "gpu-fp32" else "")


def test_a_baseline_is_measured_as_it_is(folder: Path) -> None:
    measured = measure_run(folder, FEW, tools=tools())
    (own,) = measured.variants
    assert (own.variant, own.device, own.reason, own.load_seconds) == ("own", "cpu", "", 0.5)
    assert [timing.seconds for timing in own.timings] == [(1.0,) * 8, (1.0,) * 2]
    assert [timing.documents for timing in own.timings] == [8, 8]
    assert own.memory["process_gib"] >= own.memory["loaded_gib"] > 0
    assert (measured.complete, measured.rounds, measured.documents) == (True, 2, 4)
    saved = read_scores(RunFolder(folder))["test"].scores.primary_score
    assert own.score == saved, "nothing is predicted again to score it"
    assert own.identical.reason == "these are the run's own predictions"
    assert read_speed(folder) == measured


@pytest.mark.usefixtures("_as_encoder")
def test_each_variant_is_scored_and_held_against_the_run(folder: Path) -> None:
    measured = measure_run(folder, FEW, tools=tools(int8=Changed))
    fp32, int8, gpu = measured.variants
    assert (fp32.difference.value, fp32.identical.value, fp32.agreement.value) == (0.0, 1.0, 1.0)
    assert int8.score.value is not None
    assert fp32.score.value is not None
    assert int8.difference.value == pytest.approx(int8.score.value - fp32.score.value)
    assert int8.difference.low is not None
    assert int8.difference.high is not None
    assert int8.difference.low <= int8.difference.value <= int8.difference.high < 0
    assert int8.identical.value is not None
    assert int8.identical.value < 1
    assert int8.agreement.value is not None
    assert 0 < int8.agreement.value < 1
    assert (gpu.reason, gpu.timings, gpu.score.value) == ("there is no GPU", (), None)


@pytest.mark.usefixtures("_as_encoder")
def test_only_what_is_asked_for_is_measured_beside_what_it_is_compared_with(folder: Path) -> None:
    measured = measure_run(folder, replace(FEW, variants=("gpu-fp32",)), tools=tools())
    assert [row.variant for row in measured.variants] == ["fp32", "gpu-fp32"]


def test_rounds_end_where_the_next_would_go_beyond_the_limit(folder: Path) -> None:
    # A round of four documents one by one, and of one batch of four, takes 5 seconds.
    settings = replace(FEW, rounds=9, limit=11.0)
    assert measure_run(folder, settings, tools=tools()).rounds == 2


def test_a_saved_measurement_stands_until_it_is_forced_away(folder: Path) -> None:
    first = measure_run(folder, FEW, tools=tools())
    assert measure_run(folder, replace(FEW, batch_sizes=(2,)), tools=tools()) == first
    again = measure_run(folder, replace(FEW, batch_sizes=(2,), force=True), tools=tools())
    assert again.batch_sizes == (2,)
    assert read_speed(folder) == again


def test_a_measurement_of_another_model_is_made_anew(folder: Path) -> None:
    measure_run(folder, FEW, tools=tools())
    write_record(folder, replace(read_record(folder), identity="0" * 64))
    assert measure_run(folder, FEW, tools=tools()).identity == "0" * 64


class Stops(Here):
    """Is interrupted in its third turn, the first of the second round."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turns = 0

    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        self.turns += 1
        if self.turns == 4:  # the first one warms it up
            raise KeyboardInterrupt
        return super().time(batches)


def test_what_was_cut_off_goes_on(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure_run(folder, FEW, tools=tools(own=Stops))
    kept = read_speed(folder)
    assert kept is not None
    assert (kept.complete, kept.rounds) == (False, 1)
    done = measure_run(folder, FEW, tools=tools())
    assert (done.complete, done.rounds, done.started) == (True, 2, kept.started)
    assert [len(timing.seconds) for timing in done.variants[0].timings] == [8, 2]


def test_every_process_is_closed_however_it_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Worker] = []
    closed: list[Worker] = []
    monkeypatch.setattr(Here, "close", lambda self: closed.append(self))
    with pytest.raises(KeyboardInterrupt):
        measure_run(folder, FEW, tools=Tools(opener(opened, own=Stops)))
    assert closed == opened
    assert len(opened) == 1


class Large(Here):
    """Has no memory for batches."""

    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        if len(batches[0]) > 2:
            raise ModelError("out of memory")
        return super().time(batches)


@pytest.mark.usefixtures("_as_encoder")
def test_a_variant_that_fails_keeps_what_it_was_timed_at(folder: Path) -> None:
    fp32, int8, _ = measure_run(folder, FEW, tools=tools(int8=Large)).variants
    assert [len(timing.seconds) for timing in fp32.timings] == [8, 2]
    assert [(len(timing.seconds), timing.reason) for timing in int8.timings] == [(4, ""), (0, "out of memory")]
    assert int8.reason == ""


class Broken(Here):
    """Is warmed up and then fails."""

    def time(self, batches: Sequence[Sequence[Document]]) -> list[float]:
        if len(batches) > 1:
            raise ModelError("its process ended")
        return super().time(batches)


def test_a_variant_that_fails_at_once_was_not_measured(folder: Path) -> None:
    measured = measure_run(folder, FEW, tools=tools(own=Broken))
    assert (measured.complete, measured.variants[0].reason, measured.variants[0].timings) == (
        True,
        "its process ended",
        (),
    )


@pytest.mark.usefixtures("_as_encoder")
def test_a_variant_that_cannot_be_opened_says_why(folder: Path) -> None:
    def open_worker(job: Job) -> Worker:
        if job.variant == "int8":
            raise ModelError("torch has no 8 bits")
        return opener([])(job)

    measured = measure_run(folder, FEW, tools=Tools(open_worker))
    assert [row.reason for row in measured.variants] == ["", "torch has no 8 bits", "there is no GPU"]


def test_an_encoder_that_cannot_be_exported_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "variants_of", lambda _: ("fp32", "onnx", "onnx-int8"))
    monkeypatch.setattr(module, "obstacle", lambda *_: "")
    exports: list[Path] = []

    def export(run: Path, *_: object) -> dict[str, str]:
        exports.append(run)
        raise ModelError("no such operator")

    measured = measure_run(folder, FEW, tools=Tools(opener([]), export))
    assert [row.reason for row in measured.variants] == ["", "no such operator", "no such operator"]
    assert exports == [folder], "it is tried once for both"


def test_a_run_without_its_model_or_its_corpus_is_refused(folder: Path) -> None:
    record = read_record(folder)
    write_record(folder, replace(record, dataset="mini_ner_fr"))
    with pytest.raises(DataError, match="documents of test are not there"):
        measure_run(folder, FEW, tools=tools())
    shutil.rmtree(folder / "predictions")
    with pytest.raises(RecordError, match="no predictions for test"):
        measure_run(folder, FEW, tools=tools())
    shutil.rmtree(folder / "model")
    with pytest.raises(RecordError, match="no trained model"):
        measure_run(folder, FEW, tools=tools())


def test_what_a_saved_measurement_lacks_is_named(folder: Path) -> None:
    measured = measure_run(folder, FEW, tools=tools())
    assert differences(measured, FEW) == ()
    elsewhere = replace(measured, hardware={"cpu": "Xeon"}, threads=7, versions={})
    assert differences(elsewhere, replace(FEW, batch_sizes=(64,), variants=("int8",))) == (
        "it was measured on another machine (Xeon)",
        "it was measured with 7 threads",
        "it was measured with other versions of packages",
        "it has the batch sizes 1, 4",
        "it does not have the variant int8",
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch_sizes": (1, 0)}, "batch size: found 0"),
        ({"batch_sizes": (8, 8)}, "each once"),
        ({"batch_sizes": ()}, "one or more"),
        ({"rounds": 0}, "rounds: found 0"),
        ({"documents": 0}, "documents: found 0"),
        ({"threads": 0}, "threads: found 0"),
        ({"limit": 0.0}, "limit: found 0"),
        ({"variants": ("int4",)}, "variant: found 'int4', expected one of own, fp32"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SpeedSettings(**wrong)
