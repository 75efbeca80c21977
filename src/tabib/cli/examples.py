"""One example as a person reads it: the text with its entities marked, and the gold beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tabib.core.examples import Example
from tabib.core.spans import Entity

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def print_example(
    console: Console, example: Example[Any], colours: Mapping[str, int], characters: int | None = 600
) -> None:
    """Print an example.

    Args:
        colours: label → number of its colour.
        characters: how much of the text is shown; None for all of it.
    """
    from rich.text import Text

    from tabib.cli.console import entity_style

    document, text = example.document, example.document.text
    end = len(text) if characters is None else min(characters, len(text))
    entities = tuple(item for item in _items(example.gold) if isinstance(item, Entity))
    shown = Text(text[:end])
    # Longer ones first, so that what lies inside another entity is painted over it.
    for entity in sorted(entities, key=lambda item: -item.length):
        for start, stop in entity.spans:
            shown.stylize(entity_style(colours.get(entity.label, 0)), start, min(stop, end))
    if end < len(text):
        shown.append(f" … ({len(text) - end} more characters)", "dim")
    if console.is_terminal:
        console.rule(Text(example.id, "bold"), align="left")
    else:
        console.print(Text(f"--- {example.id}"))
    console.print(shown)
    if document.second:
        console.print(Text("and: ", "bold") + _cut(document.second, characters))
    for letter, option in zip(document.letters, document.options, strict=True):
        right = letter in example.gold
        console.print(Text(f"  {'✓' if right else ' '} {letter}  {option}", "bold green" if right else ""))
    labels = [item for item in _items(example.gold) if isinstance(item, str)]
    if labels or not entities:
        console.print(Text("gold: ", "bold") + Text(", ".join(labels) or "none"))
    for entity in entities:
        if entity.end <= end:
            console.print(_line(entity, text, colours, padded=console.is_terminal))
    hidden = sum(entity.end > end for entity in entities)
    if hidden:
        console.print(Text(f"  … {hidden} more entities (--full shows all)", "dim"))
    console.print()


def _line(entity: Entity, text: str, colours: Mapping[str, int], *, padded: bool) -> Text:
    from rich.text import Text

    from tabib.cli.console import entity_style

    spans = ", ".join(f"{start}–{end}" for start, end in entity.spans)
    line = Text("  ")
    line.append(f" {entity.label} " if padded else entity.label, entity_style(colours.get(entity.label, 0)))
    line.append(f"  {spans}  ", "dim")
    line.append(" ".join(entity.text(text).split()))
    return line


def _cut(text: str, characters: int | None) -> Text:
    from rich.text import Text

    if characters is None or len(text) <= characters:
        return Text(text)
    return Text(text[:characters]) + Text(f" … ({len(text) - characters} more characters)", "dim")


def _items(gold: Any) -> tuple[Any, ...]:
    """Entities or labels; a number as it is written."""
    if isinstance(gold, float):
        return (f"{gold:g}",)
    return (gold,) if isinstance(gold, str) else tuple(gold)
