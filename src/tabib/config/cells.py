"""From a benchmark file to its cells: base configuration + weights or settings + corpus, each one validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tabib.config.benchmark import BenchmarkConfig, CellSpec, NotPlanned
from tabib.config.errors import InvalidConfig, Loc, Mark, Problem
from tabib.config.explain import mark_of, problems_of
from tabib.config.merge import above, below, merge, without
from tabib.config.names import model_entry
from tabib.config.run import RunConfig, written_at
from tabib.config.sources import read_config, resolve
from tabib.config.training import TrainingConfig
from tabib.config.yaml_file import Marked

_FOR_ALL = ("data_dir", "offline_dir", "threads", "evaluation")
"""Keys of a benchmark that are put over every base configuration."""


def expand(benchmark: BenchmarkConfig, marked: Marked, folder: Path) -> tuple[list[CellSpec], list[NotPlanned]]:
    """All cells, and the pairs of corpus and model that are not planned.

    Args:
        benchmark: the validated file.
        marked: the same file as data, for the places of its values.
        folder: the benchmark file's, where base configurations are looked for first.

    Raises:
        InvalidConfig: with the mistakes of all cells, each once.
    """
    bases, problems = base_configs(marked, folder)
    shared = _training_problems(marked)
    problems += shared
    told = {(problem.loc, problem.mark) for problem in shared}
    cells: list[CellSpec] = []
    left_out: list[NotPlanned] = []
    for dataset_group, datasets in benchmark.datasets.items():
        for dataset in datasets:
            for group, settings in benchmark.model_groups.items():
                for name in settings.models:
                    if dataset_group not in settings.configs:
                        left_out.append(NotPlanned(dataset_group, dataset, group, name))
                        continue
                    base = bases.get((group, dataset_group))
                    if base is None:
                        continue
                    loc: Loc = ("model_groups", group, "models", name)
                    run = _run(base, marked, loc, dataset)
                    try:
                        config = written_at(RunConfig.model_validate(run.data), run.marks)
                    except ValidationError as error:
                        found = problems_of(error, RunConfig, run.marks)
                        problems += [
                            _said_of(problem, name, dataset, mark_of(loc, marked.marks))
                            for problem in found
                            if (problem.loc, problem.mark) not in told
                        ]
                        continue
                    cells += [
                        CellSpec(
                            dataset_group, dataset, group, name, seed, config.model_copy(update={"seed": seed})
                        )
                        for seed in benchmark.seeds
                    ]
    if problems:
        raise InvalidConfig(problems)
    return cells, left_out


def base_configs(marked: Marked, folder: Path) -> tuple[dict[tuple[str, str], Marked], list[Problem]]:
    """(model group, dataset group) → base configuration, and what is wrong with those that cannot be read.

    Works on a file that is not valid either, so that all its mistakes can be told at once.
    """
    bases: dict[tuple[str, str], Marked] = {}
    problems: list[Problem] = []
    for group, settings in _items(marked.data.get("model_groups")):
        configs = settings.get("configs") if isinstance(settings, Mapping) else None
        for dataset_group, name in _items(configs):
            if not isinstance(name, str):
                continue
            loc: Loc = ("model_groups", group, "configs", dataset_group)
            try:
                bases[group, dataset_group] = read_config(resolve(name, folder, loc, mark_of(loc, marked.marks)))
            except InvalidConfig as error:
                problems.extend(error.problems)
    return bases, problems


def _training_problems(marked: Marked) -> list[Problem]:
    """Mistakes in what the benchmark puts over the training of its models, also where no model takes it."""
    if not isinstance(marked.data.get("training"), Mapping):
        return []
    training = below(marked, ("training",))
    try:
        TrainingConfig.model_validate(training.data)
    except ValidationError as error:
        found = problems_of(error, TrainingConfig, training.marks)
        return [Problem(problem.message, ("training", *problem.loc), problem.mark) for problem in found]
    return []


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, Mapping) else ()


def _run(base: Marked, benchmark: Marked, loc: Loc, dataset: str) -> Marked:
    """The settings of one model on one corpus. The later wins: base, benchmark, the model's own settings."""
    own = below(benchmark, loc)
    if isinstance(own.data, str):
        own = above(own, ("model_name_or_path",))
    elif own.data is None:
        own = Marked({}, own.marks)
    run = _leave_family(base, own.data)
    given = {key: benchmark.data[key] for key in _FOR_ALL if benchmark.data.get(key) is not None}
    run = merge(run, _only(benchmark, given))
    family = model_entry(own.data.get("model", run.data.get("model")))
    if family is not None and family.by_steps and benchmark.data.get("training"):
        run = merge(run, above(below(benchmark, ("training",)), ("training",)))
    run = merge(run, own)
    here = mark_of(loc, benchmark.marks)
    corpus = Marked({"dataset": dataset}, {} if here is None else {("dataset",): here})
    return merge(without(run, "dataset", "seed"), corpus)


def _leave_family(base: Marked, own: Mapping[str, Any]) -> Marked:
    """``base`` without what belongs to its model family, if a model names another family."""
    old, new = model_entry(base.data.get("model")), model_entry(own.get("model"))
    if new is None or old is None or new.name == old.name:
        return base
    training = [] if new.by_steps else ["training"]
    weights = [] if new.pretrained else ["model_name_or_path"]
    return without(base, "model", "backend_args", *training, *weights)


def _only(marked: Marked, data: Mapping[str, Any]) -> Marked:
    """Some keys of a root, with their marks."""
    return Marked(dict(data), {path: mark for path, mark in marked.marks.items() if path and path[0] in data})


def _said_of(problem: Problem, name: str, dataset: str, model: Mark | None) -> Problem:
    """What is missing or contradictory has no place of its own: it is said of the model's line."""
    if problem.mark is not None and problem.loc and not problem.message.startswith("is missing"):
        return problem
    return Problem(f"{problem.message} (model {name!r} on {dataset!r})", problem.loc, model)
