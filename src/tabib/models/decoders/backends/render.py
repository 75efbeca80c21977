"""Conversations as the text that a local model reads, and that text as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tabib.core.errors import ModelError
from tabib.models.decoders.base import Message

TURN_END = "\n\n"
"""Between the turns of a plain transcript; a model that writes it has finished its own."""

EMPTY = "the prompt has no token"

_TODAY = datetime(2024, 7, 26)
"""For templates that tell the model the date: the same every day, or no answer could be got a second time, nor a
training go on. It is the one that Llama's own templates fall back on."""

_SAME_DAY = (
    "{% macro strftime_now(form) -%}{{ form"
    + "".join(f"|replace('%{sign}', '{_TODAY.strftime('%' + sign)}')" for sign in "aAbBdHIjmMpSyY")
    + " }}{%- endmacro %}{{ '' }}"
)
"""In place of the library's function of that name, which takes no other from outside."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text before the answer. ``templated``: by the tokeniser's chat template; else a plain transcript."""

    text: str
    templated: bool

    def continued(self, answer: str) -> str:
        """The answer as it follows the text: after a space in a transcript."""
        return answer if self.templated else f" {answer}"


def render(tokenizer: Any, messages: Sequence[Message]) -> Rendered:
    """By the tokeniser's chat template where it has one; else questions and answers one after the other.

    A template that knows no system message gets it at the head of the user's first turn.

    Raises:
        ModelError: the template does not take the conversation.
    """
    if getattr(tokenizer, "chat_template", None) is None:
        return Rendered(_transcript(messages), templated=False)
    from jinja2 import TemplateError

    try:
        return Rendered(apply_template(tokenizer, messages, add_generation_prompt=True), templated=True)
    except TemplateError as error:
        refusal = error
    if messages[0].role == "system":
        head, first, *rest = messages
        merged = Message("user", f"{head.content}\n\n{first.content}")
        try:
            return Rendered(apply_template(tokenizer, [merged, *rest], add_generation_prompt=True), templated=True)
        except TemplateError as error:
            refusal = error
    raise ModelError(f"the model's chat template does not take the conversation: {refusal}")


def apply_template(tokenizer: Any, messages: Sequence[Message], *, add_generation_prompt: bool) -> str:
    """The text of a conversation. Raises: TemplateError: the template does not take it."""
    turns = [{"role": message.role, "content": message.content} for message in messages]
    template: str = tokenizer.get_chat_template()
    if "strftime_now" in template:
        template = _SAME_DAY + template
    text: str = tokenizer.apply_chat_template(
        turns, chat_template=template, tokenize=False, add_generation_prompt=add_generation_prompt
    )
    return text


def _transcript(messages: Sequence[Message]) -> str:
    text = ""
    for message in messages:
        separator = "" if not text else " " if message.role == "assistant" else TURN_END
        text += separator + message.content
    return text


class Encoder:
    """Tokens of rendered texts: with the beginning-of-text token that the tokeniser adds by itself, if any.

    A chat template writes its special tokens itself, so none is added to its text. A plain transcript has none:
    what looks like one (``</s>``) is a part of a document's text.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        added = tokenizer("")["input_ids"]
        self.begin = [tokenizer.bos_token_id] if added[:1] == [tokenizer.bos_token_id] else []

    def encode(self, texts: Sequence[str], *, templated: bool) -> list[list[int]]:
        if not texts:
            return []
        begin = [] if templated else self.begin
        encoded = self.tokenizer(
            list(texts), add_special_tokens=False, split_special_tokens=not templated, verbose=False
        )
        rows = encoded["input_ids"]
        return [begin + row for row in rows]

    def context(self, rendered: Rendered) -> list[int]:
        return self.encode([rendered.text], templated=rendered.templated)[0]

    def pairs(self, rendered: Rendered, answers: Sequence[str]) -> tuple[list[int], list[list[int]]]:
        """Tokens of the context, and of each answer as it continues it.

        Context and answer are encoded together and parted where the context alone ends, as lm-eval does; white
        space at the context's end goes to the answers, since most tokenisers join it to the word that follows.
        """
        context = rendered.text.rstrip()
        space = rendered.text[len(context) :]
        texts = [context, *(context + space + rendered.continued(answer) for answer in answers)]
        rows = self.encode(texts, templated=rendered.templated)
        return rows[0], [row[len(rows[0]) :] for row in rows[1:]]
