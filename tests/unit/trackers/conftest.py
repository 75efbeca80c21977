"""Run folders and results as runs write them, made by hand: trackers read files and need no training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.core.scores import ItemCounts, Score, Scores
from tabib.records.files import write_jsonl
from tabib.records.folder import RunFolder, SavedScores, write_scores
from tabib.records.record import RunError, RunRecord, write_record
from tabib.records.results import CellResult, Environment, Results, SeedResult, Summary
from tabib.tasks.base import Resampling
from tabib.trackers.base import Story
from tabib.trackers.collect import story_of_benchmark

PATIENT = "Madame Durand, 54 ans, rue des Lilas"
"""What must never be told: it stands where a careless user or an exception could put it."""

MakeRun = Callable[..., RunFolder]


def record(seed: int, **changes: Any) -> RunRecord:
    made = RunRecord(
        identity=f"{seed:02d}" * 32,
        status="done",
        dataset="emea",
        task="ner_span",
        name="MiniLM",
        model="span_ner",
        weights="/srv/clinic7/models/MiniLM",
        seed=seed,
        config={
            "description": PATIENT,
            "data_dir": "/srv/clinic7/corpora",
            "dataset": "emea",
            "model_name_or_path": "/srv/clinic7/models/MiniLM",
            "backend_args": {"system": PATIENT, "use_crf": True, "base_url": "http://inside.hospital:8000/v1"},
            "training": {"max_steps": 4, "output_dir": "/srv/clinic7/runs", "precision": "fp32"},
            "seed": seed,
        },
        labels=("CHEM",),
        fingerprints={"corpus": "c" * 64, "weights": "w" * 64, "tokenizer": "t" * 64, "code": "k" * 64},
        versions={"python": "3.11", "torch": "2.13.0+cpu"},
        hardware={"cpu": "a processor", "cores": 2, "gpu": None},
        threads=1,
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:01:00+00:00",
        seconds={"fit": 60.0, "predict_test": 2.5},
        tokens={"train": 100},
        documents={"train": 8, "dev": 2, "test": 3},
        fit={
            "steps": 4,
            "history": [
                {"step": 2, "metric": "exact_f1", "score": 0.25, "loss": 1.5},
                {"step": 4, "metric": "exact_f1", "score": 0.5, "loss": 0.75},
            ],
        },
        notes=(PATIENT,),
        attention={"asked": "flash_attention_2", "training": "sdpa", "prediction": "sdpa", "why": PATIENT},
    )
    return replace(made, **changes)


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Writes the folder of a run with a seed; keyword arguments change its record."""

    def make(seed: int = 1, f1: float = 0.6, **changes: Any) -> RunFolder:
        folder = RunFolder(tmp_path / "runs" / f"emea--MiniLM--s{seed}--{seed:02d}")
        folder.path.mkdir(parents=True, exist_ok=True)
        metrics = {
            "exact_f1": Score(f1, low=f1 - 0.1, high=f1 + 0.1),
            "exact_recall": Score(None, "no gold entity"),
        }
        scores = Scores("ner_span", "exact_f1", metrics, items=ItemCounts(ok=2, truncated=1))
        write_scores(folder, {"test": SavedScores(scores, Resampling(100, 0), "code")})
        losses = [
            {"step": step, "loss": 2.0 / step, "learning_rate": 0.001, "tokens": 25, "seconds": 1.0}
            for step in range(1, 5)
        ]
        write_jsonl(folder.log, losses)
        (folder.path / "predictions").mkdir(exist_ok=True)
        write_jsonl(folder.predictions("test"), [{"id": "1", "text": PATIENT}])
        write_record(folder.path, record(seed, **changes))
        return folder

    return make


def seed_result(folder: RunFolder, seed: int, value: float = 0.6) -> SeedResult:
    metrics = {"exact_f1": Score(value)}
    attention = {"asked": "flash_attention_2", "prediction": "sdpa", "why": PATIENT}
    return SeedResult(
        seed,
        "done",
        run=folder.path.name,
        metrics=metrics,
        seconds={"fit": 60.0},
        attention=attention,
        notes=(PATIENT,),
    )


@pytest.fixture
def make_results(make_run: MakeRun) -> Callable[..., Results]:
    """A benchmark of three seeds: one done, one failed, one missing; and a pair that it leaves out."""

    def make(f1: float = 0.6) -> Results:
        done = make_run(1, f1)
        failed = make_run(2, status="failed", error=RunError("DataError", f"cannot read {PATIENT!r}"))
        seeds = (
            seed_result(done, 1, f1),
            SeedResult(2, "failed", f"DataError: cannot read {PATIENT!r}", run=failed.path.name),
            SeedResult(3, "missing"),
        )
        summary = {"exact_f1": Summary(f1, std_reason="one seed", low=f1 - 0.1, high=f1 + 0.1, n=1)}
        place = ("ner", "emea", "ner_span", "bert")
        cells = (
            CellResult(
                *place,
                "MiniLM, short",
                "span_ner",
                "/srv/clinic7/models/MiniLM",
                "test",
                "exact_f1",
                summary,
                seeds,
                notes=(PATIENT,),
            ),
            CellResult(*place, "left out", "", "", "test", "exact_f1"),
        )
        machine = Environment({"python": "3.11"}, {"cpu": "a processor", "cores": 2}, 1, 1)
        return Results(
            *("Small", "bench.yaml", "tabib benchmark /srv/clinic7/bench.yaml", "2026-01-01T00:02:00+00:00"),
            *((1, 2, 3), "bootstrap", cells, (machine,)),
        )

    return make


@pytest.fixture
def story(make_results: Callable[..., Results], tmp_path: Path) -> Story:
    """What the benchmark has to tell."""
    return story_of_benchmark(make_results(), tmp_path / "runs", "studies-bench")


@pytest.fixture
def changed(make_results: Callable[..., Results], tmp_path: Path, story: Story) -> Story:  # noqa: ARG001 - first
    """The same benchmark after the run that is done was scored otherwise."""
    return story_of_benchmark(make_results(0.8), tmp_path / "runs", "studies-bench")


@pytest.fixture
def private() -> tuple[str, ...]:
    """Pieces of text that must be nowhere in what is told."""
    return (PATIENT, "Durand", "clinic7", "inside.hospital")
