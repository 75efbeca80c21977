"""How long scores and their bootstrap intervals take, against seqeval and naive bootstraps, in one process.

Run: ``python benchmarks/scoring_speed.py [--documents 1000] [--repeats 5] [--json FILE]`` (``dev`` extra).

Measured on seeded flat IOB2 data (about 20 words a document, ten labels), CPU seconds of one thread, the fastest
of the repeats; what is compared takes turns, so that a busy machine slows all alike:

- one set of scores: seqeval (strict, IOB2) from its tag lists; tabib's strict IOB2 counts and rates from
  entities; tabib's whole ``ner_token`` task (exact, partial, boundary, type, token and IOB2, by label), without
  intervals;
- intervals: a Python loop that draws documents and calls seqeval again (a few resamples, scaled to 10,000); a
  Python loop that draws rows of per-document counts (scaled too); tabib's intervals of strict IOB2, micro, macro
  and by label, and of all metrics of the task at once;
- 10,000 resamples of 10,000 documents by number of columns; no two documents are equal (the slowest case).

The same F1 from all of them is asserted before anything is timed.
"""

# ruff: noqa: E402 - the number of threads is set before numpy is loaded

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from tabib.cli.console import print_table, stdout, table
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.core.tags import tags_to_spans
from tabib.metrics.bootstrap import resampled_sums
from tabib.metrics.counts import score_counts
from tabib.metrics.words import iob2_counts
from tabib.tasks.base import Resampling
from tabib.tasks.load import get_task

LABELS = tuple("ABCDEFGHIJ")
RESAMPLES = 10_000
NAIVE_SEQEVAL_RESAMPLES = 3
NAIVE_COUNTS_RESAMPLES = 200
WORDS = tuple((7 * index, 7 * index + 6) for index in range(40))

Tags = list[list[str]]

_COMPARED = (
    "seqeval, strict IOB2",
    "tabib, strict IOB2",
    "tabib, all of ner_token",
    "loop over seqeval",
    "loop over counts",
)


@dataclass(frozen=True)
class Data:
    """The same gold and predictions as tags and as entities."""

    gold_tags: Tags
    predicted_tags: Tags
    references: list[Reference[tuple[Entity, ...]]]
    predictions: list[NerPrediction]

    def pairs(self) -> list[tuple[Sequence[tuple[int, int]], set[Entity], set[Entity]]]:
        return [
            (reference.words, set(reference.gold), {scored.entity for scored in prediction.entities})
            for reference, prediction in zip(self.references, self.predictions, strict=True)
        ]


def random_tags(rng: random.Random, n_words: int) -> list[str]:
    tags: list[str] = []
    while len(tags) < n_words:
        if rng.random() < 0.15:
            label = rng.choice(LABELS)
            tags += [f"B-{label}", *[f"I-{label}"] * rng.randint(0, 3)]
        else:
            tags.append("O")
    return tags[:n_words]


def make_data(n_documents: int) -> Data:
    """About 80% of the words of a prediction are those of gold."""
    rng = random.Random(0)
    gold_tags: Tags = []
    predicted_tags: Tags = []
    for _ in range(n_documents):
        gold = random_tags(rng, rng.randint(5, 35))
        cut = rng.randint(0, len(gold)) if rng.random() < 0.5 else len(gold)
        gold_tags.append(gold)
        predicted_tags.append(gold[:cut] + random_tags(rng, len(gold) - cut))
    references, predictions = [], []
    for index, (gold, predicted) in enumerate(zip(gold_tags, predicted_tags, strict=True)):
        words = WORDS[: len(gold)]
        entities = [[span.entity for span in tags_to_spans(words, tags)] for tags in (gold, predicted)]
        references.append(Reference(str(index), tuple(entities[0]), words))
        predictions.append(NerPrediction(str(index), tuple(ScoredEntity(entity) for entity in entities[1])))
    return Data(gold_tags, predicted_tags, references, predictions)


def seqeval_f1(data: Data) -> float:
    return float(f1_score(data.gold_tags, data.predicted_tags, mode="strict", scheme=IOB2, zero_division=0))


def tabib_f1(data: Data, resamples: int = 0) -> float | None:
    metrics, _ = score_counts({"": iob2_counts(data.pairs(), LABELS)}, resamples, seed=0)
    return metrics["f1"].value


def tabib_task(data: Data, resamples: int = 0) -> float | None:
    scores = get_task("ner_token").score(data.references, data.predictions, LABELS, Resampling(resamples))
    return scores.primary_score.value


def naive_seqeval(data: Data) -> None:
    """Draw documents, score them again from the tags."""
    rng = random.Random(0)
    n = len(data.gold_tags)
    for _ in range(NAIVE_SEQEVAL_RESAMPLES):
        drawn = [rng.randrange(n) for _ in range(n)]
        gold, predicted = ([tags[i] for i in drawn] for tags in (data.gold_tags, data.predicted_tags))
        f1_score(gold, predicted, mode="strict", scheme=IOB2, zero_division=0)


def naive_counts(counts: list[tuple[int, int, int]]) -> None:
    """Draw documents, add up their counts (true positives, predicted, gold) in Python."""
    rng = random.Random(0)
    n = len(counts)
    for _ in range(NAIVE_COUNTS_RESAMPLES):
        drawn = [counts[rng.randrange(n)] for _ in range(n)]
        tp, predicted, gold = (sum(column) for column in zip(*drawn, strict=True))
        _ = 2 * tp / (predicted + gold)


def fastest(jobs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """CPU seconds of the fastest of the turns."""
    seconds = dict.fromkeys(jobs, float("inf"))
    for _ in range(repeats):
        for name, job in jobs.items():
            begin = time.process_time()
            job()
            seconds[name] = min(seconds[name], time.process_time() - begin)
    return seconds


def measure(n_documents: int, repeats: int) -> dict[str, dict[str, float]]:
    """Section → what → CPU seconds."""
    data = make_data(n_documents)
    f1 = seqeval_f1(data)
    assert abs(f1 - (tabib_f1(data) or 0)) < 1e-12, "the F1 scores must be equal"
    assert abs(f1 - (tabib_task(data) or 0)) < 1e-12, "the F1 scores must be equal"
    counts = iob2_counts(data.pairs(), LABELS)
    rows = list(zip(*(array[:, -1].tolist() for array in (counts.tp, counts.predicted, counts.gold)), strict=True))
    scoring = fastest(
        {
            "seqeval, strict IOB2": lambda: seqeval_f1(data),
            "tabib, strict IOB2": lambda: tabib_f1(data),
            "tabib, all of ner_token": lambda: tabib_task(data),
        },
        repeats,
    )
    intervals = fastest(
        {
            "loop over seqeval": lambda: naive_seqeval(data),
            "loop over counts": lambda: naive_counts(rows),
            "tabib, strict IOB2": lambda: tabib_f1(data, RESAMPLES),
            "tabib, all of ner_token": lambda: tabib_task(data, RESAMPLES),
        },
        min(repeats, 3),
    )
    intervals["loop over seqeval"] *= RESAMPLES / NAIVE_SEQEVAL_RESAMPLES
    intervals["loop over counts"] *= RESAMPLES / NAIVE_COUNTS_RESAMPLES
    rng = np.random.default_rng(0)
    blocks = {f"{columns} columns": rng.poisson(3, (10_000, columns)) for columns in (3, 44, 220)}
    blocks["3 columns"][:, 0] = np.arange(10_000)  # no two documents equal
    large = fastest(
        {name: lambda block=block: resampled_sums(block, RESAMPLES, 0) for name, block in blocks.items()},  # type: ignore[misc]
        min(repeats, 3),
    )
    return {"scores": scoring, "scores and 10,000 resamples": intervals, "10,000 × 10,000": large}


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of scores and bootstrap intervals.")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    sections = measure(options.documents, options.repeats)
    console = stdout()
    console.print(
        f"{options.documents} documents, CPU seconds on one thread, fastest of {options.repeats},"
        f" Python {sys.version.split()[0]}, {platform.machine()}"
    )
    shown = table("section", "what", ("CPU s", "right"), ("first / this", "right"))
    for section, seconds in sections.items():
        first = next(iter(seconds.values()))
        for name, value in seconds.items():
            shown.add_row(section, name, f"{value:.3f}", f"{first / value:,.1f}" if name in _COMPARED else "")
            section = ""
    print_table(console, shown)
    if options.json:
        record = {"documents": options.documents, "repeats": options.repeats, "cpu_seconds": sections}
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
