"""What ``detail`` of a prediction says in numbers: ``placed 3; hallucinated 1``, and words after them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_COUNTED = re.compile(r"([a-z][a-z ]*[a-z]) (\d+)")
_EXCERPT = re.compile(r"(?:^|; )(answer ['\"])")


def detail_of(counts: Mapping[str, int], excerpt: str = "") -> str:
    """``placed 3; hallucinated 1``, and, of an answer that could not be read, how it begins."""
    parts = [f"{name} {n}" for name, n in counts.items() if n]
    if excerpt:
        begin = " ".join(excerpt[:200].split()).encode("utf-8", "replace").decode()
        parts.append(f"answer {begin!r}")
    return "; ".join(parts)


def counts_of(detail: str) -> Counter[str]:
    """What ``detail_of`` wrote down."""
    counted = (_COUNTED.fullmatch(part) for part in _parts(detail)[0])
    return Counter({match[1]: int(match[2]) for match in counted if match})


def words_of_detail(detail: str) -> str:
    """What a detail says besides its counts."""
    parts, excerpt = _parts(detail)
    return "; ".join([*(part for part in parts if not _COUNTED.fullmatch(part)), *excerpt])


def _parts(detail: str) -> tuple[list[str], list[str]]:
    """What stands before the excerpt of an answer, which may say anything, and the rest."""
    found = _EXCERPT.search(detail)
    before = detail if found is None else detail[: found.start()]
    return [part for part in before.split("; ") if part], [] if found is None else [detail[found.start(1) :]]
