"""One number within the scale, with a point or a comma."""

from __future__ import annotations

import pytest

from tabib.core.predictions import Status
from tabib.models.decoders.parsing.similarity import parse_similarity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.5", 3.5),
        ("3,5", 3.5),
        ("Similarité : 4", 4.0),
        ("Je dirais 2 sur 5", 2.0),
        ("0", 0.0),
        ("**5.0**", 5.0),
        ("Similarity (0-5): 4", 4.0),
        ("Sur une échelle de 0 à 5, je dirais 3,5.", 3.5),
        ("From 0.0 to 5.0: 2", 2.0),
        ("<think>2, or rather 3</think>4", 4.0),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert parse_similarity(text, "p", (0, 5)).value == value


@pytest.mark.parametrize("text", ["", "beaucoup", "entre 0 et 5", "7", "-1", "1.2.3", "12e", "1e400"])
def test_no_number_or_one_beyond_the_scale_is_unparsed(text: str) -> None:
    prediction = parse_similarity(text, "p", (0, 5))
    assert (prediction.value, prediction.status) == (None, Status.UNPARSED)
