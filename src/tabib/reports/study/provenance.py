"""Where a study's numbers come from: corpora, runs, machines, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.records.folder import RunFolder, read_gold, read_scores
from tabib.records.record import RunRecord, read_record
from tabib.reports.statements import Tables
from tabib.tasks.load import get_task


@dataclass(frozen=True, slots=True)
class StudyCell:
    """One run of the benchmark that a study looks into.

    Args:
        state: ``done``, or why there is nothing to look into: ``failed``, ``partial``, ``missing``.
        detail: in a sentence; empty where the word says all.
        folder: of a run that is done; None otherwise.
    """

    dataset: str
    model: str
    seed: int
    state: str
    detail: str
    folder: Path | None


@dataclass(frozen=True, slots=True)
class StudyRuns:
    """The runs that a study looks into.

    Args:
        description: the benchmark's.
        benchmark: the name of its file.
        split: the split that is evaluated.
        seeds: those that were asked for.
        cells: all cells of tasks of entities, also those that are not done.
    """

    description: str
    benchmark: str
    split: str
    seeds: tuple[int, ...]
    cells: tuple[StudyCell, ...]

    def done(self, dataset: str) -> list[Path]:
        """The folders of the runs of a corpus that are done."""
        return [cell.folder for cell in self.cells if cell.dataset == dataset and cell.folder is not None]

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.dataset for cell in self.cells))


def provenance_tables(runs: StudyRuns) -> Tables:
    """``corpora``, ``lost``, ``runs`` and ``environments``."""
    records = {cell: read_record(cell.folder) for cell in runs.cells if cell.folder is not None}
    first: dict[str, tuple[Path, RunRecord]] = {}
    for cell, record in records.items():
        assert cell.folder is not None
        first.setdefault(cell.dataset, (cell.folder, record))
    return {
        "study": [_summary(runs)],
        "corpora": [row for folder, record in first.values() for row in _corpus(folder, record)],
        "lost": [
            {"dataset": record.dataset, "split": split, "why": why, "annotations": n}
            for _, record in first.values()
            for split, reasons in record.lost.items()
            for why, n in reasons.items()
        ],
        "runs": [_run(cell, records.get(cell), runs.split) for cell in runs.cells],
        "environments": _environments(list(records.values())),
    }


def _summary(runs: StudyRuns) -> dict[str, Any]:
    return {
        "description": runs.description,
        "benchmark": runs.benchmark,
        "split": runs.split,
        "seeds": ", ".join(map(str, runs.seeds)),
        "runs": len(runs.cells),
        "done": sum(cell.state == "done" for cell in runs.cells),
        "not_done": sum(cell.state != "done" for cell in runs.cells),
    }


def _corpus(folder: Path, record: RunRecord) -> list[dict[str, Any]]:
    rows = []
    for split, documents in record.documents.items():
        gold: int | None
        if split == "train":
            gold = None if record.train_labels is None else sum(record.train_labels.values())
        else:
            path = RunFolder(folder).gold(split)
            gold = sum(len(row.gold) for row in read_gold(path, get_task(record.task))) if path.is_file() else None
        lost = sum(record.lost.get(split, {}).values())
        rows.append(
            {
                "dataset": record.dataset,
                "task": record.task,
                "split": split,
                "documents": documents,
                "gold": gold,
                "lost": lost,
                "types": len(record.labels),
                "note": "; ".join(record.notes[:1]) if split == "train" else "",
            }
        )
    return rows


def _run(cell: StudyCell, record: RunRecord | None, split: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "dataset": cell.dataset,
        "model": cell.model,
        "seed": cell.seed,
        "state": cell.state,
        "detail": cell.detail,
        "metric": None,
        "dev": None,
        "score": None,
        "suspect": "",
        "steps": None,
        "parameters": None,
        "train_seconds": None,
        "train_tokens": None,
        "memory_gib": None,
        "gpu_gib": None,
        "threads": None,
        "folder": "",
    }
    if record is None or cell.folder is None:
        return row
    primary = get_task(record.task).primary
    saved = read_scores(RunFolder(cell.folder))
    fit = record.fit or {}
    found = {name: saved[name].scores.metrics.get(primary) for name in ("dev", split) if name in saved}
    return row | {
        "metric": primary,
        "dev": score.value if (score := found.get("dev")) else None,
        "score": score.value if (score := found.get(split)) else None,
        "suspect": "; ".join(saved[split].scores.suspect) if split in saved and record.model != "majority" else "",
        "steps": fit.get("steps"),
        "parameters": fit.get("parameters"),
        "train_seconds": record.seconds.get("fit"),
        "train_tokens": record.tokens.get("train"),
        "memory_gib": record.memory.get("process_gib"),
        "gpu_gib": record.memory.get("gpu_gib"),
        "threads": record.threads,
        "folder": cell.folder.name,
    }


def _environments(records: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """The different surroundings of the runs, the most usual first."""
    counted: dict[tuple[tuple[str, Any], ...], int] = {}
    for record in records:
        machine = {key: record.hardware.get(key) for key in ("system", "cpu", "cores", "memory_gib", "gpu")}
        versions = {name: record.versions.get(name) for name in ("python", "tabib", "torch", "transformers")}
        key = tuple((machine | versions | {"threads": record.threads}).items())
        counted[key] = counted.get(key, 0) + 1
    return [dict(key) | {"runs": n} for key, n in sorted(counted.items(), key=lambda item: -item[1])]
