"""The cells of a benchmark and how far each of them has come. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tabib.config.benchmark import BenchmarkConfig, CellSpec
from tabib.runs.prepare import Corpora, Prepared, prepare
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
    def identity(self) -> str:
        return self.prepared.identity.hash

    def refreshed(self, runs: Path, *, ran: bool = False) -> Cell:
        """The same cell with its state read again."""
        return replace(self, found=_inspect(self.prepared, runs), ran=self.ran or ran)

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
        DataError, ConfigError, ModelError: of any cell.
    """
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


def _inspect(prepared: Prepared, runs: Path) -> Progressed:
    config = prepared.config
    return inspect_run(runs, config.seed, prepared.identity.hash, config.task, config.evaluation)
