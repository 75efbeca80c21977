"""The entities of a run with their features: what ``patterns`` looks through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tabib.analysis.errors import Match
from tabib.analysis.features import (
    LENGTH,
    NEEDS_TEXT,
    VOCABULARY,
    Feature,
    Vocabulary,
    length_features,
    place_features,
    text_features,
)
from tabib.analysis.lengths import word_counts
from tabib.analysis.patterns import SIDES, Mention
from tabib.analysis.runs import RunData
from tabib.core.spans import Entity, Span

NO_TEXTS = "a run folder holds no texts, and its corpus was not read"
NO_VOCABULARY = "train was not read"
NO_WORDS = "some documents have entities but no words"


def mentions_of(
    data: RunData,
    matches: Sequence[Match],
    texts: Mapping[str, str] | None,
    vocabulary: Vocabulary | None,
) -> tuple[list[Mention], dict[str, str]]:
    """All gold and all predicted entities, and the families of features that could not be looked at, and why.

    Args:
        matches: of all documents; each entity is in one of them.
        texts: document → text; None where there are none.
        vocabulary: of train; None where there is none.
    """
    words = {reference.id: reference.words for reference in data.references}
    by_document: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        by_document[match.document].append(match)
    wordless = any(not words[id_] for id_ in by_document)
    mentions = []
    for id_, found in by_document.items():
        for side in SIDES:
            pairs = [(entity, match.kind) for match in found if (entity := getattr(match, side)) is not None]
            features = _features(
                [entity for entity, _ in pairs],
                None if wordless else words[id_],
                None if texts is None else texts[id_],
                vocabulary,
            )
            mentions += [
                Mention(side, id_, kind, frozenset(has)) for (_, kind), has in zip(pairs, features, strict=True)
            ]
    absent = dict.fromkeys(NEEDS_TEXT, NO_TEXTS) if texts is None else {}
    if vocabulary is None:
        absent.setdefault(VOCABULARY, NO_VOCABULARY)
    if wordless:
        absent[LENGTH] = NO_WORDS
    return mentions, absent


def _features(
    entities: Sequence[Entity], words: Sequence[Span] | None, text: str | None, vocabulary: Vocabulary | None
) -> list[set[Feature]]:
    found = place_features(entities)
    if words is not None:
        for features, n in zip(found, word_counts(words, entities), strict=True):
            features |= length_features(n)
    if text is not None:
        for features, entity in zip(found, entities, strict=True):
            features |= text_features(entity.text(text), vocabulary)
    return found
