"""What can be said of an entity without knowing whether a model found it: its writing, its words, its place.

Nothing here says what is hard. Features are candidates; ``patterns`` counts which of them go with errors.

| family     | features |
|------------|----------|
| writing    | abbreviation, digit, all capitals, capital first letter, lower case, punctuation |
| vocabulary | mention not in train, a word not in train, several types in train |
| place      | inside another entity, holds another entity, crosses another entity, several types on one span, discontinuous |
| length     | several words, 5 words or more |
| type       | one for each type |
| word       | one for each word, in lower case |
"""  # noqa: E501

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tabib.core.spans import Entity, split_words

WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_LONG = 5
_SHORT_WORD = (2, 8)


class Feature(NamedTuple):
    """A family of the table above, and the name."""

    family: str
    name: str


WRITING, VOCABULARY, PLACE, LENGTH, TYPE, WORDS = "writing", "vocabulary", "place", "length", "type", "word"
NEEDS_TEXT = (WRITING, VOCABULARY, WORDS)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What train held, in lower case and with single blanks.

    Args:
        mentions: text of a gold entity → its types.
        words: all words of the texts.
    """

    mentions: Mapping[str, frozenset[str]]
    words: frozenset[str]

    @classmethod
    def of(cls, documents: Iterable[tuple[str, Sequence[Entity]]]) -> Vocabulary:
        """From texts with their gold entities."""
        mentions: dict[str, set[str]] = defaultdict(set)
        words: set[str] = set()
        for text, entities in documents:
            words.update(_words(text))
            for entity in entities:
                mentions[_normal(entity.text(text))].add(entity.label)
        return cls({form: frozenset(labels) for form, labels in mentions.items()}, frozenset(words))


def text_features(mention: str, vocabulary: Vocabulary | None) -> set[Feature]:
    """Of the families writing, word and, with a vocabulary, vocabulary."""
    words = _words(mention)
    found = {Feature(WRITING, name) for name in _writing(mention)} | {
        Feature(WORDS, f"“{word}”") for word in words
    }
    if vocabulary is not None:
        labels = vocabulary.mentions.get(_normal(mention), frozenset())
        if not labels:
            found.add(Feature(VOCABULARY, "mention not in train"))
        if len(labels) > 1:
            found.add(Feature(VOCABULARY, "several types in train"))
        if not vocabulary.words.issuperset(words):
            found.add(Feature(VOCABULARY, "a word not in train"))
    return found


def place_features(entities: Sequence[Entity]) -> list[set[Feature]]:
    """Of the families place and type, for each entity among those of its document (all gold, or all predicted).

    One entity is inside another where its characters are, and crosses it where only some of them are.
    """
    found: list[set[Feature]] = [{Feature(TYPE, f"type {entity.label}")} for entity in entities]
    for index, entity in enumerate(entities):
        if entity.discontinuous:
            found[index].add(Feature(PLACE, "discontinuous"))
        for other_index in range(index + 1, len(entities)):
            other = entities[other_index]
            shared = entity.overlap(other)
            if shared:
                names = _relation(shared, entity, other)
                found[index].add(Feature(PLACE, names[0]))
                found[other_index].add(Feature(PLACE, names[1]))
    return found


def length_features(words: int) -> set[Feature]:
    names = [name for name, least in (("several words", 2), (f"{_LONG} words or more", _LONG)) if words >= least]
    return {Feature(LENGTH, name) for name in names}


def _relation(shared: int, one: Entity, other: Entity) -> tuple[str, str]:
    inside, holds = "inside another entity", "holds another entity"
    if shared == one.length == other.length:
        return ("several types on one span",) * 2
    if shared == one.length:
        return inside, holds
    return (holds, inside) if shared == other.length else ("crosses another entity",) * 2


def _writing(mention: str) -> Iterable[str]:
    letters = [sign for sign in mention if sign.isalpha()]
    if any(map(_abbreviated, WORD.findall(mention))) or _DOTTED.search(mention):
        yield "abbreviation"
    if any(sign.isdigit() for sign in mention):
        yield "digit"
    if any(not sign.isalnum() and not sign.isspace() for sign in mention):
        yield "punctuation"
    if len(letters) > 1 and all(sign.isupper() for sign in letters):
        yield "all capitals"
    elif letters and letters[0].isupper():
        yield "capital first letter"
    elif letters and not any(sign.isupper() for sign in letters):
        yield "lower case"


def _abbreviated(word: str) -> bool:
    """Two to eight letters and digits, two capitals or more, none in lower case but a plural s: ``ECGs``."""
    stem = word.removesuffix("s")
    return (
        _SHORT_WORD[0] <= len(stem) <= _SHORT_WORD[1]
        and sum(sign.isupper() for sign in stem) > 1
        and not any(sign.islower() for sign in stem)
    )


def _words(text: str) -> list[str]:
    """Runs of letters and of digits, in lower case; signs are no words."""
    words = (text[start:end].casefold() for start, end in split_words(text))
    return [word for word in words if word[0].isalnum()]


def _normal(mention: str) -> str:
    return " ".join(mention.casefold().split())
