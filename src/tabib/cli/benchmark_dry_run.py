"""What ``tabib benchmark --dry-run`` shows: every cell, how far it has come, and what the rest will cost."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.benchmark.estimate import Estimate, earlier_records, estimate
from tabib.benchmark.plan import Cell, runs_of, threads_of
from tabib.cli.console import stdout, table
from tabib.config.benchmark import BenchmarkConfig
from tabib.reports.table import count_text, minutes_text
from tabib.runs.state import State


def show_plan(config: BenchmarkConfig, cells: Sequence[Cell], *, force: bool) -> None:
    """Print the plan; writes nothing."""
    records = earlier_records(runs_of(config))
    at_once = min(config.parallel_seeds, len(config.seeds))
    costs: dict[tuple[str, str, str], Estimate] = {}
    shown = table(
        "dataset",
        "model",
        ("seed", "right"),
        "state",
        ("steps", "right"),
        ("tokens", "right"),
        ("time", "right"),
        ("memory", "right"),
        "estimate from",
    )
    seconds, to_run = 0.0, 0
    for cell in cells:
        spec = cell.spec
        state = cell.state.value + (f": {cell.found.detail}" if cell.found.detail else "")
        if cell.state is State.DONE and not force:
            shown.add_row(spec.dataset, spec.model_name, str(spec.seed), state, "", "", "", "", "")
            continue
        to_run += 1
        key = (spec.dataset, spec.model_group, spec.model_name)
        if key not in costs:
            costs[key] = estimate(cell, records, threads_of(config, spec.config))
        cost = costs[key]
        seconds += cost.seconds
        shown.add_row(
            spec.dataset,
            spec.model_name,
            str(spec.seed),
            state,
            str(cost.steps) if cost.steps else "none",
            count_text(cost.tokens) if cost.tokens else "none",
            minutes_text(cost.seconds),
            "unknown" if cost.memory_gib is None else f"{cost.memory_gib:.1f} GiB",
            cost.source,
        )
    console = stdout()
    console.print(shown)
    done = len(cells) - to_run
    total = f"{len(cells)} cells: {done} done already, {to_run} to run"
    if to_run:
        total += f", about {minutes_text(seconds / at_once)}" + (f" with {at_once} at once" if at_once > 1 else "")
    console.print(f"{total}. Nothing was written.", soft_wrap=True)
