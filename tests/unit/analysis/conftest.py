"""A run as analyses see it, written down in a line: documents of gold and predicted entities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tabib.analysis.judged import Judged
from tabib.analysis.runs import RunData
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.record import RunRecord

MakeRun = Callable[..., RunData]


def record_of(**changes: Any) -> RunRecord:
    """The record of a small evaluated run."""
    values: dict[str, Any] = {
        "identity": "ab" * 32,
        "status": "done",
        "dataset": "notes",
        "task": "ner_span",
        "name": "dictionary",
        "model": "dictionary",
        "weights": "",
        "seed": 42,
        "config": {"dataset": "notes"},
        "labels": ("A", "B"),
        "fingerprints": {"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"},
        "versions": {},
        "hardware": {},
        "threads": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "finished": "2026-01-01T00:01:00+00:00",
    }
    return RunRecord(**values | changes)


@pytest.fixture(scope="session")
def record() -> RunRecord:
    return record_of()


@pytest.fixture(scope="session")
def make_run() -> MakeRun:
    """``make_run([(gold, predicted), …])``: one pair of lists of entities for each document, ``d0``, ``d1``…"""

    def make(
        documents: Sequence[tuple[Sequence[Entity], Sequence[Entity]]],
        *,
        train_counts: Mapping[str, int] | None = None,
        statuses: Sequence[Status] | None = None,
        words: Sequence[Sequence[tuple[int, int]]] | None = None,
        **record_changes: Any,
    ) -> RunData:
        n = len(documents)
        references = tuple(
            Reference(f"d{i}", tuple(gold), tuple(words[i]) if words else ())
            for i, (gold, _) in enumerate(documents)
        )
        predictions = tuple(
            NerPrediction(f"d{i}", tuple(map(ScoredEntity, predicted)), (statuses or [Status.OK] * n)[i])
            for i, (_, predicted) in enumerate(documents)
        )
        return RunData.of(record_of(**record_changes), "test", references, predictions, train_counts)

    return make


MakeJudged = Callable[..., Judged]


@pytest.fixture(scope="session")
def make_judged() -> MakeJudged:
    """``make_judged([[(0.9, True), (0.4, False)], …], missed=[1, …])``: the predicted entities of each document,
    with confidence and whether they are right, and how many gold entities were missed in it."""

    def make(documents: Sequence[Sequence[tuple[float | None, bool]]], missed: Sequence[int] = ()) -> Judged:
        rows = [(index, *entity) for index, document in enumerate(documents) for entity in document]
        gold = [index for index, _, right in rows if right] + [
            index for index, n in enumerate(missed) for _ in range(n)
        ]
        found = sum(right for _, _, right in rows)
        return Judged(
            len(documents),
            np.array([index for index, _, _ in rows], np.intp),
            np.array([confidence for _, confidence, _ in rows], np.float64),
            np.array([right for _, _, right in rows], np.bool_),
            np.array(gold, np.intp),
            np.arange(len(gold)) < found,
            np.full(len(gold), np.nan),
        )

    return make
