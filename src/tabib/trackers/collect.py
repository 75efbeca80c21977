"""From records to what trackers are told."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from tabib.core.scores import Scores
from tabib.records.files import read_jsonl, to_json
from tabib.records.folder import RunFolder, read_scores
from tabib.records.record import RunRecord, read_record
from tabib.records.results import CellResult, Results
from tabib.reports.markdown import render_markdown
from tabib.reports.table import train_seconds, train_tokens
from tabib.trackers.base import Point, Scalar, Story, Table, TrackedRun, id_of
from tabib.trackers.public import public_attention, public_results, public_settings, public_value

LOSSES = 200
"""Points of a curve of training losses at most; each is the mean over the steps since the one before."""

COLUMNS = (
    *("group", "dataset", "model group", "model", "family", "weights", "task", "split", "documents"),
    *("metric", "mean", "std", "low", "high", "seeds done", "seeds", "state", "suspect"),
    *("training seconds", "training tokens"),
)


def story_of_benchmark(results: Results, runs: Path, group: str) -> Story:
    """What a benchmark has to tell: every run that is done or failed, and the table.

    Args:
        results: as they stand.
        runs: where the run folders are.
        group: the benchmark's name.

    Raises:
        RecordError: a record is absent or damaged.
    """
    tracked: dict[str, TrackedRun] = {}
    for cell in results.cells:
        for seed in cell.seeds:
            folder = RunFolder(runs / seed.run)
            # A failure of which not even a record could be written has nothing to tell but its place in the table.
            if seed.state in ("done", "failed") and seed.run and folder.record.is_file():
                run = track_run(folder, group=group, name=cell.model)
                tracked.setdefault(run.id, run)  # two models of the table may be one run
    return Story(tuple(tracked.values()), group, table_of(results, group))


def story_of_run(folder: RunFolder) -> Story:
    """What a single run has to tell. Raises: RecordError."""
    return Story((track_run(folder),))


def track_run(folder: RunFolder, *, group: str = "", name: str = "") -> TrackedRun:
    """One run from its folder.

    Args:
        group: the benchmark that it is told for; a run of two benchmarks is told once for each.
        name: the model's name in tables; default: the record's.

    Raises:
        RecordError: its record, scores or log are absent or damaged.
    """
    record = read_record(folder.path)
    name = name or record.name
    failed = record.error is not None
    scores = {} if failed else {split: saved.scores for split, saved in read_scores(folder).items()}
    tags = {
        "identity": record.identity,
        "dataset": record.dataset,
        "task": record.task,
        "model": name,
        "family": record.model,
        "seed": str(record.seed),
        "benchmark": group,
        "error": "" if record.error is None else record.error.type,
    }
    return TrackedRun(
        id=id_of(group, record.identity),
        name=f"{record.dataset}, {name}, seed {record.seed}",
        status="failed" if failed else "finished",
        started=record.started,
        finished=record.finished,
        tags={key: value for key, value in tags.items() if value},
        settings=_settings(record),
        metrics=dict(_metrics(record, scores)),
        undefined=dict(_undefined(scores)),
        curve=() if failed else tuple(_curve(folder, record)),
        files={} if failed else {"scores.json": to_json({key: row.to_json() for key, row in scores.items()})},
    )


def table_of(results: Results, group: str) -> Table:
    """The table of a benchmark, a row for each model on each corpus that it plans."""
    shown = public_results(results)
    return Table(
        id=id_of(group, "table"),
        name=group,
        description=results.description,
        created=results.created,
        columns=COLUMNS,
        rows=tuple(_row(cell) for cell in shown.cells if cell.planned),
        files={"results.json": to_json(shown.to_json()), "results.md": render_markdown(shown)},
    )


def _settings(record: RunRecord) -> dict[str, Scalar]:
    found = dict(public_settings(record.config))
    found["weights"] = public_value(record.weights) if record.weights else None
    found |= {f"fingerprint.{key}": value[:12] for key, value in record.fingerprints.items() if value}
    found |= {f"version.{key}": value for key, value in record.versions.items()}
    found |= {f"machine.{key}": value for key, value in record.hardware.items()}
    found |= {f"attention.{key}": value for key, value in public_attention(record.attention).items()}
    found["machine.threads"] = record.threads
    return {key: value for key, value in found.items() if value is not None}


def _metrics(record: RunRecord, scores: Mapping[str, Scores]) -> Iterator[tuple[str, float]]:
    for split, found in scores.items():
        for name, score in found.metrics.items():
            for suffix, value in (("", score.value), ("_low", score.low), ("_high", score.high)):
                if value is not None:
                    yield f"{split}/{name}{suffix}", value
        for status, count in asdict(found.items).items():
            yield f"{split}/items_{status}", count
    for kind in ("seconds", "memory", "tokens", "documents"):
        for name, value in getattr(record, kind).items():
            yield f"{kind}/{name}", value
    if record.fit is not None and record.fit.get("steps"):
        yield "training/steps", record.fit["steps"]


def _undefined(scores: Mapping[str, Scores]) -> Iterator[tuple[str, str]]:
    for split, found in scores.items():
        for name, score in found.metrics.items():
            if score.value is None:
                yield f"{split}/{name}", score.reason


def _curve(folder: RunFolder, record: RunRecord) -> Iterator[Point]:
    """Dev scores and mean training losses, by step."""
    points = [*_dev_scores(record.fit or {}), *(_losses(folder) if folder.log.is_file() else ())]
    for step, at_once in groupby(sorted(points, key=lambda point: point.step), key=lambda point: point.step):
        yield Point(step, {name: value for point in at_once for name, value in point.values.items()})


def _dev_scores(fit: Mapping[str, Any]) -> Iterator[Point]:
    for score in fit.get("history", ()):
        if score["score"] is not None:
            yield Point(score["step"], {f"training/dev_{score['metric']}": score["score"]})


def _losses(folder: RunFolder) -> Iterator[Point]:
    rows = [row for row in read_jsonl(folder.log) if "dev" not in row and row["loss"] is not None]
    window = max(1, -(-len(rows) // LOSSES))
    for start in range(0, len(rows), window):
        part = rows[start : start + window]
        values = {"training/loss": statistics.fmean(row["loss"] for row in part)}
        yield Point(part[-1]["step"], values | {"training/learning_rate": part[-1]["learning_rate"]})


def _row(cell: CellResult) -> tuple[Scalar, ...]:
    score = cell.score
    states = sorted({seed.state for seed in cell.seeds})
    return (
        *(cell.dataset_group, cell.dataset, cell.model_group, cell.model, cell.family, cell.weights),
        *(cell.task, cell.split, cell.documents, cell.primary, score.mean, score.std, score.low, score.high),
        *(len(cell.done), len(cell.seeds), ", ".join(states), "; ".join(cell.suspect)),
        *(train_seconds(cell), train_tokens(cell)),
    )
