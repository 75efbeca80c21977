"""Text with marked entities, made plain: ``[DISORDER fracture du [ANATOMY tibia]]``.

Fragments that share a key are one discontinuous entity: in
``[DISORDER [DISORDER#1 pain] in the neck] and [DISORDER#1 in the back]`` the second entity is
"pain in the back" of two fragments. ``agree_*`` mends what composition leaves: contractions, elisions, articles.
"""

from __future__ import annotations

import re

from tabib.core.spans import Entity, Span

_OPEN = re.compile(r"\[([A-Z_]+)(?:#(\w+))? ")
_MARKS = r"(?:\[[A-Z_?]+(?:#\w+)? )*"
_SENTENCE_START = re.compile(rf"(^|(?<!\b[A-Z])[.?!] )({_MARKS})([^\W\d_])")
# Words whose first h is not elided before.
_ASPIRATED = r"(?!hanche|hernie|haut|huit|hoquet|honor)"
_DE_ELIDED = re.compile(rf"\b([Dd]|[Qq]u|[Jj]usqu)e ({_MARKS})(?={_ASPIRATED}[aàâeéèêiîoôœuûhAEÉIOUH])")
_CONTRACTED = {"de le": "du", "de les": "des", "de des": "de", "à le": "au", "à les": "aux"}
_A_BEFORE_VOWEL = re.compile(rf"\b([Aa]) ({_MARKS})(?=[aeioAEIO]|8|1[18]-|MRI|X-ray|u(?!ni|ri))")


def agree_fr(text: str) -> str:
    """French: de le → du, à le → au, de des → de, de + vowel → d'."""
    for apart, together in _CONTRACTED.items():
        text = re.sub(rf"\b{apart} ", f"{together} ", text)
        text = re.sub(rf"\b{apart.capitalize()} ", f"{together.capitalize()} ", text)
    return _DE_ELIDED.sub(r"\1'\2", text)


def agree_en(text: str) -> str:
    """English: a → an before a vowel."""
    return _A_BEFORE_VOWEL.sub(r"\1n \2", text)


def capitalise(text: str) -> str:
    """A capital at the start of each sentence (an initial ends none), and single spaces."""
    text = re.sub(r" +", " ", text).strip()
    return _SENTENCE_START.sub(lambda match: match[1] + match[2] + match[3].upper(), text)


def parse(marked: str) -> tuple[str, tuple[Entity, ...]]:
    """The plain text, and its entities by (start, end, label), without repetitions.

    Raises:
        ValueError: brackets that do not pair.
    """
    text: list[str] = []
    length = 0
    open_marks: list[tuple[str, str | None, int]] = []
    whole: list[Entity] = []
    fragments: dict[tuple[str, str], list[Span]] = {}
    position = 0
    while position < len(marked):
        if match := _OPEN.match(marked, position):
            open_marks.append((match[1], match[2], length))
            position = match.end()
            continue
        if marked[position] == "]":
            if not open_marks:
                raise ValueError(f"a bracket too many in {marked!r}")
            label, key, start = open_marks.pop()
            if key is None:
                whole.append(Entity.of(label, start, length))
            else:
                fragments.setdefault((label, key), []).append((start, length))
        elif marked[position] == "[":
            raise ValueError(f"a mark without a label in {marked!r}")
        else:
            text.append(marked[position])
            length += 1
        position += 1
    if open_marks:
        raise ValueError(f"a bracket too few in {marked!r}")
    entities = whole + [Entity(label, tuple(sorted(spans))) for (label, _), spans in fragments.items()]
    ordered = sorted(dict.fromkeys(entities), key=lambda one: (one.start, one.end, one.label, one.spans))
    return "".join(text), tuple(ordered)
