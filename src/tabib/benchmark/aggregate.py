"""From the records of a benchmark's runs to its results: per seed, mean, standard deviation and interval."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from tabib.benchmark.plan import Cell
from tabib.config.benchmark import BenchmarkConfig, NotPlanned
from tabib.config.run import EvaluationConfig
from tabib.core.scores import Score
from tabib.models.pieces import reading_note
from tabib.records.files import to_json
from tabib.records.results import CellResult, Environment, Results, SeedResult, Summary
from tabib.registry import corpora, find
from tabib.runs.environment import now
from tabib.runs.state import State
from tabib.tasks.load import get_task

INTERVAL = (
    "percentile bootstrap over documents of each run, its ends averaged over seeds; how much seeds differ is not"
    " in it, that is the ±"
)
"""What the interval of a mean over seeds is.

Runs of different seeds are scored on the same documents, so their errors go together. Averaging the ends takes
them to go together wholly; since sd(mean of X) <= mean of sd(X), the interval is then, if anything, wider than
that of a bootstrap that draws documents for all seeds at once.
"""


def aggregate(benchmark: BenchmarkConfig, cells: Sequence[Cell], command: str = "") -> Results:
    """The results as they stand.

    Args:
        benchmark: the benchmark.
        cells: all its cells, with their states.
        command: how to make the results again.
    """
    rows: dict[tuple[str, str, str, str], list[Cell]] = {}
    for cell in cells:
        spec = cell.spec
        key = (spec.dataset_group, spec.dataset, spec.model_group, spec.model_name)
        rows.setdefault(key, []).append(cell)
    left_out = {
        (pair.dataset_group, pair.dataset, pair.model_group, pair.model_name): pair
        for pair in benchmark.not_planned()
    }
    results = []
    for group, datasets in benchmark.datasets.items():
        for dataset in datasets:
            for model_group, settings in benchmark.model_groups.items():
                for name in settings.models:
                    key = (group, dataset, model_group, name)
                    if key in rows:
                        results.append(summarise(rows[key]))
                    elif key in left_out:
                        results.append(_not_planned(benchmark, left_out[key], rows))
    return Results(
        description=benchmark.description,
        benchmark="" if benchmark.path is None else benchmark.path.name,
        command=command,
        created=now(),
        seeds=tuple(benchmark.seeds),
        interval=INTERVAL,
        cells=tuple(results),
        environments=_environments(cells),
    )


def summarise(cells: Sequence[Cell]) -> CellResult:
    """One row of a table from the cells of its seeds."""
    first = cells[0]
    config = first.spec.config
    split = config.evaluation.split
    seeds = tuple(seed_result(cell) for cell in cells)
    done = [cell for cell in cells if cell.state is State.DONE]
    records = [cell.found.record for cell in done if cell.found.record is not None]
    fit = (records[0].fit or {}) if records else {}
    corpus = first.prepared.corpus
    lost = Counter(item.reason.value for item in corpus.lost.get(split, ()))
    return CellResult(
        dataset_group=first.spec.dataset_group,
        dataset=config.dataset,
        task=config.task,
        model_group=first.spec.model_group,
        model=first.spec.model_name,
        family=config.model,
        weights=config.model_name_or_path or "",
        split=split,
        primary=get_task(config.task).primary,
        metrics=_summaries(done),
        seeds=seeds,
        documents=len(corpus.split(split)),
        notes=corpus.notes,
        lost=dict(sorted(lost.items())),
        unlearnable=dict(fit.get("lost", {})),
        reading=reading_note(corpus.split(split), config.preprocessing),
    )


def seed_result(cell: Cell) -> SeedResult:
    """One run as the results keep it. A run that is not done has no scores here, whatever lies in its folder."""
    found, config = cell.found, cell.spec.config
    run = "" if found.folder is None else found.folder.path.name
    common = SeedResult(config.seed, found.state.value, found.detail, run, cell.identity)
    if found.state is not State.DONE:
        return common
    assert found.record is not None
    assert found.scores is not None
    split = f"{config.evaluation.split}: "
    scores = found.scores[config.evaluation.split].scores
    return SeedResult(
        config.seed,
        found.state.value,
        found.detail,
        run,
        cell.identity,
        metrics=scores.metrics,
        items=scores.items,
        suspect=scores.suspect,
        seconds=found.record.seconds,
        tokens=found.record.tokens,
        threads=found.record.threads,
        attention=found.record.attention,
        notes=tuple(note.removeprefix(split) for note in found.record.notes if note.startswith(split)),
    )


def _summaries(done: Sequence[Cell]) -> dict[str, Summary]:
    """Metric → mean over the seeds that are done."""
    if not done:
        return {}
    by_seed = [(cell.spec.seed, _metrics(cell)) for cell in done]
    names = dict.fromkeys(name for _, metrics in by_seed for name in metrics)
    return {name: mean_of({seed: metrics[name] for seed, metrics in by_seed if name in metrics}) for name in names}


def mean_of(by_seed: Mapping[int, Score]) -> Summary:
    """One metric over seeds: mean, sample standard deviation (n − 1), and interval (see ``INTERVAL``).

    A metric that is undefined for one seed has no mean: leaving that seed out would flatter the model.
    """
    for seed, score in by_seed.items():
        if score.value is None:
            why = score.reason if len(by_seed) == 1 else f"seed {seed}: {score.reason}"
            return Summary(None, why, std_reason="the mean is undefined", n=len(by_seed))
    values = [score.value for score in by_seed.values() if score.value is not None]
    lows = [score.low for score in by_seed.values() if score.low is not None]
    highs = [score.high for score in by_seed.values() if score.high is not None]
    whole = len(lows) == len(highs) == len(values)
    several = len(values) > 1
    return Summary(
        mean=statistics.fmean(values),
        std=statistics.stdev(values) if several else None,
        std_reason="" if several else "one seed",
        low=statistics.fmean(lows) if whole else None,
        high=statistics.fmean(highs) if whole else None,
        n=len(values),
    )


def _metrics(cell: Cell) -> dict[str, Score]:
    assert cell.found.scores is not None
    return dict(cell.found.scores[cell.spec.config.evaluation.split].scores.metrics)


def _not_planned(
    benchmark: BenchmarkConfig, pair: NotPlanned, rows: dict[tuple[str, str, str, str], list[Cell]]
) -> CellResult:
    """A pair that the benchmark leaves out; what is known of the corpus comes from another row of it."""
    like = next((cells[0].spec.config for key, cells in rows.items() if key[1] == pair.dataset), None)
    # A group that no model is configured for has no rows at all: then the registry and the file must do.
    task = like.task if like is not None else find(corpora(), pair.dataset, "corpus").task
    evaluation = like.evaluation if like is not None else benchmark.evaluation or EvaluationConfig()
    return CellResult(
        dataset_group=pair.dataset_group,
        dataset=pair.dataset,
        task=task,
        model_group=pair.model_group,
        model=pair.model_name,
        family="",
        weights="",
        split=evaluation.split,
        primary=get_task(task).primary,
    )


def _environments(cells: Sequence[Cell]) -> tuple[Environment, ...]:
    """The different surroundings of the runs that are done, with how many runs had each."""
    counts: Counter[str] = Counter()
    found: dict[str, Environment] = {}
    for cell in cells:
        record = cell.found.record
        if cell.state is not State.DONE or record is None:
            continue
        # A baseline does not load torch, so it does not know the GPU: not a difference between machines.
        machine = {key: value for key, value in record.hardware.items() if key != "gpu"}
        key = to_json([dict(record.versions), machine, record.threads], indent=None)
        counts[key] += 1
        gpu = record.hardware.get("gpu") or (found[key].hardware["gpu"] if key in found else None)
        found[key] = Environment(record.versions, {**machine, "gpu": gpu}, record.threads, counts[key])
    ordered = sorted(found.values(), key=lambda environment: -environment.runs)
    return tuple(ordered)
