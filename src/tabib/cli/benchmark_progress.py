"""What ``tabib benchmark`` shows and writes while it runs: one line per cell, and the results after each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from tabib.benchmark.aggregate import aggregate, seed_result
from tabib.benchmark.lines import Lines
from tabib.benchmark.plan import Cell
from tabib.cli.console import stderr
from tabib.config.benchmark import BenchmarkConfig
from tabib.records.results import Results, write_results
from tabib.reports.markdown import write_markdown
from tabib.reports.table import MARKS, minutes_text
from tabib.runs.stages import ANCHOR
from tabib.runs.state import State
from tabib.tasks.load import get_task

if TYPE_CHECKING:
    from tabib.training.events import Observer

_STYLES = {State.DONE: "green", State.FAILED: "red", State.PARTIAL: "yellow", State.MISSING: "yellow"}


class Progress:
    """The reporter of ``execute`` for the command line."""

    def __init__(self, config: BenchmarkConfig, cells: Sequence[Cell], command: str, *, force: bool) -> None:
        self._config = config
        self._cells = cells
        self._command = command
        self._force = force
        self._console = stderr()
        self._total = sum(force or cell.state is not State.DONE for cell in cells)
        self._ended = 0
        self._started: dict[str, float] = {}

    @property
    def outputs(self) -> list[Path]:
        """Files that the results are written to."""
        named = (self._config.output.json_file, self._config.output.markdown_file)
        return [Path(name) for name in named if name is not None]

    def begin(self) -> None:
        """Say how much there is to do, and write the results as they stand: a wrong path shows now."""
        done = len(self._cells) - self._total
        text = f"{len(self._cells)} cells: {done} done already, {self._total} to run"
        self._console.print(text, soft_wrap=True)
        self.write(aggregate(self._config, self._cells, self._command))

    def started(self, cell: Cell) -> None:
        self._started[cell.identity] = time.monotonic()
        why = f" ({cell.state.value}: {cell.found.detail})" if cell.found.detail else ""
        self._say(cell, Text(f"started{why}", "dim"))

    def waits(self, cell: Cell, why: str) -> None:
        self._say(cell, Text(f"waits: {why}; it comes last", "yellow"))

    def note(self, text: str) -> None:
        self._console.print(Text(f"note: {text}", "yellow"), soft_wrap=True)

    def observer(self, cell: Cell) -> Observer:
        """A bar on a terminal; elsewhere a line now and then."""
        if not self._console.is_terminal:
            return Lines(cell.title, lambda line: self._console.print(Text(line), soft_wrap=True))
        from tabib.training.progress import training_observer

        return training_observer(cell.title)

    def finished(self, cell: Cell, cells: Sequence[Cell]) -> None:
        self._ended += 1
        seconds = time.monotonic() - self._started[cell.identity]
        self._say(cell, Text(_outcome(cell), _STYLES[cell.state]) + Text(f"  {minutes_text(seconds)}", "dim"))
        try:
            self.write(aggregate(self._config, cells, self._command))
        except OSError as error:
            # The runs are on disk, and the results are written again after the next cell and at the end.
            self.note(f"the results could not be written: {error}")

    def _say(self, cell: Cell, what: Text) -> None:
        count = f"{self._ended:>{len(str(self._total))}}/{self._total}"
        self._console.print(Text(f"{count}  {cell.title}  ") + what, soft_wrap=True)

    def write(self, results: Results) -> None:
        """Write the files that the benchmark asks for."""
        output = self._config.output
        if output.json_file is not None:
            write_results(Path(output.json_file), results)
        if output.markdown_file is not None:
            write_markdown(Path(output.markdown_file), results)


def _outcome(cell: Cell) -> str:
    if cell.state is not State.DONE:
        detail = f": {cell.found.detail}" if cell.found.detail else ""
        return f"{MARKS[cell.state.value]} {cell.state.value}{detail}"
    result = seed_result(cell)
    doubtful = result.suspect and cell.spec.config.model != ANCHOR
    primary = get_task(cell.spec.config.task).primary
    score = result.metrics[primary]
    value = f"undefined ({score.reason})" if score.value is None else f"{score.value * 100:.1f}"
    return f"done  {primary} {value}" + (f" {MARKS['suspect']} suspect" if doubtful else "")
