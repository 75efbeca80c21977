"""How long a server asks to wait."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from tabib.core.http import retry_after


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), (" 0.5 ", 0.5), ("-3", 0.0), ("", None), ("soon", None), ("nan", None)]
)
def test_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_a_date() -> None:
    found = retry_after(formatdate(time.time() + 60, usegmt=True))
    assert found is not None
    assert 50 < found <= 60
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
