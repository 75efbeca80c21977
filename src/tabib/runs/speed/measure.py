"""Measuring a trained run: every variant of its model in turns, its predictions scored, all of it kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from tabib.core.errors import RecordError, TabibError
from tabib.core.examples import Document
from tabib.records.folder import RunFolder
from tabib.records.record import RunRecord, read_record
from tabib.records.speed import SpeedMeasurement, VariantSpeed, read_speed, write_speed
from tabib.runs.environment import default_threads, hardware, now, versions
from tabib.runs.lock import locked
from tabib.runs.speed.documents import SpeedData, characters, evenly, load_speed_data, words
from tabib.runs.speed.exporting import ONNX_VARIANTS, export_run
from tabib.runs.speed.quality import Judge
from tabib.runs.speed.rounds import Plan, Turns, plan_round
from tabib.runs.speed.settings import SpeedSettings
from tabib.runs.speed.variants import ONNX_PACKAGES, REFERENCES, device_of, obstacle, variants_of
from tabib.runs.speed.worker import InProcess, Job, Worker
from tabib.runs.state import ADVICE, no_model
from tabib.tasks.load import get_task

Observer = Callable[[str], None]
"""Told in one line what is done next."""
Opener = Callable[[Job], Worker]
Exporter = Callable[[Path, Document, Path], dict[str, str]]

_WARM_UP = 2
"""Documents that each variant reads before any call counts, twice: the second time says how long one takes."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a measurement works with; tests put others in their place."""

    open_worker: Opener = InProcess
    export: Exporter = export_run


DEFAULTS, TOOLS = SpeedSettings(), Tools()


def measure_run(
    folder: Path,
    settings: SpeedSettings = DEFAULTS,
    observer: Observer = lambda _: None,
    tools: Tools = TOOLS,
) -> SpeedMeasurement:
    """Measure a run and keep the result in its folder; a complete one that is there is returned as it is.

    One that was cut off is gone on with where the machine, the threads, the packages and the batch sizes are the
    same, else begun anew. What the saved one lacks of ``settings`` says ``differences``.

    Args:
        folder: of a run that has been trained and evaluated.
        observer: told what is done next.

    Raises:
        RecordError: no run folder, no model in it, its split was not predicted, or another process works in it.
        DataError: its corpus is not to be found, or is another one.
    """
    complete = stands(folder, settings)
    if complete is not None:
        return complete
    record, run = read_record(folder), RunFolder(folder)
    saved = None if settings.force else read_speed(folder)
    if not run.has_model():
        raise RecordError(f"{no_model(run, record)}. {ADVICE}")
    data = load_speed_data(folder, record, settings.data_dir)
    begun = _begun(record, data, settings)
    if saved is not None and _goes_on(saved, begun):
        begun = replace(saved, rounds_asked=settings.rounds, limit=settings.limit)
    with locked(run.lock), ExitStack() as stack:
        work = _Work(folder, record, data, settings, observer, tools, begun)
        stack.callback(work.close)
        work.open_all(Path(stack.enter_context(TemporaryDirectory(prefix="tabib-speed-"))))
        work.take_turns()
    return work.measurement


def stands(folder: Path, settings: SpeedSettings = DEFAULTS) -> SpeedMeasurement | None:
    """The saved measurement that ``measure_run`` would return as it is: complete, and of this model.

    Raises:
        RecordError: no run folder, or a damaged file.
    """
    record = read_record(folder)
    saved = None if settings.force else read_speed(folder)
    return saved if saved is not None and saved.complete and saved.identity == record.identity else None


def differences(saved: SpeedMeasurement, settings: SpeedSettings) -> tuple[str, ...]:
    """In what a saved measurement is not the one that would be made here and now, one sentence each."""
    found = []
    if saved.hardware != hardware():
        found.append(f"it was measured on another machine ({saved.hardware.get('cpu')})")
    if saved.threads != (settings.threads or default_threads()):
        found.append(f"it was measured with {saved.threads} threads")
    if saved.versions != _versions():
        found.append("it was measured with other versions of packages")
    if set(settings.batch_sizes) - set(saved.batch_sizes):
        found.append(f"it has the batch sizes {', '.join(map(str, saved.batch_sizes))}")
    absent = [name for name in settings.variants or () if saved.variant(name) is None]
    if absent:
        found.append(f"it does not have the variant {', '.join(absent)}")
    return tuple(found)


@dataclass(slots=True)
class _Work:
    """One measurement under way; ``measurement`` is what is kept so far."""

    folder: Path
    record: RunRecord
    data: SpeedData
    settings: SpeedSettings
    observer: Observer
    tools: Tools
    measurement: SpeedMeasurement
    workers: dict[str, Worker] = field(default_factory=dict)
    seconds_per_document: dict[str, float] = field(default_factory=dict)

    def close(self) -> None:
        for worker in self.workers.values():
            worker.close()

    # Variants --------------------------------------------------------------------------------------------

    def open_all(self, scratch: Path) -> None:
        """Start a process for each variant, warm it up and score what it predicts; keep what is known of it."""
        files: dict[str, str] | TabibError | None = None
        for variant in self._wanted():
            row = self._row(variant)
            if not row.reason and variant in ONNX_VARIANTS and files is None:
                self.observer("exporting the encoder to ONNX")
                files = self._exported(scratch)
            if not row.reason and variant in ONNX_VARIANTS and isinstance(files, TabibError):
                row = replace(row, reason=str(files))
            if not row.reason:
                file = files.get(variant) if isinstance(files, dict) else None
                row = self._opened(row, Job(self.folder, variant, self.measurement.threads, file))
            self._keep(row)

    def _wanted(self) -> tuple[str, ...]:
        """Those that the model has and that are asked for, and always the one to compare with."""
        asked = self.settings.variants
        return tuple(
            variant
            for variant in variants_of(self.record)
            if asked is None or variant in asked or variant in REFERENCES
        )

    def _row(self, variant: str) -> VariantSpeed:
        """What is known of a variant already; of a new one, why it cannot be measured, if it cannot."""
        before = self.measurement.variant(variant)
        if before is not None:
            return before
        return VariantSpeed(variant, device_of(variant, self.record), obstacle(variant, self.record))

    def _exported(self, scratch: Path) -> dict[str, str] | TabibError:
        try:
            return self.tools.export(self.folder, self.data.documents[0], scratch)
        except TabibError as error:
            return error

    def _opened(self, row: VariantSpeed, job: Job) -> VariantSpeed:
        judge, documents = Judge(self.record, self.data), self.data.documents
        worker: Worker | None = None
        try:
            self.observer(f"{row.variant}: loading")
            worker = self.tools.open_worker(job)
            worker.begin_memory()
            first = evenly(documents, _WARM_UP)
            worker.predict([first])
            per_document = sum(worker.time([first])) / len(first)
            if row.load_seconds is None:  # else its predictions were scored before the measurement was cut off
                if row.variant == "own":
                    row = judge.judge_own(row)
                else:
                    self.observer(f"{row.variant}: predicting {self.data.split} to score it")
                    predictions, seconds = worker.predict(_cut(documents, max(self.measurement.batch_sizes)))
                    row = judge.judge(row, predictions)
                    per_document = min(per_document, seconds / len(documents))  # the noise of a busy machine adds
                row = replace(row, load_seconds=worker.load_seconds)
            self.seconds_per_document[row.variant] = per_document
        except TabibError as error:
            if worker is not None:
                worker.close()
            return replace(row, reason=str(error))
        except BaseException:
            if worker is not None:
                worker.close()
            raise
        self.workers[row.variant] = worker
        return row

    # Turns -----------------------------------------------------------------------------------------------

    def take_turns(self) -> None:
        """Rounds until there are as many as asked for, or the next would go beyond the limit; each is kept."""
        turns = Turns(
            self._plan(),
            self.workers,
            {
                row.variant: {timing.batch_size: timing for timing in row.timings if timing.seconds}
                for row in self.measurement.variants
            },
        )
        timed = turns.plan.documents
        self.measurement = replace(
            self.measurement,
            documents=len(timed),
            words=sum(map(words, timed)),
            characters=sum(map(characters, timed)),
        )
        while self.workers and not self._over(turns):
            for variant, reason in turns.round(self.measurement.rounds + 1, self._announce):
                self._fail(variant, reason, turns)
            self.measurement = replace(self.measurement, rounds=self.measurement.rounds + 1)
            for variant, worker in self.workers.items():
                row = self.measurement.variant(variant)
                assert row is not None, "kept when it was opened"
                timings = turns.table(variant, self.measurement.batch_sizes)
                self._keep(replace(row, timings=timings, memory=worker.memory()))
        self.measurement = replace(self.measurement, complete=True, updated=now())
        write_speed(self.folder, self.measurement)

    def _plan(self) -> Plan:
        """Of a measurement that goes on, the plan that it had."""
        sizes, before = self.measurement.batch_sizes, self.measurement
        if before.rounds:
            skipped = {
                timing.batch_size: timing.reason
                for row in before.variants
                for timing in row.timings
                if timing.reason
            }
            timed = evenly(self.data.documents, before.documents)
            return Plan(timed, tuple(size for size in sizes if size not in skipped), skipped)
        chosen = evenly(self.data.documents, self.settings.documents or len(self.data.documents))
        slowest = max(self.seconds_per_document.values(), default=0.0)
        return plan_round(chosen, sizes, slowest, self.settings.limit)

    def _over(self, turns: Turns) -> bool:
        rounds = self.measurement.rounds
        if rounds >= self.settings.rounds:
            return True
        slowest = max(turns.seconds(variant) for variant in self.workers)
        return rounds > 0 and slowest * (rounds + 1) / rounds > self.settings.limit

    def _announce(self, variant: str, size: int, number: int) -> None:
        what = "one document at a time" if size == 1 else f"{size} documents at a time"
        self.observer(f"round {number} of {self.settings.rounds} at most: {variant}, {what}")

    def _fail(self, variant: str, reason: str, turns: Turns) -> None:
        """Keep what it was timed at before; without any of that it was not measured."""
        row = self.measurement.variant(variant)
        assert row is not None, "kept when it was opened"
        timings = turns.table(variant, self.measurement.batch_sizes)
        timed = any(timing.seconds for timing in timings)
        self._keep(replace(row, reason="" if timed else reason, timings=timings if timed else ()))

    def _keep(self, row: VariantSpeed) -> None:
        others = [other for other in self.measurement.variants if other.variant != row.variant]
        order = variants_of(self.record).index
        rows = tuple(sorted((*others, row), key=lambda one: order(one.variant)))
        self.measurement = replace(self.measurement, variants=rows, updated=now())
        write_speed(self.folder, self.measurement)


def _cut(documents: Sequence[Document], size: int) -> list[Sequence[Document]]:
    """In batches of at most ``size``, each document once."""
    return [documents[first : first + size] for first in range(0, len(documents), size)]


def _begun(record: RunRecord, data: SpeedData, settings: SpeedSettings) -> SpeedMeasurement:
    """A measurement of which nothing has been measured."""
    variants_of(record)  # loads torch where the model has it, so that the GPU is seen
    return SpeedMeasurement(
        identity=record.identity,
        dataset=record.dataset,
        name=record.name,
        seed=record.seed,
        task=record.task,
        split=data.split,
        metric=get_task(record.task).primary,
        started=now(),
        updated=now(),
        complete=False,
        documents=0,
        words=0,
        characters=0,
        split_documents=len(data.documents),
        batch_sizes=tuple(settings.batch_sizes),
        rounds=0,
        rounds_asked=settings.rounds,
        limit=float(settings.limit),
        hardware=hardware(),
        threads=settings.threads or default_threads(),
        versions=_versions(),
        training_memory=dict(record.memory),
    )


def _goes_on(saved: SpeedMeasurement, begun: SpeedMeasurement) -> bool:
    same = ("identity", "split", "batch_sizes", "hardware", "threads", "versions")
    return all(getattr(saved, name) == getattr(begun, name) for name in same)


def _versions() -> dict[str, str]:
    found = versions()
    for package in ONNX_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
