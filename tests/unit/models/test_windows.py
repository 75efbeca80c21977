"""Words to sub-tokens to windows: nothing is left out, nothing is longer than the encoder reads."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from tabib.core.spans import split_words
from tabib.models.windows import (
    Window,
    best_window,
    cut,
    special_tokens,
    tokenize_documents,
)


@pytest.fixture(scope="module")
def characters(tiny_encoder: Path) -> Any:
    """WordPiece with one sub-token per character."""
    return AutoTokenizer.from_pretrained(tiny_encoder)


@pytest.fixture(scope="module")
def sentencepiece() -> Any:
    """Unigram with '▁', as CamemBERT has it; one of its pieces spans three words of ours."""
    pieces = ["<unk>", "▁", "▁le", "▁patient", "▁5", "mg", "▁(", "...", ".", "a", "e", "l", "'"]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0 - len(piece) * 0.01) for piece in pieces], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


@pytest.fixture(scope="module")
def bytes_tokenizer() -> Any:
    """Byte-level BPE without merges: one sub-token per byte, spaces and line breaks included."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({sign: index for index, sign in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def pieces(tokenizer: Any, text: str) -> list[list[str]]:
    """The sub-tokens of each word, as text."""
    (tokens,) = tokenize_documents(tokenizer, [text], [split_words(text)])
    signs = tokenizer.convert_ids_to_tokens(tokens.ids)
    return [signs[first:last] for first, last in zip(tokens.firsts, tokens.lasts, strict=True)]


def test_each_sub_token_goes_to_the_word_it_begins_in(characters: Any) -> None:
    assert pieces(characters, "5mg, ok") == [["5"], ["##m", "##g"], [","], ["o", "##k"]]


def test_the_leading_space_belongs_to_the_word_after_it(sentencepiece: Any) -> None:
    assert pieces(sentencepiece, "le patient") == [["▁le"], ["▁patient"]]


def test_a_sub_token_that_spans_words_is_shared_by_them(sentencepiece: Any) -> None:
    text = "le..."
    assert pieces(sentencepiece, text) == [["▁le"], ["..."], ["..."], ["..."]]
    (tokens,) = tokenize_documents(sentencepiece, [text], [split_words(text)])
    assert sentencepiece.convert_ids_to_tokens(tokens.ids) == ["▁le", "..."]
    assert tokens.firsts == [0, 1, 1, 1]
    row = tokens.row(Window(2, 3), capacity=10)
    assert sentencepiece.convert_ids_to_tokens(row.ids) == ["..."]


def test_white_space_between_words_is_read_but_belongs_to_no_word(bytes_tokenizer: Any) -> None:
    text = "a\n\nb"
    (tokens,) = tokenize_documents(bytes_tokenizer, [text], [split_words(text)])
    assert len(tokens.ids) == 4
    assert (tokens.firsts, tokens.lasts, tokens.lengths()) == ([0, 3], [1, 4], [3, 1])


def test_a_word_that_the_tokeniser_removes_is_unknown(characters: Any) -> None:
    text = "ab \N{SNOWMAN} c"
    assert pieces(characters, text) == [["a", "##b"], ["[UNK]"], ["c"]]


def test_words_that_a_normaliser_deletes_still_have_a_sub_token() -> None:
    from tokenizers import normalizers

    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1, "b": 2}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Replace("x", "")
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")
    assert pieces(fast, "x a x x b x") == [["[UNK]"], ["a"], ["[UNK]"], ["[UNK]"], ["b"], ["[UNK]"]]


def test_special_tokens_are_those_around_a_text(characters: Any, bytes_tokenizer: Any) -> None:
    assert special_tokens(characters) == ([characters.cls_token_id], [characters.sep_token_id])
    assert special_tokens(bytes_tokenizer) == ([], [])


@given(
    texts=st.lists(st.text("ab5éœ .(\n\N{SNOWMAN}\u0301\u200b", max_size=40), max_size=4), which=st.integers(0, 2)
)
def test_every_word_of_any_text_has_sub_tokens_in_order(
    texts: list[str], which: int, characters: Any, sentencepiece: Any, bytes_tokenizer: Any
) -> None:
    tokenizer = (characters, sentencepiece, bytes_tokenizer)[which]
    words = [split_words(text) for text in texts]
    documents = tokenize_documents(tokenizer, texts, words)
    assert len(documents) == len(texts)
    for tokens, spans in zip(documents, words, strict=True):
        assert len(tokens.firsts) == len(tokens.lasts) == len(spans)
        assert tokens.firsts == sorted(tokens.firsts)
        assert all(0 <= a < b <= len(tokens.ids) for a, b in zip(tokens.firsts, tokens.lasts, strict=True))


lengths_of_words = st.lists(st.integers(1, 12), max_size=40)


@given(lengths=lengths_of_words, capacity=st.integers(1, 20), stride=st.integers(0, 30))
def test_windows_cover_all_words_and_fit(lengths: list[int], capacity: int, stride: int) -> None:
    windows = cut(lengths, capacity, stride)
    assert {word for window in windows for word in range(window.first, window.last)} == set(range(len(lengths)))
    for window in windows:
        assert sum(lengths[window.first : window.last]) <= capacity or window.last - window.first == 1
    for before, after in pairwise(windows):
        assert before.first < after.first <= before.last < after.last
        assert sum(lengths[after.first : before.last]) <= min(stride, capacity // 2)


@given(lengths=lengths_of_words, capacity=st.integers(1, 20), stride=st.integers(0, 30))
def test_each_word_is_read_in_a_window_that_holds_it(lengths: list[int], capacity: int, stride: int) -> None:
    windows = cut(lengths, capacity, stride)
    best = best_window(windows, len(lengths))
    assert all(windows[index].first <= word < windows[index].last for word, index in enumerate(best))


def test_one_window_for_what_fits_and_none_for_nothing() -> None:
    assert cut([1, 1, 1], capacity=3, stride=1) == [Window(0, 3)]
    assert cut([], capacity=3, stride=1) == []


def test_neighbours_share_what_the_stride_allows() -> None:
    assert cut([1] * 10, capacity=6, stride=2) == [Window(0, 6), Window(4, 10)]
    assert cut([1] * 10, capacity=6, stride=0) == [Window(0, 6), Window(6, 10)]


def test_a_word_is_read_where_its_nearer_edge_is_farthest() -> None:
    windows = [Window(0, 6), Window(2, 10)]
    assert best_window(windows, 10) == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]


def test_a_word_longer_than_the_window_is_clipped_not_dropped(characters: Any) -> None:
    text = "abcdefgh ab"
    (tokens,) = tokenize_documents(characters, [text], [split_words(text)])
    windows = cut(tokens.lengths(), capacity=5, stride=2)
    rows = [tokens.row(window, capacity=5) for window in windows]
    assert [len(row.ids) for row in rows] == [5, 2]
    assert [(row.firsts, row.lasts) for row in rows] == [([0], [5]), ([0], [2])]


@given(text=st.text("ab5 .(\n", max_size=60), capacity=st.integers(1, 20), stride=st.integers(0, 10))
def test_rows_hold_the_sub_tokens_of_their_words(
    text: str, capacity: int, stride: int, bytes_tokenizer: Any
) -> None:
    (tokens,) = tokenize_documents(bytes_tokenizer, [text], [split_words(text)])
    for window in cut(tokens.lengths(), capacity, stride):
        row = tokens.row(window, capacity)
        assert len(row.ids) <= capacity
        for offset, word in enumerate(range(window.first, window.last)):
            piece = row.ids[row.firsts[offset] : row.lasts[offset]]
            assert piece
            assert piece == tokens.ids[tokens.firsts[word] : tokens.lasts[word]][: len(piece)]
