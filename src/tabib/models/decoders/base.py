"""The contract between prompts and whatever completes them: a request goes in, a response comes out.

A backend never raises for one request: what went wrong is the response's ``error``, and is counted. It raises for
what concerns all of them: a missing extra, a wrong key, a model that is not there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Any, ClassVar, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt.

    Args:
        id: the document's.
        messages: the conversation, the last turn the user's.
        choices: continuations whose log-likelihood is asked for; none: text is to be generated.
        max_tokens: of the generated text, at most.
        stop: strings that end it.
        schema: a JSON schema that the text has to follow, where the backend can see to that.
    """

    id: str
    messages: tuple[Message, ...]
    choices: tuple[str, ...] = ()
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ChoiceScore:
    """Log-likelihood of one continuation (nats, summed over its tokens), and how many tokens it has."""

    log_likelihood: float
    tokens: int


def undecided(choices: Sequence[ChoiceScore]) -> str:
    """Why log-likelihoods say nothing about which choice is the best; empty where they do."""
    values = [choice.log_likelihood for choice in choices]
    if any(map(isnan, values)) or (values and max(values) == -inf):
        return "the model's log-likelihoods are no numbers; with float16, try dtype: bfloat16 or float32"
    return ""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    Args:
        text: the completion; empty for log-likelihoods, and where there is an error.
        choices: one score for each of the request's choices.
        error: why there is no answer; empty where there is one.
        finish_reason: ``stop``, ``length`` (cut off at ``max_tokens``), or whatever the server says.
        prompt_tokens, completion_tokens: as the backend counts them.
        constrained: the text was forced to follow the schema.
        counted: whether the backend said how many tokens there were; else both numbers are 0 and mean nothing.
    """

    text: str = ""
    choices: tuple[ChoiceScore, ...] = ()
    error: str = ""
    finish_reason: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    constrained: bool = False
    counted: bool = True

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "text": self.text,
            "finish_reason": self.finish_reason,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }
        if self.choices:
            row["choices"] = [[score.log_likelihood, score.tokens] for score in self.choices]
        if self.error:
            row["error"] = self.error
        if self.constrained:
            row["constrained"] = True
        if not self.counted:
            row["counted"] = False
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Response:
        return cls(
            row["text"],
            tuple(ChoiceScore(value, tokens) for value, tokens in row.get("choices", ())),
            row.get("error", ""),
            row["finish_reason"],
            row["prompt_tokens"],
            row["completion_tokens"],
            row.get("constrained", False),
            row.get("counted", True),
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """What was spent on some requests."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    errors: int = 0
    cost: float | None = None
    """In the currency of the price that the configuration gives; None without one."""
    uncounted: int = 0
    """Requests whose tokens the backend did not count: the numbers above leave them out."""
    cached: int = 0
    """Of the requests, those whose answer an earlier run had stored; their tokens are in the numbers above."""


class Backend(ABC):
    """Completes requests.

    Attributes:
        name: as in the configuration.
        identity: what the answers depend on besides the requests (model, revision, sampling…); a key of the
            cache. No secrets.
        can: of ``loglikelihood`` and ``schema``, what it can do; ``one_character`` says that log-likelihoods are
            those of choices of one character only.
        remarks: what a reader of the results has to know: a fallback, what the server refused, tries again.
        attention: as in the record (``Model.attention``); empty where the backend does not say.
    """

    name: ClassVar[str]
    can: frozenset[str]
    identity: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    attention: Mapping[str, str | None] = {}

    @abstractmethod
    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """(index of the request, response), as soon as each is there, in any order; exactly one for each."""

    def stop(self) -> bool:
        """Begin no further request. True: ``complete`` still gives the answers to those under way, then ends.

        False: the backend works on one batch at a time, and leaving ``complete`` is enough.
        """
        return False

    def remark(self, text: str) -> None:
        """Note, once, what a reader of the results has to know."""
        if text not in self.remarks:
            self.remarks = (*self.remarks, text)

    def close(self) -> None:
        """Give back what is held (memory, connections)."""
