"""The chat-completions format: a request as a body, and a body as a response. No network here."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from tabib.models.decoders.base import ChoiceScore, Request, Response

_LENGTH = "max_tokens"
_REFUSED = re.compile(
    r"unsupported|(not|n't|un)[ -]?(be )?(support|recogni|permit|known|allow)"
    r"|extra|instead|only the default|must be"
)
_NAMES: Mapping[str, tuple[str, ...]] = {
    "logprobs": ("logprobs",),
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "seed": ("seed",),
    "response_format": ("response_format", "json_schema", "guided", "structured output", "schema"),
}
"""Field of a body → words by which a server's complaint names it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes, as far as it was found out.

    Args:
        without: optional fields that it refuses.
        length_field: what it calls the largest number of tokens.
        top: how many alternatives it gives for a token.
        wrapped: it takes schemas of objects only, so a list is asked for within one.
    """

    without: frozenset[str] = frozenset()
    length_field: str = _LENGTH
    top: int = 20
    wrapped: bool = False

    def learn(self, problem: str, param: str, body: Mapping[str, Any]) -> tuple[Dialect, str] | None:
        """What a complaint about ``body`` (status 400 or 422) teaches, and a remark; None for nothing."""
        text = problem.lower()
        if not _REFUSED.search(text):
            return None
        if "max_tokens" in body and "max_completion_tokens" in text and "too large" not in text:
            return replace(self, length_field="max_completion_tokens"), ""
        if "top_logprobs" in body and self.top > 5 and ("top_logprobs" in text or param == "top_logprobs"):
            return replace(self, top=5), ""
        for field, words in _NAMES.items():
            if field in body and (param.startswith(field) or any(word in text for word in words)):
                if field == "response_format" and _asks_for_list(body):
                    return replace(self, wrapped=True), ""
                return self.leaving_out(field), f"the server does not take {field}: asked without it"
        return None

    def leaving_out(self, field: str) -> Dialect:
        return replace(self, without=self.without | {field})

    def joined(self, other: Dialect) -> Dialect:
        """What two threads found out."""
        names = {self.length_field, other.length_field} - {_LENGTH}
        return Dialect(
            self.without | other.without,
            next(iter(names), _LENGTH),
            min(self.top, other.top),
            self.wrapped or other.wrapped,
        )


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn; ``seed`` and ``top_p`` only where the temperature is not 0."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


def to_body(request: Request, model: str, sampling: Sampling, dialect: Dialect) -> dict[str, Any]:
    """The body of ``POST /chat/completions``; for choices, one token with its most probable alternatives."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        dialect.length_field: 1 if request.choices else request.max_tokens,
        "temperature": sampling.temperature,
    }
    if sampling.temperature > 0:
        body |= {"top_p": sampling.top_p, "seed": sampling.seed}
    if request.choices:
        body |= {"logprobs": True, "top_logprobs": dialect.top}
    if request.stop:
        body["stop"] = list(request.stop)
    if request.schema is not None and not request.choices:
        wanted = _within_object(request.schema) if dialect.wrapped else request.schema
        schema = {"name": "answer", "schema": wanted, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    for field in dialect.without:
        body.pop(field, None)
    if "logprobs" not in body:
        body.pop("top_logprobs", None)
    return body


def _asks_for_list(body: Mapping[str, Any]) -> bool:
    return "response_format" in body and body["response_format"]["json_schema"]["schema"].get("type") == "array"


def _within_object(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema whose answers are ``{"answer": …}``; those of objects as they are."""
    if schema.get("type") == "object":
        return schema
    return {
        "type": "object",
        "properties": {"answer": schema},
        "required": ["answer"],
        "additionalProperties": False,
    }


def to_response(data: Mapping[str, Any], request: Request, *, constrained: bool = False) -> Response:
    """The response in an answer's body; one that is not in the format has an ``error``."""
    prompt_tokens, completion_tokens, counted = _usage(data.get("usage"))
    blank = Response(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, counted=counted)
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        return replace(blank, error="the answer is not a chat completion: it has no message")
    finish = choice.get("finish_reason")
    blank = replace(blank, finish_reason=finish if isinstance(finish, str) else "stop")
    if request.choices:
        scores = choice_scores(first_token(choice), request.choices)
        if isinstance(scores, str):
            return replace(blank, error=scores)
        return replace(blank, choices=scores)
    text = _text(choice["message"].get("content"))
    if text is None:
        return replace(blank, error="the answer is not a chat completion: its content is not text")
    refusal = choice["message"].get("refusal")
    if not text and isinstance(refusal, str) and refusal:
        return replace(blank, text=refusal, finish_reason="refusal")
    return replace(blank, text=text, constrained=constrained)


def first_token(choice: Mapping[str, Any]) -> dict[str, float]:
    """Token → log-probability of the alternatives for the first token; empty where the server gives none."""
    logprobs = choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    if not isinstance(first, dict):
        return {}
    rows = first.get("top_logprobs")
    found: dict[str, float] = {}
    for row in [first, *(rows if isinstance(rows, list) else ())]:
        if isinstance(row, dict) and isinstance(row.get("token"), str):
            value = row.get("logprob")
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                found[row["token"]] = min(float(value), 0.0)
    return found


def choice_scores(tokens: Mapping[str, float], choices: Sequence[str]) -> tuple[ChoiceScore, ...] | str:
    """A score for each choice from the alternatives for the first token, or why there is none.

    A choice's probability is that of all tokens that read as it, spaces aside. One that is not among the
    alternatives gets the smallest of their log-probabilities: more than it has, and not more than any that is.
    """
    if not tokens:
        return "the server gave no log-probabilities"
    totals: dict[str, float] = {}
    for token, value in tokens.items():
        totals[token.strip()] = totals.get(token.strip(), 0.0) + math.exp(value)
    if not any(totals.get(choice.strip()) for choice in choices):
        return f"no choice is among the {len(tokens)} most probable tokens"
    floor = min(tokens.values())
    return tuple(
        ChoiceScore(math.log(totals[choice.strip()]) if totals.get(choice.strip()) else floor, 1)
        for choice in choices
    )


def follows(text: str, expected: Mapping[str, Any]) -> bool:
    """Whether a text is the JSON object ``expected``."""
    try:
        return bool(json.loads(text) == expected)
    except (ValueError, RecursionError):
        return False


def _text(content: Any) -> str | None:
    """A message's content: text, nothing, or a list of parts."""
    if content is None:
        return ""
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        parts = [part.get("text", "") for part in content]
        content = "".join(parts) if all(isinstance(part, str) for part in parts) else None
    if not isinstance(content, str):
        return None
    return content.encode("utf-8", "replace").decode()  # half a surrogate pair is valid JSON and cannot be saved


def _usage(usage: Any) -> tuple[int, int, bool]:
    """Tokens of the prompt and of the answer, and whether the server says so."""
    if isinstance(usage, dict):
        prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens", 0)
        if _is_count(prompt) and _is_count(completion):
            return prompt, completion, True
    return 0, 0, False


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
