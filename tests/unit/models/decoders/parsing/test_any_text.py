"""Whatever a model writes, reading it raises nothing and takes no more than a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.core.examples import Document
from tabib.models.decoders.parsing.answer import Names
from tabib.models.decoders.parsing.labels import parse_classification, parse_multilabel
from tabib.models.decoders.parsing.mcqa import parse_mcqa
from tabib.models.decoders.parsing.ner import parse_ner
from tabib.models.decoders.parsing.similarity import parse_similarity

DOCUMENT = Document("d", "Le patient tousse.", options=("oui", "non", "peut-être"))
NAMES = Names(["toux", "Fièvre", "mal de tête"])
READERS: dict[str, Callable[[str], Any]] = {
    "mcqa": lambda text: parse_mcqa(text, DOCUMENT),
    "classification": lambda text: parse_classification(text, "d", NAMES),
    "multilabel": lambda text: parse_multilabel(text, "d", NAMES),
    "ner": lambda text: parse_ner(text, DOCUMENT, NAMES),
    "similarity": lambda text: parse_similarity(text, "d", (0, 5)),
}
PIECES = [
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\\",
    "\n",
    "```",
    "text",
    "label",
    "toux",
    "A",
    "B)",
    "3,5",
    "é",
]
TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*PIECES, "Réponse :", "\ud800", "İ", "ﬁ", "1e999", "NaN"]), max_size=40).map(
        "".join
    ),
)
MILLIONS = {
    "brackets": "[" * 10_000_000,
    "objects": '{"a":' * 2_000_000,
    "escapes": '["' + '\\"' * 5_000_000,
    "quotes": '"' * 10_000_000,
    "blanks": " " * 10_000_000,
    "letters": "A, " * 3_300_000,
    "markers": "Réponse : " * 1_000_000,
    "digits": "1" * 10_000_000,
    "numbers": "1," * 5_000_000,
    "fences": "```" * 3_300_000,
    "names": "toux " * 2_000_000,
    "mentions": '[{"text": "patient", "label": "toux"},' * 260_000,
    "different": "[" + ",".join(f'{{"text": "t{n}", "label": "toux"}}' for n in range(300_000)),
}


@pytest.mark.parametrize("reader", READERS)
@settings(deadline=None, max_examples=150)
@given(text=TEXTS)
def test_no_text_raises(reader: str, text: str) -> None:
    prediction = READERS[reader](text)
    assert prediction.id == "d"
    prediction.detail.encode("utf-8")  # it is written to a file


@pytest.mark.slow
@pytest.mark.parametrize("name", MILLIONS)
def test_ten_megabytes_take_a_second(name: str) -> None:
    for reader in READERS.values():
        began = time.process_time()
        reader(MILLIONS[name])
        assert time.process_time() - began < 1.5
