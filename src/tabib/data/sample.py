"""Invented samples in the layouts of corpora that cannot be shipped, so that their loaders are tested.

They lie in ``samples`` and not among the shipped corpora: a sample is found only where ``data_dir`` (or
``$TABIB_DATA``) names that directory, and whatever is made of it says that it is one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tabib.data.corpus import Corpus

SAMPLES = Path(__file__).parent / "samples"
"""A data directory with a small sample of each of them."""

MARKER = "SAMPLE.txt"
"""The file that tells a sample's folder from the corpus's."""


def is_sample(folder: Path) -> bool:
    return (folder / MARKER).is_file()


def as_sample(corpus: Corpus) -> Corpus:
    """The same examples under a card that does not claim to be the corpus's, with a note for the results."""
    card = corpus.card
    return replace(
        corpus,
        card=replace(
            card,
            licence="MIT, as this package",
            citation="written for tabib; nothing in it is about a real person",
            statistics={},
            shared_texts={},
            summary=f"an invented sample in the layout of {card.name}, NOT the corpus",
        ),
        notes=(
            f"this is the invented sample in the layout of {card.name}, not the corpus: its scores say nothing",
            *corpus.notes,
        ),
    )
