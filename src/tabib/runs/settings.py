"""What only the task and the corpus can judge in a configuration: mistakes, and what is odd. Reads no data."""

from __future__ import annotations

from collections.abc import Iterable

from tabib.config.errors import InvalidConfig, Loc, Problem
from tabib.config.run import RunConfig
from tabib.core.errors import ConfigError
from tabib.data.load import check_options
from tabib.tasks.load import get_task


def check_settings(configs: Iterable[RunConfig]) -> None:
    """Hold ``dataset_args`` to the corpora, and the metric that chooses weights to the tasks.

    Raises:
        InvalidConfig: with every mistake of all configurations, each once, and where it was written.
    """
    problems = [problem for config in configs for problem in _problems(config)]
    if problems:
        raise InvalidConfig(problems)


def settings_notices(configs: Iterable[RunConfig]) -> tuple[str, ...]:
    """What a person should know of runs whose settings are right, one sentence each, each once.

    Raises:
        InvalidConfig: they are not right.
    """
    configs = list(configs)
    check_settings(configs)
    return tuple(dict.fromkeys(notice for config in configs for notice in _notices(config)))


def _notices(config: RunConfig) -> Iterable[str]:
    training = config.training
    if training is None or not config.entry.by_steps or training.greater_is_better is None:
        return
    task = get_task(config.task)
    metric = task.known_metric(training.metric_for_best_model or task.primary)
    if training.greater_is_better == (metric in task.lower_is_better):
        given, better = str(training.greater_is_better).lower(), "less" if training.greater_is_better else "more"
        yield f"training.greater_is_better: {given} keeps the worst weights: of {metric}, {better} is better"


def _problems(config: RunConfig) -> Iterable[Problem]:
    for option, value in config.dataset_args.items():
        loc: Loc = ("dataset_args", option)
        try:
            check_options(config.dataset, {option: value})
        except ConfigError as error:
            yield config.problem(loc, str(error).removeprefix(f"dataset_args.{option}: "))
    if config.training is not None and config.training.metric_for_best_model is not None:
        loc = ("training", "metric_for_best_model")
        try:
            get_task(config.task).known_metric(config.training.metric_for_best_model)
        except ConfigError as error:
            yield config.problem(loc, str(error).removeprefix("training.metric_for_best_model: "))
