"""One number from a text."""

from __future__ import annotations

import re

from tabib.core.details import detail_of
from tabib.core.predictions import SimilarityPrediction, Status
from tabib.models.decoders.parsing.answer import LIMIT, after_marker

_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d{1,6}(?:[.,]\d{1,10})?(?![\w]|[.,]\d)")


def parse_similarity(text: str, document_id: str, scale: tuple[float, float]) -> SimilarityPrediction:
    """The first number after the last answer marker, with a point or a comma; beyond the scale it is no answer.

    The scale itself (``de 0 à 5``, ``(0-5)``) is not taken for an answer.
    """
    low, high = scale
    ends = (rf"{re.escape(f'{end:g}')}(?:[.,]0+)?" for end in scale)
    named = re.compile(r"(?<![\w.,])" + r"\s*(?:[-–—]|à|et|to|and)\s*".join(ends) + r"(?![\w.,]*\d)")
    match = _NUMBER.search(named.sub(" ", after_marker(text[:LIMIT])))
    if match is None:
        detail = detail_of({}, text) or "empty answer"
        return SimilarityPrediction(document_id, None, Status.UNPARSED, detail)
    value = float(match[0].replace("−", "-").replace(",", "."))
    if not low <= value <= high:
        detail = detail_of({"out of range": 1}, text)
        return SimilarityPrediction(document_id, None, Status.UNPARSED, detail)
    return SimilarityPrediction(document_id, value)
