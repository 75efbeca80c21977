"""JSON schemas of the answers that are JSON, for backends that can hold a model to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def answer_schema(task: str, labels: Sequence[str]) -> Mapping[str, Any] | None:
    """A list of labels (multilabel) or of mentions (NER); None where the answer is a word or a number."""
    label = {"type": "string", "enum": list(labels)}
    if task == "multilabel":
        return {"type": "array", "items": label}
    if task in ("ner_span", "ner_token"):
        mention = {
            "type": "object",
            "properties": {"text": {"type": "string"}, "label": label},
            "required": ["text", "label"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": mention}
    return None
