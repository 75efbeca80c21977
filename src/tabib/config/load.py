"""Loading: a file, what it extends, overrides, then validation. Every mistake is one ``ConfigError``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tabib import registry
from tabib.config.benchmark import BenchmarkConfig
from tabib.config.cells import base_configs, expand
from tabib.config.errors import InvalidConfig, Loc, Mark, Problem
from tabib.config.explain import problems_of
from tabib.config.overrides import override
from tabib.config.run import RunConfig, written_at
from tabib.config.sources import read_config
from tabib.config.yaml_file import Marked, describe

_NAMED: tuple[Loc, ...] = (
    ("datasets",),
    ("model_groups",),
    ("model_groups", "*", "configs"),
    ("model_groups", "*", "models"),
)
"""Mappings of a benchmark whose keys are the file's own names."""


def load_run_config(path: str | Path, overrides: Sequence[str] = ()) -> RunConfig:
    """The run that a file describes.

    Args:
        path: a YAML file.
        overrides: ``key.path=value``, put over the file.

    Raises:
        ConfigError: with every mistake, and where it is.
    """
    _load_registry()
    marked = override(read_config(Path(path)), overrides)
    if {"datasets", "model_groups"} & set(marked.data):
        message = "this is a benchmark, expected a single run; use: tabib benchmark"
        raise InvalidConfig([Problem(message, mark=Mark(str(path)))])
    return _validated_run(marked)


def run_config_from(mapping: Mapping[str, Any], path: str | Path) -> RunConfig:
    """The run that plain data describes; ``path`` is named in errors.

    Raises:
        ConfigError: with every mistake.
    """
    if not isinstance(mapping, Mapping):
        raise InvalidConfig([Problem(f"found {describe(mapping)}, expected a mapping", mark=Mark(str(path)))])
    return _validated_run(Marked(dict(mapping), {(): Mark(str(path))}))


def load_benchmark_config(
    path: str | Path, overrides: Sequence[str] = (), seeds: Sequence[int] | None = None
) -> BenchmarkConfig:
    """The benchmark that a file describes, with all its cells.

    Args:
        path: a YAML file.
        overrides: ``key.path=value``, put over the file.
        seeds: instead of the file's seeds; nothing else changes.

    Raises:
        ConfigError: with every mistake of the file and of all cells, before anything runs.
    """
    _load_registry()
    path = Path(path)
    marked = override(read_config(path), overrides, _NAMED)
    if "model" in marked.data and "model_groups" not in marked.data:
        message = "this is a single run, expected a benchmark; use: tabib train"
        raise InvalidConfig([Problem(message, mark=Mark(str(path)))])
    if seeds is not None:
        marks = {loc: mark for loc, mark in marked.marks.items() if loc[:1] != ("seeds",)}
        marked = Marked({**marked.data, "seeds": list(seeds)}, {**marks, ("seeds",): Mark("--seeds")})
    try:
        benchmark = BenchmarkConfig.model_validate(marked.data)
    except ValidationError as error:
        _, unreadable = base_configs(marked, path.parent)
        raise InvalidConfig([*problems_of(error, BenchmarkConfig, marked.marks), *unreadable]) from None
    cells, not_planned = expand(benchmark, marked, path.parent)
    benchmark = benchmark.model_copy(
        update={"output": benchmark.output.placed(path.parent), "study": benchmark.study.placed(path.parent)}
    )
    benchmark._cells = tuple(cells)
    benchmark._not_planned = tuple(not_planned)
    benchmark._path = path
    return benchmark


def load_all_runs(path: str | Path) -> list[RunConfig]:
    """The runs of a file, be it a benchmark (every cell) or a single run.

    Raises:
        ConfigError: with every mistake, and where it is.
    """
    if {"datasets", "model_groups"} & set(read_config(Path(path)).data):
        return [cell.config for cell in load_benchmark_config(path).cells()]
    return [load_run_config(path)]


def _load_registry() -> None:
    """A plug-in that is broken is no mistake of the file's: it shows before the file is looked at."""
    for table in (registry.tasks, registry.corpora, registry.models):
        table()


def _validated_run(marked: Marked) -> RunConfig:
    try:
        config = RunConfig.model_validate(marked.data)
    except ValidationError as error:
        raise InvalidConfig(problems_of(error, RunConfig, marked.marks)) from None
    return written_at(config, marked.marks)
