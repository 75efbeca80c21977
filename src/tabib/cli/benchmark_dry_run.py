"""What ``tabib benchmark --dry-run`` shows: every cell, how far it has come, and what the rest will cost."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from tabib.benchmark.estimate import Estimate, earlier_records, estimate
from tabib.benchmark.plan import Cell, runs_of, threads_of
from tabib.cli.console import stdout
from tabib.config.benchmark import BenchmarkConfig
from tabib.reports.layout import Column, Section, print_sections
from tabib.reports.table import count_text, minutes_text
from tabib.runs.state import State

_COLUMNS = (
    Column("model"),
    Column("seed", right=True),
    Column("state"),
    Column("steps", right=True),
    Column("tokens", right=True),
    Column("time", right=True),
    Column("memory", right=True),
    Column("notes"),
)


def show_plan(config: BenchmarkConfig, cells: Sequence[Cell], *, force: bool) -> None:
    """Print the plan, a section for each corpus, with what is to be said of a cell below; writes nothing."""
    records = earlier_records(runs_of(config))
    at_once = min(config.parallel_seeds, len(config.seeds))
    costs: dict[tuple[str, str, str], Estimate] = {}
    sections: dict[tuple[str, str], list[list[Text]]] = {}
    notes: dict[str, int] = {}
    seconds, to_run, unknown = 0.0, 0, 0
    for cell in cells:
        spec = cell.spec
        said = [cell.found.detail] if cell.found.detail else []
        cost = None
        if force or cell.state is not State.DONE:
            to_run += 1
            key = (spec.dataset, spec.model_group, spec.model_name)
            if key not in costs:
                costs[key] = estimate(cell, records, threads_of(config, spec.config))
            cost = costs[key]
            if cost.seconds is None:
                unknown += 1
            else:
                seconds += cost.seconds
            said.append(cost.source if cost.seconds is None else f"estimated from {cost.source}")
        numbers = [str(notes.setdefault(note, len(notes) + 1)) for note in said]
        rows = sections.setdefault((spec.dataset_group, spec.dataset), [])
        rows.append([*_cells(cell, cost), Text(",".join(numbers), "dim")])
    console = stdout()
    shown = [Section(Text(dataset, "bold"), rows) for (_, dataset), rows in sections.items()]
    print_sections(console, _COLUMNS, shown)
    console.print()
    for note, number in notes.items():
        console.print(Text(f"{number}  {note}"), soft_wrap=True)
    done = len(cells) - to_run
    total = f"{len(cells)} cells: {done} done already, {to_run} to run"
    if to_run > unknown:
        total += f", about {minutes_text(seconds / at_once)}" + (f" with {at_once} at once" if at_once > 1 else "")
    if unknown:
        total += f", {unknown} of them in a time that cannot be estimated"
    console.print(f"{total}. Nothing was written.", soft_wrap=True)


def _cells(cell: Cell, cost: Estimate | None) -> list[Text]:
    """All columns but the last; those of the cost are empty for a cell that is not run."""
    texts = [cell.spec.model_name, str(cell.spec.seed), cell.state.value]
    if cost is None:
        texts += [""] * 4
    else:
        texts += [
            str(cost.steps) if cost.steps else "none",
            count_text(cost.tokens) if cost.tokens else "none",
            minutes_text(cost.seconds),
            "unknown" if cost.memory_gib is None else f"{cost.memory_gib:.1f} GiB",
        ]
    return [Text(text) for text in texts]
