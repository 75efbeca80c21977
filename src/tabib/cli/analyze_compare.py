"""``tabib analyze compare``: models over seeds on the same documents, and the one to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.analyze_arguments import Output, Split, check_output, write_output
from tabib.cli.analyze_types import FrequentAbove, RareBelow

if TYPE_CHECKING:
    from tabib.analysis.runs import RunData

Runs = Annotated[
    list[Path],
    typer.Argument(metavar="RUN...", help="Run folders of one corpus: models, seeds.", show_default=False),
]
Weight = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        metavar="NAME=NUMBER",
        help="Weight of a criterion of the choice: score, rare_types, speed; may be repeated. Those that are not"
        " named have none. By default score=0.6, rare_types=0.2, speed=0.2.",
        show_default=False,
    ),
]
CandidateName = Annotated[
    list[str] | None,
    typer.Option(
        "--candidate",
        metavar="MODEL",
        help="A model that may be chosen; may be repeated. By default all.",
        show_default=False,
    ),
]
Speed = Annotated[
    list[str] | None,
    typer.Option(
        "--speed",
        metavar="MODEL=NUMBER",
        help="Documents per second of a model in prediction; may be repeated. By default what [cyan]tabib analyze"
        " speed[/cyan] measured.",
        show_default=False,
    ),
]
Permutations = Annotated[int, typer.Option("--permutations", min=1, help="Of each randomisation test.")]


def compare(
    runs: Runs,
    split: Split = "test",
    output: Output = None,
    weight: Weight = None,
    candidate: CandidateName = None,
    speed: Speed = None,
    permutations: Permutations = 10_000,
    rare_below: RareBelow = 100,
    frequent_above: FrequentAbove = 1000,
) -> None:
    """Models side by side, paired tests of every two, the best for each type, and a choice with its trade-offs.

    The model is chosen on dev; the split has no part in it.
    """
    from tabib.analysis.comparison import compare as compare_models
    from tabib.analysis.models import dev_models, group_models
    from tabib.analysis.runs import load_run_data
    from tabib.analysis.selection import SelectionSettings, select
    from tabib.analysis.tradeoffs import trade_offs
    from tabib.analysis.types import Thresholds
    from tabib.cli.console import stdout
    from tabib.records.scoring import resampling_of_record
    from tabib.reports.bundles import comparison_bundle
    from tabib.reports.comparison_tables import (
        print_best_by_type,
        print_models,
        print_pairs,
        print_selection,
        print_statements,
    )

    thresholds = Thresholds(rare_below, frequent_above)
    names = tuple(candidate) if candidate else None
    weights = _numbers(weight, "--weight")
    settings = SelectionSettings(weights, names) if weights else SelectionSettings(candidates=names)
    check_output(output)
    data = [load_run_data(run, split) for run in runs]
    models = group_models(data)
    given = _speeds(_numbers(speed, "--speed"), [model.name for model in models.models])
    speeds = {**_measured(runs, data), **given}
    resampling = resampling_of_record(data[0].record)
    comparison = compare_models(
        models, thresholds, resampling, documents_per_second=speeds, permutations=permutations
    )
    dev = dev_models(models, _dev(runs, data, split))
    ordered = [row.model for row in comparison.models]
    selection = select(ordered, dev, settings, thresholds, resampling, speeds)
    bundle = comparison_bundle(comparison, selection, trade_offs(comparison, selection))
    console = stdout()
    print_models(console, comparison)
    print_pairs(console, comparison)
    print_best_by_type(console, comparison)
    print_selection(console, selection)
    print_statements(console, bundle.tables)
    if output is not None:
        write_output(output, bundle)


def _dev(runs: Sequence[Path], data: Sequence[RunData], split: str) -> list[RunData]:
    """The dev split of those runs that have it."""
    from tabib.analysis.runs import load_dev_data

    if split == "dev":
        return list(data)
    return [dev for run in runs if (dev := load_dev_data(run, split)) is not None]


def _measured(runs: Sequence[Path], data: Sequence[RunData]) -> dict[str, float]:
    """Documents per second by model, as they were measured in the run folders; says what cannot be compared."""
    from dataclasses import replace

    from tabib.analysis.model_speeds import speeds_of_models
    from tabib.cli.console import show_notices
    from tabib.records.speed import read_speed

    found = []
    for path, of in zip(runs, data, strict=True):
        measurement = read_speed(path)
        if measurement is not None and measurement.identity == of.record.identity:
            found.append(replace(measurement, name=of.record.name))
    speeds, notes = speeds_of_models(found)
    show_notices(notes)
    return speeds


def _numbers(pairs: Sequence[str] | None, option: str) -> dict[str, float]:
    """``NAME=NUMBER`` by name; the name may hold an equals sign. Raises: ConfigError."""
    from tabib.core.errors import ConfigError

    found: dict[str, float] = {}
    for pair in pairs or ():
        name, _, number = pair.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            name = ""
        if not name:
            raise ConfigError(f"{option}: found {pair!r}; expected a name and a number, such as score=0.6")
    return found


def _speeds(speeds: Mapping[str, float], names: Sequence[str]) -> Mapping[str, float]:
    from tabib.core.errors import ConfigError
    from tabib.registry import nearest

    for name, speed in speeds.items():
        if name not in names:
            raise ConfigError(f"--speed: no model {name!r} among the runs{nearest(name, names)}")
        if not 0 < speed < float("inf"):
            raise ConfigError(f"--speed: found {speed:g} documents per second for {name!r}; expected more than 0")
    return speeds
