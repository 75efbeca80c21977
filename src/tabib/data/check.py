"""Whether a corpus is what its card says, and what it is like: ``tabib data check`` and the contract test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from tabib.core.examples import Document, Example, LossReason
from tabib.core.spans import Entity
from tabib.data.corpus import SPLITS, Corpus, SplitName
from tabib.data.leaks import near_duplicates
from tabib.data.load import gold_labels
from tabib.data.soundness import (
    all_examples,
    count_problems,
    group_problems,
    id_problems,
    shared_text_problems,
    shared_texts,
)
from tabib.registry import tasks
from tabib.tasks.load import get_task

_WITHOUT_LABEL = (LossReason.RARE, LossReason.UNKNOWN_LABEL, LossReason.BEYOND_TOP_K, LossReason.NO_CODE)
"""Gold lost for these reasons has a label that the corpus does not have, or none."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Length of documents in characters."""

    shortest: int
    median: float
    longest: int


@dataclass(frozen=True, slots=True)
class SplitReport:
    """What one split holds.

    Args:
        documents, annotations: those that a task works with.
        without_annotations: documents with none, where gold is made of labels.
        lost: annotations left out, by reason.
        support: label → annotations, in the order of the card's labels.
        nested: entities inside another one (or over the same characters, with another label).
        discontinuous: entities of several fragments.
    """

    documents: int
    annotations: int
    without_annotations: int
    lost: Mapping[str, int]
    support: Mapping[str, int]
    lengths: Lengths
    nested: int
    discontinuous: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Facts and problems of a corpus; ``problems`` is empty where it is what its card says.

    Args:
        splits: by name.
        shared_texts: pairs of splits → texts that both hold, for pairs that share any.
        near_duplicates: see ``leaks.near_duplicates``. A fact, not a problem.
        problems: one sentence each.
    """

    name: str
    splits: Mapping[SplitName, SplitReport]
    shared_texts: Mapping[tuple[str, str], int]
    near_duplicates: Mapping[tuple[str, str], int]
    problems: tuple[str, ...]


def check_corpus(corpus: Corpus) -> CheckReport:
    """Hold a corpus to its card."""
    shared = shared_texts(corpus)
    return CheckReport(
        name=corpus.card.name,
        splits={split: _split_report(corpus, split) for split in SPLITS},
        shared_texts=shared,
        near_duplicates=near_duplicates(corpus),
        problems=(
            *id_problems(corpus),
            *_offset_problems(corpus),
            *_label_problems(corpus),
            *count_problems(corpus),
            *group_problems(corpus),
            *shared_text_problems(corpus, shared),
        ),
    )


def nested_entities(entities: tuple[Entity, ...]) -> int:
    """How many lie between the first and last character of another one.

    Two over the same characters count both.
    """
    same = Counter((entity.start, entity.end) for entity in entities)
    nested = furthest = 0
    for start, end in sorted(same, key=lambda outer: (outer[0], -outer[1])):
        if end <= furthest or same[start, end] > 1:
            nested += same[start, end]
        furthest = max(furthest, end)
    return nested


def _split_report(corpus: Corpus, split: SplitName) -> SplitReport:
    examples = corpus.split(split)
    task = get_task(corpus.task)
    labels = [task.gold_labels(example.gold) for example in examples]
    support = Counter(label for found in labels for label in found)
    entities = [_entities(corpus, example) for example in examples]
    lengths = [len(example.document.text) for example in examples] or [0]
    return SplitReport(
        documents=len(examples),
        annotations=support.total(),
        without_annotations=sum(not found for found in labels) if tasks()[corpus.task].has_labels else 0,
        lost=dict(sorted(Counter(lost.reason.value for lost in corpus.lost.get(split, ())).items())),
        support={label: support[label] for label in corpus.card.labels},
        lengths=Lengths(min(lengths), median(lengths), max(lengths)),
        nested=sum(map(nested_entities, entities)),
        discontinuous=sum(entity.discontinuous for found in entities for entity in found),
    )


def _offset_problems(corpus: Corpus) -> Iterator[str]:
    for split, example in all_examples(corpus):
        document = example.document
        previous = 0
        for start, end in document.words:
            if not previous <= start < end <= len(document.text):
                yield f"{split} {document.id}: the word {(start, end)} overlaps another or is beyond the text"
            previous = end
        for entity in _entities(corpus, example):
            yield from _entity_problems(split, document, entity, corpus.task)


def _entity_problems(split: str, document: Document, entity: Entity, task: str) -> Iterator[str]:
    place = f"{split} {document.id}: {entity.id or 'entity'} {entity.label} {entity.spans}"
    if entity.end > len(document.text):
        yield f"{place} is beyond the text ({len(document.text)} characters)"
    elif not entity.text(document.text).strip():
        yield f"{place} covers white space only"
    elif task == "ner_token":
        starts = {start for start, _ in document.words}
        ends = {end for _, end in document.words}
        if entity.discontinuous or entity.start not in starts or entity.end not in ends:
            yield f"{place} is not a run of whole words"


def _label_problems(corpus: Corpus) -> Iterator[str]:
    if list(corpus.card.labels) != sorted(set(corpus.card.labels)):
        yield "the card's labels are not sorted and unique"
    lost = {(lost.label, lost.reason) for split in SPLITS for lost in corpus.lost.get(split, ())}
    left_out = {label for label, reason in lost if reason in _WITHOUT_LABEL}
    found = set(gold_labels(corpus, SPLITS)) | {label for label, reason in lost if reason not in _WITHOUT_LABEL}
    if unknown := sorted(found - set(corpus.card.labels)):
        yield f"labels that the card does not name: {', '.join(unknown)}"
    if wrong := sorted(left_out & set(corpus.card.labels)):
        yield f"labels of the card that gold was lost for: {', '.join(wrong)}"
    if corpus.card.labels_from_train and corpus.card.labels != gold_labels(corpus, ("train",)):
        yield "the labels are not those of train's gold"


def _entities(corpus: Corpus, example: Example[Any]) -> tuple[Entity, ...]:
    return example.gold if corpus.task in ("ner_span", "ner_token") else ()
