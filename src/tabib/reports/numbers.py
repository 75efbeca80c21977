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
    text = signed_percent_text(score.value)
    if score.low is None or score.high is None:
        return text
    return f"{text} [{signed_percent_text(score.low)}, {signed_percent_text(score.high)}]"


def signed_percent_text(value: float) -> str:
    """``+2.1``: a difference of shares, in percentage points."""
    return f"{value * 100:+.1f}"


def count_text(value: int) -> str:
    """``1,204``."""
    return f"{value:,}"


def number_text(value: float) -> str:
    """Three significant digits: ``0.853``, ``12.3``; whole numbers as they are."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def ratio_text(value: float) -> str:
    """``1.5×``."""
    return f"{value:.1f}×" if value < 10 else f"{value:.0f}×"


def duration_text(seconds: float) -> str:
    """Seconds as a reader wants them: ``35 ms``, ``4.2 s``, ``12 min``, ``3.5 h``, ``2.1 days``."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    for limit, unit, name in ((100, 1, "s"), (100 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.{1 if seconds / unit < 10 else 0}f} {name}"
    return f"{seconds / 86400:.1f} days"
