"""Predictions: the only contract between models and metrics. Every model family returns these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any, ClassVar, TypeVar

from tabib.core.spans import Entity


class Status(StrEnum):
    """How a prediction came about.

    ``truncated``: the model read only part of the input, the prediction is scored as it is;
    ``unparsed``: the model's output could not be understood, scored as an empty answer;
    ``failed``: no output at all, scored as an empty answer.
    """

    OK = "ok"
    UNPARSED = "unparsed"
    TRUNCATED = "truncated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ScoredEntity:
    """A predicted entity with the model's confidence in [0, 1], or None where the model has none."""

    entity: Entity
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class NerPrediction:
    """Predicted entities of one document, in the characters of the untouched text.

    ``word_tags`` and ``word_confidences`` may hold, for each of the document's words, what a token
    classifier said before entities were made of it; empty for other models. ``word_outside`` may hold, for each
    word, the probability that no entity covers it, None where nothing was said of the word; empty for models
    that have none.
    """

    kind: ClassVar[str] = "ner"

    id: str
    entities: tuple[ScoredEntity, ...] = ()
    status: Status = Status.OK
    detail: str = ""
    word_tags: tuple[str, ...] = ()
    word_confidences: tuple[float, ...] = ()
    word_outside: tuple[float | None, ...] = ()

    def to_json(self) -> dict[str, Any]:
        entities = [
            scored.entity.to_json()
            | ({} if scored.confidence is None else {"confidence": _short(scored.confidence)})
            for scored in self.entities
        ]
        row: dict[str, Any] = {"id": self.id, "status": self.status.value, "entities": entities}
        if self.detail:
            row["detail"] = self.detail
        if self.word_tags:
            row["word_tags"] = list(self.word_tags)
            row["word_confidences"] = [_short(value) for value in self.word_confidences]
        if self.word_outside:
            row["word_outside"] = [None if value is None else _short(value) for value in self.word_outside]
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> NerPrediction:
        entities = tuple(ScoredEntity(Entity.from_json(item), item.get("confidence")) for item in row["entities"])
        return cls(
            row["id"],
            entities,
            Status(row["status"]),
            row.get("detail", ""),
            tuple(row.get("word_tags", ())),
            tuple(row.get("word_confidences", ())),
            tuple(row.get("word_outside", ())),
        )


@dataclass(frozen=True, slots=True)
class ClassificationPrediction:
    """One label of one document; None only where the status is unparsed or failed.

    ``scores`` maps each label to its probability where the model has them; ``confidence`` is that of ``label``.
    """

    kind: ClassVar[str] = "classification"

    id: str
    label: str | None
    confidence: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    status: Status = Status.OK
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.label is None) != (self.status in (Status.UNPARSED, Status.FAILED)):
            raise ValueError(f"prediction {self.id!r}: label {self.label!r} does not go with status {self.status}")

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"id": self.id, "status": self.status.value, "label": self.label}
        return row | _optional(self.confidence, self.scores, self.detail)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ClassificationPrediction:
        return cls(
            row["id"],
            row["label"],
            row.get("confidence"),
            dict(row.get("scores", {})),
            Status(row["status"]),
            row.get("detail", ""),
        )


@dataclass(frozen=True, slots=True)
class MultilabelPrediction:
    """The labels of one document, sorted; possibly none.

    ``scores`` maps each label to its probability where the model has them; ``confidence`` is that of the
    whole answer (the product over labels of the probability of what was decided).
    """

    kind: ClassVar[str] = "multilabel"

    id: str
    labels: tuple[str, ...]
    confidence: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    status: Status = Status.OK
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"id": self.id, "status": self.status.value, "labels": list(self.labels)}
        return row | _optional(self.confidence, self.scores, self.detail)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> MultilabelPrediction:
        return cls(
            row["id"],
            tuple(row["labels"]),
            row.get("confidence"),
            dict(row.get("scores", {})),
            Status(row["status"]),
            row.get("detail", ""),
        )


class Scale(StrEnum):
    """What a predicted similarity is measured in: as gold is, or in the model's own way (a cosine in [-1, 1])."""

    CORPUS = "corpus"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class SimilarityPrediction:
    """How alike the two texts of a pair are; None only where the status is unparsed or failed.

    Correlations compare values of any ``scale``; the mean squared error only those on the corpus's.
    """

    kind: ClassVar[str] = "similarity"

    id: str
    value: float | None
    status: Status = Status.OK
    detail: str = ""
    scale: Scale = Scale.CORPUS

    def __post_init__(self) -> None:
        if (self.value is None) != (self.status in (Status.UNPARSED, Status.FAILED)):
            raise ValueError(f"prediction {self.id!r}: value {self.value!r} does not go with status {self.status}")
        if self.value is not None and not isfinite(self.value):
            raise ValueError(f"prediction {self.id!r}: {self.value} is not a number that can be compared")

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"id": self.id, "status": self.status.value, "value": self.value}
        if self.scale is not Scale.CORPUS:
            row["scale"] = self.scale.value
        return row | _optional(None, {}, self.detail)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> SimilarityPrediction:
        return cls(
            row["id"],
            row["value"],
            Status(row["status"]),
            row.get("detail", ""),
            Scale(row.get("scale", Scale.CORPUS)),
        )


@dataclass(frozen=True, slots=True)
class McqaPrediction:
    """The letters of the chosen options of one question, sorted. An answer that is no answer is the empty set.

    ``scores`` maps each letter to its probability where the model has them; ``confidence`` is that of the whole
    answer. ``single``: the question has one right option, so the most probable was taken; the scores sum to 1.
    """

    kind: ClassVar[str] = "mcqa"

    id: str
    letters: tuple[str, ...]
    confidence: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    status: Status = Status.OK
    detail: str = ""
    single: bool = False

    def __post_init__(self) -> None:
        if self.letters and self.status in (Status.UNPARSED, Status.FAILED):
            raise ValueError(f"prediction {self.id!r}: letters {self.letters} do not go with status {self.status}")

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"id": self.id, "status": self.status.value, "letters": list(self.letters)}
        if self.single:
            row["single"] = True
        return row | _optional(self.confidence, self.scores, self.detail)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> McqaPrediction:
        return cls(
            row["id"],
            tuple(row["letters"]),
            row.get("confidence"),
            dict(row.get("scores", {})),
            Status(row["status"]),
            row.get("detail", ""),
            row.get("single", False),
        )


Prediction = (
    NerPrediction | ClassificationPrediction | MultilabelPrediction | SimilarityPrediction | McqaPrediction
)
PredictionT = TypeVar(
    "PredictionT",
    NerPrediction,
    ClassificationPrediction,
    MultilabelPrediction,
    SimilarityPrediction,
    McqaPrediction,
)


def _optional(confidence: float | None, scores: Mapping[str, float], detail: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if confidence is not None:
        row["confidence"] = _short(confidence)
    if scores:
        row["scores"] = {label: _short(value) for label, value in scores.items()}
    if detail:
        row["detail"] = detail
    return row


def _short(value: float) -> float:
    """Seven significant digits, as single precision has: small probabilities keep their order."""
    return float(f"{value:.7g}")
