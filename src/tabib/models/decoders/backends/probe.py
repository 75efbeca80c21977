"""What a server can do, found out by asking: many accept settings that they ignore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tabib.models.decoders.backends.chat import follows
from tabib.models.decoders.backends.wire import Reply
from tabib.models.decoders.base import Message, Request, Response

_WORD = "tabib-4711"
_SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string", "enum": [_WORD]}},
    "required": ["word"],
    "additionalProperties": False,
}
_JSON = Request("probe", (Message("user", "Answer with a JSON object."),), max_tokens=40, schema=_SCHEMA)
_LETTERS = Request("probe", (Message("user", "Answer with one letter: A or B?"),), choices=("A", "B"))


@dataclass(frozen=True, slots=True)
class Found:
    """``can`` as in ``Backend``, and what a reader of the results has to know."""

    can: frozenset[str]
    remarks: tuple[str, ...] = ()


def probe(ask: Callable[[Request, bool], tuple[Reply, Response]]) -> Found:
    """Ask for JSON that no model writes unless it is forced to, and for the probability of letters.

    A server that is there but out of order is taken to be able to do nothing.

    Args:
        ask: the request, and whether it is the first; raises ModelError where the address, the key or the model
            is wrong.
    """
    can: set[str] = set()
    remarks = []
    reply, response = ask(_JSON, True)
    if reply.data is None:
        return Found(frozenset(), (f"the server did not answer when asked what it can do: {response.error}",))
    if follows(response.text, {"word": _WORD}):
        can.add("schema")
    else:
        remarks.append("the server does not hold answers to a JSON schema")
    reply, response = ask(_LETTERS, False)
    # A model may prefer other words to both letters; the server gave log-probabilities all the same.
    if response.choices or "most probable" in response.error:
        can |= {"loglikelihood", "one_character"}
    return Found(frozenset(can), tuple(remarks))
