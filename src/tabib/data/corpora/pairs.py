"""What corpora of pairs of texts share: rows of (identifier, text, other text, score) as examples."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from tabib.core.errors import DataError
from tabib.core.examples import Document, Example

Pairs = tuple[Example[float], ...]


def make_pair(
    id: str,
    first: str,
    second: str,
    score: str | float,
    scale: tuple[float, float],
    *,
    path: Path,
    line: int | None = None,
    group: str = "",
) -> Example[float]:
    """A pair with its gold.

    Args:
        score: how alike they are, as written in the file.
        scale: its least and greatest value.
        path, line: where the pair is from, for messages.
        group: see ``Document``.

    Raises:
        DataError: an empty text or identifier, or a score that is no number or beyond the scale.
    """
    if not id:
        raise DataError("the identifier is empty", path=path, line=line)
    if not first.strip() or not second.strip():
        raise DataError(f"a text of the pair {id!r} is empty", path=path, line=line)
    try:
        gold = float(score)
    except ValueError:
        raise DataError(f"the score {score!r} is not a number", path=path, line=line) from None
    if not isfinite(gold) or not scale[0] <= gold <= scale[1]:
        raise DataError(
            f"the score {score} is beyond the scale, which is {scale[0]:g} to {scale[1]:g}", path=path, line=line
        )
    return Example(Document(id, first, group=group, second=second), gold)
