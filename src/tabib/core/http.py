"""What every exchange over HTTP needs to know: which failures pass, how long to wait, who needs no proxy."""

from __future__ import annotations

import email.utils
import time

TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Status codes after which the same request may succeed later."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that no proxy stands before."""


def retry_after(value: str) -> float | None:
    """Seconds that a server asks to wait.

    Args:
        value: of the header ``Retry-After``: seconds, or a date.

    Returns:
        None where it says neither.
    """
    value = value.strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if seconds == seconds else None
