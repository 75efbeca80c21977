"""Splits with confidences, written down in a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tabib.analysis.runs import RunData
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.record import RunRecord

MakeSplit = Callable[..., RunData]


@pytest.fixture(scope="session")
def make_split(record: RunRecord) -> MakeSplit:
    """``make_split([([A(0)], [(A(0), 0.9), (B(2), None)]), …])``: gold; predicted, with confidence."""

    def make(
        documents: Sequence[tuple[Sequence[Entity], Sequence[tuple[Entity, float | None]]]],
        *,
        statuses: Sequence[Status] | None = None,
        split: str = "test",
        record: RunRecord = record,
    ) -> RunData:
        references = tuple(Reference(f"d{i}", tuple(gold)) for i, (gold, _) in enumerate(documents))
        predictions = tuple(
            NerPrediction(
                f"d{i}",
                tuple(ScoredEntity(entity, confidence) for entity, confidence in predicted),
                Status.OK if statuses is None else statuses[i],
            )
            for i, (_, predicted) in enumerate(documents)
        )
        return RunData.of(record, split, references, predictions)

    return make


@pytest.fixture(scope="session")
def many(make_split: MakeSplit) -> Callable[..., RunData]:
    """``many(20, A=(5, 4, 0.9), …)``: in each of 20 documents 5 predicted entities of type A, 4 of them right, all
    of confidence 0.9; what is right is all the gold."""

    def make(
        documents: int = 20, *, split: str = "test", record: Any = None, **types: tuple[int, int, float]
    ) -> RunData:
        rows = []
        for _ in range(documents):
            gold, predicted, place = [], [], 0
            for label, (n, right, confidence) in types.items():
                for index in range(n):
                    entity = Entity.of(label, place, place + 1)
                    place += 2
                    predicted.append((entity, confidence))
                    if index < right:
                        gold.append(entity)
            rows.append((gold, predicted))
        return make_split(rows, split=split, **({} if record is None else {"record": record}))

    return make
