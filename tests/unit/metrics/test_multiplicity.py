"""p values of several tests together."""

import pytest

from tabib.metrics.multiplicity import holm


def test_holm_by_hand() -> None:
    """0.005 × 4; 0.01 × 3; 0.03 × 2; 0.04 × 1, not below the one before."""
    assert holm([0.01, None, 0.04, 0.03, 0.005]) == pytest.approx([0.03, None, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([None]) == [None]
    assert holm([]) == []
