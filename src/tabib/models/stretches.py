"""What one row of a batch may hold of a document: all of it, or stretches of words that end where sentences do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from tabib.core.examples import Document
from tabib.core.spans import Span, split_words

# White space with a line break, or after the end of a sentence. Before the full stop there are two letters or
# digits, or one and a closing sign or (in tokenised corpora) a space: a single letter is an abbreviation.
_GAP = re.compile(r"\s*\n\s*|(?<=[\w)][\w)%»\"\s][.!?])\s+")
_BULLETS = frozenset("•·*-–—")


def words_of(document: Document) -> tuple[Span, ...]:
    """The document's own words, or those that ``split_words`` finds."""
    return document.words or split_words(document.text)


def stretches(
    text: str, words: Sequence[Span], unit: Literal["sentence", "document"], join: int
) -> list[tuple[int, int]]:
    """Stretches of words (last exclusive), which windows never cross; together they cover all words."""
    if unit == "sentence":
        return sentences(text, words, join)
    return [(0, len(words))] if words else []


def lines(text: str, words: Sequence[Span]) -> list[tuple[int, int]]:
    """Stretches of words (last exclusive) with no line break between two of them, and that cover all words."""
    firsts = [
        0,
        *(index for index in range(1, len(words)) if _breaks(text[words[index - 1][1] : words[index][0]])),
    ]
    return list(zip(firsts, [*firsts[1:], len(words)], strict=True)) if words else []


def sentences(text: str, words: Sequence[Span], join: int) -> list[tuple[int, int]]:
    """Stretches of words (last exclusive) that end where sentences do, and that cover all words.

    Neighbouring sentences are joined as long as they have at most ``join`` words together: headings and list
    items then keep their context. A sentence is never divided here.
    """
    breaks = [match.end() for match in _GAP.finditer(text) if _ends_sentence(text, match)]
    stretches: list[tuple[int, int]] = []
    first = next_break = 0
    for index, (start, _) in enumerate(words):
        crossed = False
        while next_break < len(breaks) and breaks[next_break] <= start:
            next_break, crossed = next_break + 1, True
        if crossed and index > first:
            stretches.append((first, index))
            first = index
    if words:
        stretches.append((first, len(words)))
    joined: list[tuple[int, int]] = []
    for first, last in stretches:
        if joined and last - joined[-1][0] <= join:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _ends_sentence(text: str, gap: re.Match[str]) -> bool:
    """An empty line does; a line break does before a capital, a digit or a bullet; other gaps before a capital."""
    breaks = gap.group().count("\n")
    following = text[gap.end() : gap.end() + 1]
    if breaks > 1 or following.isupper():
        return True
    return breaks == 1 and (following.isdigit() or following in _BULLETS)


def _breaks(gap: str) -> bool:
    return "\n" in gap or "\r" in gap
