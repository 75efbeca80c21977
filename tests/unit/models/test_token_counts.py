"""Sub-tokens of texts, pairs and questions, with special ones; the tiny tokeniser has one for each character."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.errors import ModelError
from tabib.core.examples import Document
from tabib.models.token_counts import token_counter


def test_texts_pairs_and_questions(tiny_encoder: Path) -> None:
    count, limit = token_counter(str(tiny_encoder))
    documents = [
        Document("text", "ab cd"),
        Document("pair", "ab", second="cde"),
        Document("question", "ab", options=("c", "cdef", "cd")),
        Document("long", "a " * 500),
    ]
    assert count(documents) == [4 + 2, 5 + 3, 6 + 3, 502]
    assert count([]) == []
    assert limit is None


def test_the_limit_is_the_tokenisers_own(tiny_encoder: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_bytes((tiny_encoder / "config.json").read_bytes())
    assert token_counter(str(tmp_path))[1] == 64


def test_a_model_without_a_tokeniser(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="has no tokeniser that can be read"):
        token_counter(str(tmp_path))
