"""What all answers share: where the answer begins, and names that match."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LIMIT = 1_000_000
"""Characters of an answer that are read; no sensible one is as long."""

_MARKER = re.compile(
    r"\b(?:r[ée]ponses?|answers?|cat[ée]gor(?:ies|ie|y)|labels?|[ée]tiquettes?|entit[ée]s|entities|"
    r"similarit(?:[ée]|y)|score)\b"
    r"(?:\s+(?:finale?|correcte?|juste|exacte?|final|correct|right|letter)s?)?(?:\s*\(s\))?"
    r"\s*\**\s*(?::|\b(?:is|are|est|sont)\b\s*:?)",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>|</think(?:ing)?>", re.IGNORECASE)
_BRACKET = re.compile(r"[\[\]{}]")


def said(text: str) -> str:
    """What a model says once it has thought aloud (``<think>…</think>``); nothing, if it never came to an end."""
    end = 0
    for match in _THOUGHT.finditer(text):
        end = match.end() if match[0].startswith("</") else len(text)
    return text[end:]


def after_marker(text: str) -> str:
    """What follows the last answer marker (``Réponse :``, ``Answer:``) in what is said; else all of it."""
    text = said(text)
    end = 0
    for match in _MARKER.finditer(text):
        end = match.end()
    return text[end:]


def json_after_marker(text: str) -> str:
    """``after_marker`` for JSON, whose strings may hold the words of a marker: none within brackets counts."""
    text = said(text)
    end = depth = read = 0
    for match in _MARKER.finditer(text):
        for bracket in _BRACKET.findall(text[read : match.start()]):
            depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        read = match.start()
        if not depth:
            end = match.end()
    return text[end:]


def first_line(text: str) -> str:
    """The first line that is not blank, without white space around it."""
    return text.lstrip().partition("\n")[0].strip()


def simplified(text: str) -> str:
    """Without case, accents, surplus white space, and the signs that models put around a name."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(plain.replace("’", "'").split()).strip(" .,;:*\"'`«»()[]{}")


class Names:
    """Known labels, found exactly or else without regard to case, accents and white space.

    A simplified form that two labels share is not one that finds either.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._exact = frozenset(labels)
        forms: dict[str, str | None] = {}
        for label in labels:
            form = simplified(label)
            forms[form] = None if form in forms else label
        self._forms = forms

    def find(self, text: str) -> str | None:
        """The label that ``text`` is the name of."""
        if text in self._exact:
            return text
        return self._forms.get(simplified(text[:1000]))

    def within(self, text: str) -> list[str]:
        """Labels that ``text`` holds as whole words, those inside a longer one that was found left out."""
        plain = simplified(text[:10_000])
        spans: list[tuple[int, int, str]] = []
        for form, label in self._forms.items():
            if label is None or not form:
                continue
            for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", plain):
                spans.append((match.start(), match.end(), label))
        spans.sort(key=lambda span: (span[0] - span[1], span[0]))
        kept: list[tuple[int, int, str]] = []
        for start, end, label in spans:
            if not any(first <= start and end <= last for first, last, _ in kept):
                kept.append((start, end, label))
        return list(dict.fromkeys(label for _, _, label in sorted(kept)))
