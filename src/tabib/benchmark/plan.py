"""The cells of a benchmark and how far each of them has come. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tabib.config.benchmark import BenchmarkConfig, CellSpec
from tabib.config.run import RunConfig
from tabib.records.folder import RunFolder, folder_name
from tabib.runs.environment import default_threads
from tabib.runs.prepare import Corpora, Prepared, prepare
from tabib.runs.present import require_all
from tabib.runs.state import Progressed, State, inspect_run


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a benchmark.

    Args:
        spec: where it stands in the table, and its configuration.
        prepared: its corpus, weights and identity.
        found: how far it has come.
        ran: this call has worked on it.
    """

    spec: CellSpec
    prepared: Prepared
    found: Progressed
    ran: bool = False

    @property
    def state(self) -> State:
        return self.found.state

    @property
    def title(self) -> str:
        """How lines about it begin."""
        return f"{self.spec.dataset}, {self.spec.model_name}, seed {self.spec.seed}"

    @property
    def identity(self) -> str:
        return self.prepared.identity.hash

    def refreshed(self, runs: Path, *, ran: bool = False) -> Cell:
        """The same cell with its state read again."""
        return replace(self, found=_inspect(self.prepared, runs), ran=self.ran or ran)

    def failed(self, detail: str) -> Cell:
        """The same cell, tried and failed, though nothing on disk says so: not even that could be written."""
        return replace(self, found=replace(self.found, state=State.FAILED, detail=detail))

    def saying(self, detail: str) -> Cell:
        """The same cell with another explanation of its state."""
        return replace(self, found=replace(self.found, detail=detail))


def plan(benchmark: BenchmarkConfig, progress: Callable[[str], None] | None = None) -> list[Cell]:
    """Every cell in the file's order.

    All corpora are read and all weights found here, so that a mistake in one shows before anything runs.

    Args:
        benchmark: the benchmark.
        progress: told what is being read, one line each.

    Raises:
        DataError, ConfigError, ModelError: of any cell; all that is absent is named at once.
    """
    require_all(spec.config for spec in benchmark.cells())
    corpora = Corpora()
    cells = []
    seen: set[str] = set()
    for spec in benchmark.cells():
        if progress is not None and spec.dataset not in seen:
            seen.add(spec.dataset)
            progress(f"reading {spec.dataset}")
        prepared = prepare(spec.config, corpora)
        cells.append(Cell(spec, prepared, _inspect(prepared, runs_of(benchmark))))
    return cells


def runs_of(benchmark: BenchmarkConfig) -> Path:
    """Where the run folders of a benchmark are."""
    return Path(benchmark.output.runs)


def threads_of(benchmark: BenchmarkConfig, config: RunConfig) -> int:
    """CPU threads of one run: a property of the file, since the last bits of a result depend on it.

    ``threads`` where it is given; else what there is, divided by ``parallel_seeds``, also for a run that happens
    to be alone. Nothing that a command line adds (other seeds) changes it.
    """
    return config.threads or max(1, default_threads() // benchmark.parallel_seeds)


def folder_of(cell: Cell, runs: Path) -> RunFolder:
    """The folder of a cell: the one that is there, or the one that would be made."""
    spec = cell.spec
    name = folder_name(spec.config.dataset, spec.model_name, spec.config.seed, cell.identity)
    return cell.found.folder or RunFolder(runs / name)


def _inspect(prepared: Prepared, runs: Path) -> Progressed:
    config = prepared.config
    return inspect_run(runs, config.seed, prepared.identity.hash, config.task, config.evaluation)
