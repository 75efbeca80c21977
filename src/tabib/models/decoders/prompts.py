"""From a document to the turns of a conversation, and from gold to what the model should have answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tabib.core.errors import ConfigError
from tabib.core.examples import Document, Example
from tabib.core.spans import Entity
from tabib.models.decoders.base import Message
from tabib.models.decoders.templates import template_source

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES: Mapping[str, str] = {
    "mcqa": "mcqa",
    "classification": "classification",
    "multilabel": "multilabel",
    "ner_span": "ner",
    "ner_token": "ner",
    "similarity": "similarity",
}
"""Task → the file of its template in each language."""

VALUES = frozenset({"first", "text", "second", "labels", "options", "single", "about", "low", "high"})
"""What a template is filled with; ``first``: it is the first turn of the user's, which holds the instructions."""

YES_NO: Mapping[str, tuple[str, str]] = {"fr": ("oui", "non"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Prompting:
    """How prompts are worded.

    Args:
        language: ``fr`` or ``en``.
        system: a system message before everything; none by default.
        template: Jinja text of one turn of the user's, in place of the shipped file.
        max_labels: a longer label list is left out.
        max_chars: of a document's text; the rest is cut off.
        scale: lowest and highest similarity.
    """

    language: str = "fr"
    system: str | None = None
    template: str | None = None
    max_labels: int = 100
    max_chars: int | None = None
    scale: tuple[float, float] = (0.0, 5.0)


def prompt(
    task: str,
    document: Document,
    labels: Sequence[str],
    shots: Sequence[Example[Any]] = (),
    prompting: Prompting = Prompting(),
) -> tuple[Message, ...]:
    """The conversation that asks for a document's answer; the last turn is the user's.

    Each shot is a turn of the user's and its right answer. The first turn of the user's holds the instructions,
    so that all prompts of a corpus begin alike.

    Raises:
        ConfigError: the template is wrong.
    """
    turns = [
        (
            _turn(task, shot.document, labels, prompting),
            completion(task, shot.document, shown_gold(shot.document, shot.gold, prompting)),
        )
        for shot in shots
    ]
    return _conversation([*turns, (_turn(task, document, labels, prompting), "")], prompting)


def judgement(
    task: str,
    document: Document,
    about: str,
    shots: Sequence[Example[Any]] = (),
    prompting: Prompting = Prompting(),
) -> tuple[Message, ...]:
    """The conversation that asks whether one option or label (``about``) is right; answered by ``YES_NO``.

    Shots are asked about a right and a wrong one in turn.
    """
    yes, no = YES_NO[prompting.language]
    turns = []
    for index, shot in enumerate(shots):
        candidates = shot.document.letters or tuple(sorted({label for other in shots for label in other.gold}))
        wanted = [name for name in candidates if (name in shot.gold) == (index % 2 == 0)] or list(candidates)
        if wanted:
            name = wanted[index // 2 % len(wanted)]
            asked = _turn(task, shot.document, (), prompting, about=name)
            turns.append((asked, yes if name in shot.gold else no))
    return _conversation([*turns, (_turn(task, document, (), prompting, about=about), "")], prompting)


def completion(task: str, document: Document, gold: Any) -> str:
    """What the model should answer: letters, a label, a JSON list of labels or of mentions, a number."""
    if task == "mcqa":
        return ", ".join(gold)
    if task == "classification":
        return str(gold)
    if task == "multilabel":
        return json.dumps(list(gold), ensure_ascii=False)
    if task == "similarity":
        return f"{gold:g}"
    mentions = [
        {"text": _mention(entity, document.text), "label": entity.label} for entity in sorted(gold, key=_place)
    ]
    return json.dumps(mentions, ensure_ascii=False)


def cut(document: Document, prompting: Prompting) -> bool:
    """Whether a part of the document's text, or of the pair's other text, is not in its prompt."""
    most = prompting.max_chars
    return most is not None and max(len(document.text), len(document.second)) > most


def shown_gold(document: Document, gold: Any, prompting: Prompting) -> Any:
    """Gold without the entities that are not, or not wholly, in the prompt."""
    if not cut(document, prompting) or not isinstance(gold, tuple):
        return gold
    return tuple(item for item in gold if not isinstance(item, Entity) or item.end <= (prompting.max_chars or 0))


def check_template(source: str) -> None:
    """See, before anything is loaded, that a template can be read and knows its values.

    Raises:
        ConfigError: it is no Jinja, or names what it is not given.
    """
    from jinja2 import TemplateError
    from jinja2.meta import find_undeclared_variables
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    try:
        named = find_undeclared_variables(ImmutableSandboxedEnvironment().parse(source))
    except TemplateError as error:
        raise ConfigError(f"backend_args.template: {error}") from error
    if unknown := sorted(named - VALUES):
        names, expected = ", ".join(map(repr, unknown)), ", ".join(sorted(VALUES))
        raise ConfigError(f"backend_args.template: it names {names}; expected {expected}")


def _place(entity: Entity) -> tuple[int, int]:
    return entity.start, -entity.end


def _mention(entity: Entity, text: str) -> str | list[str]:
    """Its text as it stands; a discontinuous entity is the list of its fragments."""
    fragments = [text[start:end] for start, end in entity.spans]
    return fragments if entity.discontinuous else fragments[0]


def _conversation(turns: Sequence[tuple[_Turn, str]], prompting: Prompting) -> tuple[Message, ...]:
    messages = [Message("system", prompting.system)] if prompting.system else []
    for index, (turn, answer) in enumerate(turns):
        messages.append(Message("user", turn.text(first=index == 0)))
        if index + 1 < len(turns):
            messages.append(Message("assistant", answer))
    return tuple(messages)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A template and what it is filled with."""

    source: str
    values: Mapping[str, Any]

    def text(self, *, first: bool) -> str:
        from jinja2 import TemplateError

        try:
            return _compiled(self.source).render(self.values, first=first).strip()
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise ConfigError(f"backend_args.template: {error}") from error


def _turn(task: str, document: Document, labels: Sequence[str], prompting: Prompting, *, about: str = "") -> _Turn:
    name = TEMPLATES[task] + ("_one" if about else "")
    low, high = prompting.scale
    values = {
        "text": document.text[: prompting.max_chars],
        "second": document.second[: prompting.max_chars],
        "labels": list(labels) if len(labels) <= prompting.max_labels else [],
        "options": [
            {"letter": letter, "text": text}
            for letter, text in zip(document.letters, document.options, strict=True)
        ],
        "single": document.single,
        "about": about,
        "low": f"{low:g}",
        "high": f"{high:g}",
    }
    return _Turn(prompting.template or template_source(prompting.language, name), values)


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    """A template that can reach nothing but its values. Raises: TemplateError: it is not Jinja."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)
