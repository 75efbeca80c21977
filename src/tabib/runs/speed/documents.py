"""The documents that are timed, and the gold and predictions that the run has saved of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tabib.core.errors import DataError, RecordError
from tabib.core.examples import Document, Reference
from tabib.data.corpus import SPLITS
from tabib.data.load import load_corpus
from tabib.records.folder import RunFolder, read_gold, read_predictions
from tabib.records.record import RunRecord
from tabib.tasks.base import align
from tabib.tasks.load import get_task


@dataclass(frozen=True, slots=True)
class SpeedData:
    """One split of a run: documents, gold and saved predictions, aligned."""

    split: str
    documents: tuple[Document, ...]
    references: tuple[Reference[Any], ...]
    saved: tuple[Any, ...]


def load_speed_data(folder: Path, record: RunRecord, data_dir: Path | None) -> SpeedData:
    """The split that the run's configuration evaluates, read from its corpus.

    Raises:
        RecordError: the split was not predicted, or a file is damaged.
        DataError: the corpus is not there, or is another one than the run's.
    """
    evaluation, run = record.config.get("evaluation"), RunFolder(folder)
    split = evaluation.get("split", "test") if isinstance(evaluation, dict) else "test"
    if split not in run.predicted_splits():
        raise RecordError(
            f"{folder} has no predictions for {split}; run 'tabib eval' with its configuration first"
        )
    task = get_task(record.task)
    references = tuple(read_gold(run.gold(split), task))
    saved = tuple(align(references, read_predictions(run.predictions(split), task)))
    options = record.config.get("dataset_args")
    corpus = load_corpus(
        record.dataset,
        data_dir=data_dir or record.config.get("data_dir"),
        options=options if isinstance(options, dict) else {},
        offline_dir=record.config.get("offline_dir"),
    )
    examples = {example.id: example for name in SPLITS if name == split for example in corpus.split(name)}
    differing = [
        row.id for row in references if row.id not in examples or not _same_gold(examples[row.id].gold, row.gold)
    ]
    if differing or not references:
        raise DataError(
            f"the corpus that was found is not the run's: {len(differing)} of {len(references)} documents of"
            f" {split} are not there or have another gold, such as {differing[:1]}; see --data-dir"
        )
    return SpeedData(split, tuple(examples[row.id].document for row in references), references, saved)


def evenly(documents: Sequence[Document], n: int) -> tuple[Document, ...]:
    """``n`` documents (at most all of them), evenly spaced, in their order."""
    n = min(n, len(documents))
    return tuple(documents[index * len(documents) // n] for index in range(n))


def batches(documents: Sequence[Document], size: int) -> Iterator[tuple[Document, ...]]:
    """Full batches that hold every document; the last is filled up with the first ones."""
    calls = -(-len(documents) // size)
    again = cycle(documents)
    for _ in range(calls):
        yield tuple(islice(again, size))


def words(document: Document) -> int:
    """What white space separates, in all its texts."""
    return sum(len(text.split()) for text in _texts(document))


def characters(document: Document) -> int:
    """Of all its texts."""
    return sum(map(len, _texts(document)))


def _texts(document: Document) -> tuple[str, ...]:
    return (document.text, document.second, *document.options)


def _same_gold(one: Any, other: Any) -> bool:
    """Entities in any order; all other gold as it is."""
    return set(one) == set(other) if isinstance(one, tuple) and isinstance(other, tuple) else one == other
