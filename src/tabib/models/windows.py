"""From words to the sub-tokens of windows that an encoder can read, and back. No torch here.

The whole text is tokenised as it stands, as in pretraining, and each sub-token goes to the word in which its first
word character lies. Words given one by one would change what SentencePiece and byte-level tokenisers see (the
leading space). A document is then cut into overlapping windows of whole words, and each word is read in the
window that shows most of its surroundings. No word is ever left out.

    for tokens, document in zip(tokenize_documents(tokenizer, texts, words), documents):
        windows = cut(tokens.lengths(), capacity, stride)
        best = best_window(windows, len(document.words))
        rows = [tokens.row(window, capacity) for window in windows]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Any

from tabib.core.errors import ModelError
from tabib.core.spans import Span


@dataclass(frozen=True, slots=True)
class Window:
    """Words ``first`` to ``last`` (exclusive) of a document."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """Sub-tokens of one window without special ones; ``firsts`` and ``lasts`` count from the row's own start."""

    ids: list[int]
    firsts: list[int]
    lasts: list[int]


@dataclass(frozen=True, slots=True)
class WordTokens:
    """The sub-tokens of a document, without special ones, and where its words are among them.

    Args:
        ids: all sub-tokens from the first word on, those between words (line breaks) included.
        firsts, lasts: for each word, its sub-tokens ``ids[first:last]``, never none. Ascending; neighbours share
            a sub-token only where the tokeniser made one of both (``...``).
    """

    ids: list[int]
    firsts: list[int]
    lasts: list[int]

    def lengths(self) -> list[int]:
        """Sub-tokens that each word takes up in a row, with those that follow before the next word; at least 1."""
        nexts = [*self.firsts[1:], 0][: len(self.firsts)]
        return [
            max(last, following) - first
            for first, last, following in zip(self.firsts, self.lasts, nexts, strict=True)
        ]

    def row(self, window: Window, capacity: int) -> Row:
        """The window's sub-tokens, at most ``capacity``; only a word that is longer by itself is clipped."""
        start = self.firsts[window.first]
        end = self.lasts[window.last - 1]
        if window.last < len(self.firsts):
            end = max(end, self.firsts[window.last])
        return Row(
            self.ids[start : min(end, start + capacity)],
            [first - start for first in self.firsts[window.first : window.last]],
            [min(last - start, capacity) for last in self.lasts[window.first : window.last]],
        )


def tokenize_documents(tokenizer: Any, texts: Sequence[str], words: Sequence[Sequence[Span]]) -> list[WordTokens]:
    """Sub-tokens of many documents in one call of a fast Hugging Face tokeniser.

    Args:
        tokenizer: a fast tokeniser.
        texts: the untouched texts.
        words: for each text, its words, ascending and disjoint.
    """
    if not texts:
        return []
    encoding = tokenizer(
        list(texts),
        add_special_tokens=False,
        padding=False,
        truncation=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        return_offsets_mapping=True,
        verbose=False,
    )
    unknown = _unknown_id(tokenizer)
    return [
        _to_words(ids, offsets, spans, unknown)
        for ids, offsets, spans in zip(encoding["input_ids"], encoding["offset_mapping"], words, strict=True)
    ]


def special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """What the tokeniser puts before and after a single text, as ids."""
    encoding = tokenizer("a", return_special_tokens_mask=True, return_attention_mask=False)
    ids, mask = list(encoding["input_ids"]), list(encoding["special_tokens_mask"])
    ordinary = [index for index, special in enumerate(mask) if not special]
    if not ordinary:
        raise ModelError(
            f"{type(tokenizer).__name__} makes nothing of the letter 'a'; is it the model's tokeniser?"
        )
    return ids[: ordinary[0]], ids[ordinary[-1] + 1 :]


def cut(lengths: Sequence[int], capacity: int, stride: int) -> list[Window]:
    """Overlapping windows of whole words that cover all words.

    Args:
        lengths: sub-tokens of each word, at least 1.
        capacity: sub-tokens of one window, special ones not counted. A word that is longer gets a window of
            its own, in which its row is clipped.
        stride: sub-tokens that neighbouring windows share at most; never more than half of the capacity counts,
            so that the number of windows stays in proportion to the text.
    """
    assert capacity >= 1
    assert stride >= 0
    stride = min(stride, capacity // 2)
    ends = [0, *accumulate(lengths)]  # sub-tokens before each word
    n_words = len(lengths)
    windows: list[Window] = []
    first = last = 0
    while last < n_words:
        last = max(last, first + 1)
        while last < n_words and ends[last + 1] - ends[first] <= capacity:
            last += 1
        windows.append(Window(first, last))
        # The next window holds the word ``last``; before it, as many words as the overlap and the capacity allow.
        first = last
        while (
            last < n_words
            and first - 1 > windows[-1].first
            and ends[last] - ends[first - 1] <= stride
            and ends[last + 1] - ends[first - 1] <= capacity
        ):
            first -= 1
    return windows


def best_window(windows: Sequence[Window], n_words: int) -> list[int]:
    """For each word the index of the window in which the nearer edge is farthest; ties: the earlier window.

    The document's own beginning and end are no edges: nothing is missing there.
    """
    best = [-1] * n_words
    margins = [-1.0] * n_words
    for index, window in enumerate(windows):
        for word in range(window.first, window.last):
            left = inf if window.first == 0 else word - window.first
            right = inf if window.last == n_words else window.last - 1 - word
            if min(left, right) > margins[word]:
                margins[word] = min(left, right)
                best[word] = index
    assert -1 not in best, "the windows leave out a word"
    return best


def _to_words(
    ids: Sequence[int], offsets: Iterable[tuple[int, int]], words: Sequence[Span], unknown: int
) -> WordTokens:
    """Give sub-tokens to words by their characters; words without any share one or get the unknown id."""
    n_words = len(words)
    own: list[tuple[int, int] | None] = [None] * n_words
    shared: list[int | None] = [None] * n_words
    word = 0
    for index, (start, end) in enumerate(offsets):
        while word < n_words and words[word][1] <= start:
            word += 1
        if word == n_words:
            break
        if max(start, words[word][0]) >= end:
            continue  # between words: white space, or characters that no word holds
        known = own[word]
        own[word] = (index, index + 1) if known is None else (known[0], index + 1)
        also = word + 1
        while also < n_words and words[also][0] < end:
            shared[also] = index
            also += 1
    return _lay_out(ids, own, shared, unknown)


def _lay_out(
    ids: Sequence[int], own: Sequence[tuple[int, int] | None], shared: Sequence[int | None], unknown: int
) -> WordTokens:
    laid: list[int] = []
    firsts: list[int] = []
    lasts: list[int] = []
    copied = next((span[0] for span in own if span is not None), 0)  # what precedes the first word is left out
    for span, common in zip(own, shared, strict=True):
        if span is not None:
            laid.extend(ids[copied : span[1]])
            copied = span[1]
            firsts.append(len(laid) - (span[1] - span[0]))
        elif common is not None:
            firsts.append(len(laid) - (copied - common))
            lasts.append(firsts[-1] + 1)
            continue
        else:  # the tokeniser's normaliser has removed all its characters
            laid.append(unknown)
            firsts.append(len(laid) - 1)
        lasts.append(len(laid))
    return WordTokens(laid, firsts, lasts)


def _unknown_id(tokenizer: Any) -> int:
    """What stands for a word that the tokeniser makes nothing of."""
    for name in ("unk_token_id", "mask_token_id", "eos_token_id"):
        value = getattr(tokenizer, name, None)
        if value is not None:
            return int(value)
    return 0
