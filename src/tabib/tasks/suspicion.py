"""When a reader should doubt a score. One place for all tasks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from tabib.core.scores import Score

NEAR_ZERO = 0.01
"""A primary score (1 is the best) below this is a broken model or pipeline more often than a bad one."""


def suspicions(
    primary: str,
    score: Score,
    anchor: Score | None,
    gold: Sequence[Hashable],
    answers: Sequence[Hashable],
    empty: Hashable | None = None,
) -> tuple[str, ...]:
    """Reasons to doubt ``score``, in plain words; none where it looks sound.

    Args:
        primary: the name of ``score``.
        anchor: the majority baseline's score on the same documents, where known. The baseline itself is not
            above itself, and is marked so.
        gold: the right answer of each document.
        answers: what was predicted for each, in the same order.
        empty: the answer that says nothing.
    """
    reasons = []
    if score.value is not None and anchor is not None and anchor.value is not None and score.value <= anchor.value:
        reasons.append(f"not above the majority baseline ({anchor.value:.3f})")
    if score.value is not None and score.value < NEAR_ZERO:
        place = "near 0" if score.value > -NEAR_ZERO else "below 0"
        reasons.append(f"{primary} is {place} ({score.value:.3f})")
    if any(right != empty for right in gold) and all(answer == empty for answer in answers):
        reasons.append("nothing was predicted")
    elif len(set(gold)) > 1 and len(set(answers)) == 1:  # constant gold may rightly be answered by a constant
        reasons.append(f"the same answer for all {len(answers)} documents")
    return tuple(reasons)
