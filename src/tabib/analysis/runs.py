"""What an analysis starts from: gold and predictions of one split of one run, document by document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tabib.core.errors import RecordError
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction
from tabib.core.spans import Entity
from tabib.metrics.counts import label_set
from tabib.metrics.ner import Pair
from tabib.records.folder import RunFolder, read_gold, read_predictions
from tabib.records.record import RunRecord, read_record
from tabib.registry import tasks
from tabib.tasks.base import align
from tabib.tasks.load import get_task
from tabib.tasks.ner import entities_of


@dataclass(frozen=True, slots=True)
class RunData:
    """One split of one NER run. ``references`` and ``predictions`` are aligned, in the order of the gold file.

    Args:
        record: the run's record.
        split: the split that was read.
        references: gold, with the documents' words where the run has them.
        predictions: what the model said, confidences included, as it was saved.
        labels: the record's label set, and whatever else gold or scored predictions hold; sorted.
        train_counts: label → gold entities of train, as the record has them; None where nobody has said. A label
            that is absent from it did not occur in train.
        folder: the name of the run's folder; empty where it is not read from one.
    """

    record: RunRecord
    split: str
    references: tuple[Reference[tuple[Entity, ...]], ...]
    predictions: tuple[NerPrediction, ...]
    labels: tuple[str, ...]
    train_counts: Mapping[str, int] | None = None
    folder: str = ""

    @classmethod
    def of(
        cls,
        record: RunRecord,
        split: str,
        references: tuple[Reference[tuple[Entity, ...]], ...],
        predictions: tuple[NerPrediction, ...],
        train_counts: Mapping[str, int] | None = None,
    ) -> RunData:
        """Align predictions with gold, and collect the labels.

        Raises:
            PredictionError: the predictions are not for exactly the documents of the gold.
        """
        ordered = tuple(align(references, predictions))
        made = cls(record, split, references, ordered, (), train_counts)
        labels = label_set(
            record.labels, (entity.label for pair in made.pairs() for entities in pair for entity in entities)
        )
        return replace(made, labels=labels)

    @property
    def title(self) -> str:
        """``maccrobat, MiniLM, seed 42, test``."""
        return f"{self.record.dataset}, {self.record.name}, seed {self.record.seed}, {self.split}"

    @property
    def ids(self) -> tuple[str, ...]:
        """The documents, in their order."""
        return tuple(reference.id for reference in self.references)

    def pairs(self) -> list[Pair]:
        """What is scored of each document: gold and predicted entities, each once.

        A prediction that failed or could not be parsed has none, as in all scores.
        """
        return [
            (frozenset(reference.gold), entities_of(prediction))
            for reference, prediction in zip(self.references, self.predictions, strict=True)
        ]

    def sorted_pairs(self) -> Iterator[tuple[str, list[Entity], list[Entity]]]:
        """``pairs`` with the document's id, entities in the order of the text, then by end, then by label."""
        for id_, (gold, predicted) in zip(self.ids, self.pairs(), strict=True):
            yield id_, in_text_order(gold), in_text_order(predicted)


def in_text_order(entities: Iterable[Entity]) -> list[Entity]:
    """By start, end, fragments and label: an order that depends on nothing else."""
    return sorted(entities, key=lambda entity: (entity.start, entity.end, entity.spans, entity.label))


def load_run_data(path: Path, split: str = "test", *, train_counts: Mapping[str, int] | None = None) -> RunData:
    """Read one split of a run folder.

    Args:
        train_counts: label → gold entities of train, for records that do not hold them.

    Raises:
        RecordError: it is no run folder, no run of entities, it has no predictions for the split, or a file is
            damaged.
        PredictionError: the predictions are not for exactly the documents of the gold.
    """
    record, folder = read_record(path), RunFolder(path)
    if not _of_entities(record.task):
        able = ", ".join(name for name in tasks() if _of_entities(name))
        raise RecordError(f"{path} is a run of the task {record.task!r}; expected a run of entities ({able})")
    splits = folder.predicted_splits()
    if split not in splits:
        why = f"; the run failed ({record.error.message})" if record.error else ""
        there = f"it has them for {', '.join(splits)}" if splits else "it has none for any split"
        missing = "; run 'tabib eval' with its configuration" if record.status == "trained" else ""
        raise RecordError(f"{path} has no predictions for the split {split!r}: {there}{why}{missing}")
    task = get_task(record.task)
    loaded = RunData.of(
        record,
        split,
        tuple(read_gold(folder.gold(split), task)),
        tuple(read_predictions(folder.predictions(split), task)),
        record.train_labels if train_counts is None else train_counts,
    )
    return replace(loaded, folder=path.resolve().name)


def load_dev_data(path: Path, split: str) -> RunData | None:
    """What is chosen on: dev; None where dev itself is the split that is evaluated, or was not predicted."""
    if split == "dev" or "dev" not in RunFolder(path).predicted_splits():
        return None
    return load_run_data(path, "dev")


def _of_entities(task: str) -> bool:
    return task in tasks() and get_task(task).prediction_type is NerPrediction
