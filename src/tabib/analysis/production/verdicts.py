"""Whether a precision reaches the target: yes, no, or not known."""

from __future__ import annotations

from typing import Literal

from tabib.core.scores import Score

Verdict = Literal["yes", "no", "unknown"]

CONTAINS = "the interval contains the target"
NO_INTERVAL = "all of them are in one document"


def too_few(n: int, min_entities: int) -> str:
    return f"{n} auto-coded, fewer than {min_entities}"


def verdict(precision: Score, n: int, target: float, min_entities: int) -> tuple[Verdict, str]:
    """yes: the whole interval reaches the target; no: it lies below it; unknown, and why: all else.

    Args:
        n: the entities whose precision it is.
        min_entities: of fewer nothing is claimed.
    """
    if precision.value is None:
        return "unknown", precision.reason
    if n < min_entities:
        return "unknown", too_few(n, min_entities)
    if precision.low is None or precision.high is None:
        return "unknown", NO_INTERVAL
    if precision.low >= target:
        return "yes", ""
    return ("no", "") if precision.high < target else ("unknown", CONTAINS)
