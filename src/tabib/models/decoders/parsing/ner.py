"""Entities from a JSON list of mentions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tabib.core.details import detail_of
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.models.decoders.parsing.answer import LIMIT, Names, json_after_marker, said
from tabib.models.decoders.parsing.json_text import read_json
from tabib.models.decoders.parsing.placing import Mention, place

_TEXT_KEYS = ("text", "mention", "entity", "span", "texte", "entité")
_LABEL_KEYS = ("label", "type", "category", "class", "catégorie")
MOST = 10_000
"""Mentions of one answer that are read."""


def parse_ner(text: str, document: Document, names: Names) -> NerPrediction:
    """The mentions that the answer lists, placed in the document; ``detail`` counts what became of each.

    An empty list is an answer; a text without JSON is not.
    """
    found = read_json(json_after_marker(text[:LIMIT]))
    if not found.there:
        found = read_json(said(text[:LIMIT]))
    if not found.there or not isinstance(found.value, (list, dict)):
        detail = detail_of({}, text) or "empty answer"
        return NerPrediction(document.id, status=Status.UNPARSED, detail=detail)
    counts: Counter[str] = Counter()
    mentions = []
    for fragments, given in _mentions(found.value, names)[:MOST]:
        label = names.find(given)
        if not fragments:
            counts["no mention"] += 1
        elif label is None:
            counts["unknown label"] += 1
        else:
            mentions.append(Mention(fragments, label))
    entities, outcomes = place(document.text, mentions)
    counts = Counter(found.repairs) + outcomes + counts
    return NerPrediction(
        document.id, tuple(ScoredEntity(entity) for entity in sorted(entities)), detail=detail_of(counts)
    )


def _mentions(value: Any, names: Names) -> list[tuple[tuple[str, ...], str]]:
    """(fragments, label as given) of each element; no fragments where an element is no mention."""
    if isinstance(value, dict):
        if _get(value, _TEXT_KEYS) is not None:
            return [_mention(value)]
        if len(value) == 1 and names.find(str(next(iter(value)))) is None:
            (inner,) = value.values()
            return _mentions(inner, names) if isinstance(inner, list) else [((), "")]
        return [
            (_fragments(_get(item, _TEXT_KEYS) if isinstance(item, dict) else item), str(label))
            for label, items in value.items()
            for item in (items if isinstance(items, list) else [items])
        ]
    return [_mention(item) for item in value] if isinstance(value, list) else []


def _mention(item: Any) -> tuple[tuple[str, ...], str]:
    if isinstance(item, dict):
        label = _get(item, _LABEL_KEYS)
        return _fragments(_get(item, _TEXT_KEYS)), label if isinstance(label, str) else ""
    if isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item):
        return _fragments(item[0]), item[1]
    return (), ""


def _get(item: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((item[key] for key in keys if key in item), None)


def _fragments(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else [value]
    return tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())
