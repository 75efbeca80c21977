"""One label, or several, from a text that names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tabib.core.details import detail_of
from tabib.core.predictions import ClassificationPrediction, MultilabelPrediction, Status
from tabib.models.decoders.parsing.answer import (
    LIMIT,
    Names,
    after_marker,
    first_line,
    json_after_marker,
    simplified,
)
from tabib.models.decoders.parsing.json_text import read_json

_NONE = {"", "aucun", "aucune", "none", "rien", "nothing", "null", "[]"}
_SEPARATOR = re.compile(r"[\n;,|]|\s[-•*]\s")
_MOST = 10_000


def parse_classification(text: str, document_id: str, names: Names) -> ClassificationPrediction:
    """The one label that the text names: as JSON, as its first line, or as the only one that it mentions."""
    answer = after_marker(text[:LIMIT])
    for candidate in (answer.strip(), first_line(answer)):
        label = names.find(candidate)
        if label is not None:
            return ClassificationPrediction(document_id, label)
    mentioned: list[str] = []
    if any(sign in answer for sign in '{["'):
        known = (names.find(candidate) for candidate in _strings(read_json(json_after_marker(text[:LIMIT])).value))
        mentioned = list(dict.fromkeys(label for label in known if label is not None))
        if len(mentioned) == 1:
            return ClassificationPrediction(document_id, mentioned[0])
    for place in () if mentioned else (first_line(answer), answer):
        mentioned = names.within(place)
        if len(mentioned) == 1:
            return ClassificationPrediction(document_id, mentioned[0], detail="in a sentence 1")
        if mentioned:
            break
    counts = {"several labels": len(mentioned), "unknown label": int(not mentioned and bool(answer.strip()))}
    detail = detail_of(counts, text) or "empty answer"
    return ClassificationPrediction(document_id, None, status=Status.UNPARSED, detail=detail)


def parse_multilabel(text: str, document_id: str, names: Names) -> MultilabelPrediction:
    """The labels that the text lists, as JSON or as names; those that are not known are left out and counted.

    A text that says that there is none is an answer; one in which no label and no such word is found is not.
    """
    answer = json_after_marker(text[:LIMIT])
    found = read_json(answer)
    if found.there and isinstance(found.value, (list, dict)):
        named, counts = list(_strings(found.value)), dict(found.repairs)
        nothing = not named
    else:
        named, counts = _SEPARATOR.split(answer, maxsplit=_MOST)[:_MOST], {}
        nothing = simplified(answer) in _NONE and bool(answer.strip())
    known = [names.find(name) for name in named if name.strip()]
    labels = tuple(sorted({label for label in known if label is not None}))
    if not labels and not found.there:
        labels = tuple(sorted(names.within(answer)))
    counts["unknown label"] = sum(label is None for label in known) if labels or found.there else 0
    if labels or nothing:
        return MultilabelPrediction(document_id, labels, detail=detail_of(counts))
    detail = detail_of(counts, text) or "empty answer"
    return MultilabelPrediction(document_id, (), status=Status.UNPARSED, detail=detail)


def _strings(value: Any) -> Iterator[str]:
    """The names in a JSON value: strings of lists, values of objects, keys whose value is true."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST:
        item = waiting.pop(0) if len(waiting) < 100 else waiting.pop()
        seen += 1
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            waiting.extend(item[:_MOST])
        elif isinstance(item, dict):
            for key, inner in list(item.items())[:_MOST]:
                if inner is True or (isinstance(inner, (int, float)) and inner == 1):
                    yield str(key)
                elif isinstance(inner, (str, list, dict)):
                    waiting.append(inner)
