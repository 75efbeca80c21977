"""What a model may see (Document), what it should have said (gold), and both together (Example)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from tabib.core.spans import Entity, Span

GoldT = TypeVar("GoldT")
"""Gold by task: NER ``tuple[Entity, ...]``; classification ``str``; multilabel ``tuple[str, ...]`` (sorted);
similarity ``float``; mcqa ``tuple[str, ...]``, the letters of the right options (sorted)."""


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The options of a question, in their order."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text as a model receives it, without gold.

    Args:
        id: unique within its corpus.
        text: the untouched text; every offset counts its characters.
        words: the words that token-level tags and scores refer to, ascending and disjoint; empty where
            the task has no words.
        group: documents of one group (patient, post, source file) never straddle splits; empty means that
            the document is a group of its own.
        second: the other text of a pair (similarity).
        options: what a question (mcqa) can be answered with, lettered A, B, C… in this order.
        single: the question has exactly one right option, and says so (mcqa).
    """

    id: str
    text: str
    words: tuple[Span, ...] = ()
    group: str = ""
    second: str = ""
    options: tuple[str, ...] = ()
    single: bool = False

    @property
    def letters(self) -> tuple[str, ...]:
        """A, B, C…: one for each option."""
        return tuple(LETTERS[: len(self.options)])


@dataclass(frozen=True, slots=True)
class Example(Generic[GoldT]):
    """A document with its gold."""

    document: Document
    gold: GoldT

    @property
    def id(self) -> str:
        return self.document.id


@dataclass(frozen=True, slots=True)
class Reference(Generic[GoldT]):
    """The gold of one document as scores need it: no text, so it can be kept beside the predictions.

    ``options`` (how many) and ``single`` are the question's (mcqa).
    """

    id: str
    gold: GoldT
    words: tuple[Span, ...] = ()
    options: int = 0
    single: bool = False


class LossReason(StrEnum):
    """Why a gold annotation is not among those that a task or a model works with."""

    DUPLICATE = "exact duplicate"
    NESTED = "inside a longer entity"
    DISCONTINUOUS = "discontinuous"
    CROSSING = "crosses another entity"
    INSIDE_WORD = "begins or ends inside a word"
    NO_WORD = "covers no word"
    TOO_LONG = "longer than max_span_length"
    BEYOND_WINDOW = "beyond what the model reads"
    CUT = "crosses a cut of preprocessing"
    RARE = "label rarer in train than min_count"
    UNKNOWN_LABEL = "label not in the training data"
    BEYOND_TOP_K = "not among the k most frequent labels of train"
    NO_CODE = "carries no code"
    NO_TEXT = "its document has no text"


@dataclass(frozen=True, slots=True)
class Lost:
    """One gold annotation that was left out, and why. Gold is conserved: scored, or listed here."""

    document_id: str
    label: str
    reason: LossReason
    entity: Entity | None = None


def without_gold(examples: Iterable[Example[GoldT]]) -> list[Document]:
    """All that a model is given at prediction time."""
    return [example.document for example in examples]


def references(examples: Sequence[Example[GoldT]]) -> list[Reference[GoldT]]:
    """All that scores are given of the corpus."""
    return [
        Reference(
            example.id,
            example.gold,
            example.document.words,
            len(example.document.options),
            example.document.single,
        )
        for example in examples
    ]
