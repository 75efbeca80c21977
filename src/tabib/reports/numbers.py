"""How scores look in tables of analyses: in percent, with their interval, and ``n/a`` where they are undefined."""

from __future__ import annotations

from tabib.core.scores import Score

UNDEFINED = "n/a"


def percent_text(value: float | None) -> str:
    """``73.1``; ``n/a`` for None."""
    return UNDEFINED if value is None else f"{value * 100:.1f}"


def interval_text(score: Score) -> str:
    """``[70.2, 75.9]``, in percent; empty where there is none."""
    if score.low is None or score.high is None:
        return ""
    return f"[{score.low * 100:.1f}, {score.high * 100:.1f}]"


def signed_interval_text(score: Score) -> str:
    """``+2.1 [+0.4, +3.8]``, a difference in percentage points; ``n/a`` where it is undefined."""
    if score.value is None:
        return UNDEFINED
    text = f"{score.value * 100:+.1f}"
    if score.low is None or score.high is None:
        return text
    return f"{text} [{score.low * 100:+.1f}, {score.high * 100:+.1f}]"
