"""Which predicted entities are coded without a reader, and which go to one: new documents as they were simulated.

Nothing is lost: every predicted entity is on one side or the other, and a document that was not read whole, or in
which nothing was predicted, goes to a reader as a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

from tabib.analysis.judged import confidences_of
from tabib.core.errors import ConfigError
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.record import RunRecord
from tabib.registry import nearest

NO_CONFIDENCE = "no confidence"
NOTHING_PREDICTED = "nothing was predicted"
_STATUSES = {
    Status.FAILED: "the model gave no answer",
    Status.UNPARSED: "the model's answer could not be read",
    Status.TRUNCATED: "the model read only a part of the document",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """Entities with a confidence of at least ``threshold`` are coded without a reader.

    Args:
        threshold: None: nothing is.
        review_types: go to a reader whatever their confidence.
        auto_types: of these types alone; None: of all others.
    """

    threshold: float | None
    review_types: frozenset[str] = frozenset()
    auto_types: frozenset[str] | None = None

    def why_review(self, label: str, confidence: float) -> str:
        """Why an entity goes to a reader; empty where it does not. ``confidence`` nan: there is none."""
        if self.threshold is None:
            return "everything goes to review"
        if label in self.review_types or (self.auto_types is not None and label not in self.auto_types):
            return "its type goes to review"
        if isnan(confidence):
            return NO_CONFIDENCE
        return "" if confidence >= self.threshold else f"confidence below {self.threshold:g}"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """What a reader is given: an entity, or a document as a whole (``entity`` None).

    Args:
        document: its id.
        text: what the entity covers; fragments joined by one space.
    """

    document: str
    why: str
    entity: Entity | None = None
    text: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Divided:
    """One document.

    Args:
        prediction: all of it, with confidences as run folders keep them.
        reasons: for each of its entities why it goes to a reader; empty: it does not.
        document_reason: why the document goes to a reader as a whole; empty: it does not.
    """

    document: Document
    prediction: NerPrediction
    reasons: tuple[str, ...]
    document_reason: str

    @property
    def coded(self) -> NerPrediction:
        """With the entities that are coded without a reader, and no others."""
        return replace(self.prediction, entities=tuple(scored for scored, why in self._both() if not why))

    @property
    def review(self) -> list[ReviewItem]:
        """The document, then entities in the order of the text."""
        found = [
            ReviewItem(
                self.document.id, why, scored.entity, scored.entity.text(self.document.text), scored.confidence
            )
            for scored, why in sorted(self._both(), key=lambda both: _place(both[0].entity))
            if why
        ]
        whole = [ReviewItem(self.document.id, self.document_reason)] if self.document_reason else []
        return whole + found

    def _both(self) -> Iterable[tuple[ScoredEntity, str]]:
        return zip(self.prediction.entities, self.reasons, strict=True)


def divide(document: Document, prediction: NerPrediction, deployment: Deployment) -> Divided:
    """Decide on each entity of a document; on exact repetitions alike, by the highest of their confidences.

    Confidences are rounded as in run folders first: thresholds were chosen among such. Where there is no answer to
    score, whatever entities there are go to a reader.

    Raises:
        PredictionError: a confidence is no number from 0 to 1.
    """
    saved = NerPrediction.from_json(prediction.to_json())
    highest = confidences_of(saved)
    whole = _STATUSES.get(saved.status, "" if saved.entities else NOTHING_PREDICTED)
    reasons = tuple(
        deployment.why_review(scored.entity.label, highest[scored.entity]) if scored.entity in highest else whole
        for scored in saved.entities
    )
    detail = f": {saved.detail}" if whole and saved.detail else ""
    return Divided(document, saved, reasons, whole + detail)


def deployment_from_options(threshold: float, review_types: Sequence[str], record: RunRecord) -> Deployment:
    """All types at or above a threshold, some of them never.

    Raises:
        ConfigError: a type that the run's corpus does not have.
    """
    for name in review_types:
        if name not in record.labels:
            raise ConfigError(f"--review-type: the run has no type {name!r}{nearest(name, record.labels)}")
    return Deployment(threshold, frozenset(review_types))


def read_deployment(path: Path, record: RunRecord) -> tuple[Deployment, str]:
    """What ``tabib analyze production -o`` recommends for a run.

    Returns:
        the deployment, and what a user should know of it; empty where there is nothing.

    Raises:
        ConfigError: the file cannot be read, is something else, or speaks of another run: a threshold means
            nothing for another model.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not JSON"
        raise ConfigError(f"--policy {path} cannot be read: {why}; expected {_EXPECTED}") from error
    advice = content.get("recommendation") if isinstance(content, Mapping) else None
    if not isinstance(advice, Mapping) or not _sound(advice):
        raise ConfigError(f"--policy {path}: no recommendation in it; expected {_EXPECTED}")
    if content.get("identity") != record.identity:
        raise ConfigError(
            f"--policy {path} was made for the run {content.get('run')!r}, this is another one"
            f" ({record.dataset}, {record.name}, seed {record.seed}); run 'tabib analyze production' on it"
        )
    if advice["strategy"] != "auto-code":
        return Deployment(
            None
        ), f"everything goes to review; the policy says {advice['strategy']!r}: {advice['reason']}"
    return Deployment(advice["threshold"], auto_types=frozenset(advice["auto_types"])), ""


_EXPECTED = "production.json as 'tabib analyze production RUN -o FOLDER' writes it"


def _sound(advice: Mapping[str, Any]) -> bool:
    threshold, types = advice.get("threshold"), advice.get("auto_types")
    if isinstance(threshold, bool):
        return False
    if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
        return False
    if not isinstance(advice.get("strategy"), str) or not isinstance(advice.get("reason"), str):
        return False
    return advice["strategy"] != "auto-code" or (isinstance(threshold, int | float) and 0 <= threshold <= 1)


def _place(entity: Entity) -> tuple[int, int, tuple[tuple[int, int], ...], str]:
    return entity.start, entity.end, entity.spans, entity.label
