"""The JSON value that a model's text holds, with common damage repaired and each repair counted."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_FENCE = re.compile(r"```[\w-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
# A string (perhaps cut off), a bracket, a comma, or whatever else up to the next of these. Never backtracks.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},:]|[^"\[\]{},:]++', re.DOTALL)
_CLOSER = {"[": "]", "{": "}"}
_DEEPEST = 50
REPAIRS = ("code fence", "text around", "trailing comma", "missing comma", "cut off", "single quotes")
_STARTS = 8
_PYTHON_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """A JSON value (``there`` says whether there is one) and how often each repair was made."""

    there: bool
    value: Any = None
    repairs: Mapping[str, int] = field(default_factory=dict)


def read_json(text: str) -> Found:
    """The first list or object in ``text``, or the whole text if it is JSON.

    What was done to read it is counted (``REPAIRS``); of a text that was cut off, an unfinished last element is
    left out.
    """
    repairs: Counter[str] = Counter()
    body = text.strip()
    value = _loads(body)
    if value is not _NOTHING:
        return Found(True, value)
    if "```" in body and (fence := _FENCE.search(body)) and fence[1].strip():
        body = fence[1].strip()
        repairs["code fence"] = 1
        value = _loads(body)
        if value is not _NOTHING:
            return Found(True, value, repairs)
    starts = [match.start() for match, _ in zip(re.finditer(r"[\[{]", body), range(_STARTS), strict=False)]
    for start in starts:
        found = _from(body, start, repairs)
        if found.there:
            return found
    return Found(False)


_NOTHING = object()


def _from(body: str, start: int, before: Mapping[str, int]) -> Found:
    """The value that begins at a bracket: as it is, with text around it, or mended."""
    try:
        value, end = json.JSONDecoder().raw_decode(body, start)
    except (ValueError, RecursionError):
        return _repaired(body[start:], before)
    if not _sensible(value):
        return Found(False)
    around = Counter({"text around": 1}) if body[:start].strip() or body[end:].strip() else Counter()
    return Found(True, value, Counter(before) + around)


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING


def _sensible(value: Any) -> bool:
    """Not the ``[1]`` of a footnote: something with text in it, or an empty list."""
    if isinstance(value, dict):
        return bool(value)
    return not value or any(isinstance(item, (str, dict, list)) for item in value)


def _repaired(text: str, before: Mapping[str, int]) -> Found:
    mended, repairs = _mend(text)
    value = _loads(mended) if mended else _NOTHING
    if value is not _NOTHING and _sensible(value):
        return Found(True, value, Counter(before) + repairs)
    if len(text) <= _PYTHON_LIMIT and "'" in text:
        end = max(text.rfind("]"), text.rfind("}")) + 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            try:
                value = ast.literal_eval(text[:end])
            except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
                return Found(False)
        if isinstance(value, (list, dict)):
            return Found(True, value, Counter(before) + Counter({"single quotes": 1}))
    return Found(False)


def _mend(text: str) -> tuple[str, Counter[str]]:
    """``text`` with its commas put right, up to its last complete element, and closed."""
    out: list[str] = []
    stack: list[str] = []
    repairs: Counter[str] = Counter()
    complete: tuple[int, tuple[str, ...]] | None = None
    last = ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.isspace():
            continue
        if token in "]}":
            if not stack or _CLOSER[stack[-1]] != token:
                break
            if last == ",":
                out.pop()
                repairs["trailing comma"] += 1
            stack.pop()
            out.append(token)
        elif token in "[{":
            if last in ("]", "}"):
                out.append(",")
                repairs["missing comma"] += 1
            if len(stack) == _DEEPEST:
                break
            stack.append(token)
            out.append(token)
        else:
            out.append(token)
        last = token
        if token in "]}" or (token[0] == '"' and len(token) > 1 and token[-1] == '"' and stack[-1:] == ["["]):
            complete = (len(out), tuple(stack))
        if not stack:
            break
    if stack:
        if complete is None:
            return "", repairs
        size, stack_then = complete
        del out[size:]
        out.extend(_CLOSER[opener] for opener in reversed(stack_then))
        repairs["cut off"] += 1
    return "".join(out), repairs
