"""Candidates, windows put together, and the choice among overlapping spans."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tabib.models.heads import crf
from tabib.models.heads.span_decode import Candidate, SpanPiece, candidates, merge, merge_outside, select
from tabib.models.heads.span_encode import SpanRow


def row(first: int, last: int, *, cut_left: bool = False, cut_right: bool = False) -> SpanRow:
    return SpanRow(0, [], first, last, [], [], cut_left, cut_right)


def chosen(spans: list[Candidate], **settings: bool) -> list[tuple[int, int, int]]:
    return [span[:3] for span in select(spans, threshold=0.5, nested=settings.pop("nested", False), **settings)]


def test_candidates_are_viterbi_spans_of_any_confidence_and_spans_above_the_threshold() -> None:
    band = torch.full((2, 2, 4, 3), -3.0)
    band[0, 1, 2, 0] = 2.0  # above the threshold
    tags = torch.tensor(
        [
            [[crf.B, crf.L, crf.O, crf.U], [crf.O, crf.O, crf.O, crf.O]],
            [[crf.O, crf.O, crf.O, crf.O], [crf.B, crf.I, crf.I, crf.L]],  # four words: wider than the band
        ]
    )
    low, high = torch.tensor([-3.0, 2.0]).sigmoid().tolist()
    assert candidates(band, tags, 0.5) == [
        [(0, 2, 0, pytest.approx(low)), (3, 4, 0, pytest.approx(low)), (2, 3, 1, pytest.approx(high))],
        [],
    ]
    assert candidates(band, None, 0.5) == [[(2, 3, 1, pytest.approx(high))], []]


def test_within_a_label_the_most_confident_of_overlapping_spans_is_kept() -> None:
    assert chosen([(0, 3, 0, 0.6), (2, 4, 0, 0.9), (4, 5, 0, 0.4)]) == [(2, 4, 0), (4, 5, 0)]


def test_labels_do_not_compete() -> None:
    assert chosen([(0, 3, 0, 0.9), (1, 2, 1, 0.6), (2, 5, 2, 0.7)]) == [(0, 3, 0), (1, 2, 1), (2, 5, 2)]


def test_labels_compete_where_entities_are_flat() -> None:
    assert chosen([(0, 3, 0, 0.6), (1, 2, 1, 0.9), (2, 5, 2, 0.7)], across_labels=True) == [(1, 2, 1), (2, 5, 2)]


def test_nesting_within_a_label_needs_both_accepted_and_none_crossing() -> None:
    holds, inside, crossing, doubtful = (0, 4, 0, 0.9), (1, 2, 0, 0.8), (3, 6, 0, 0.7), (2, 3, 0, 0.4)
    assert chosen([holds, inside, crossing, doubtful], nested=True) == [(0, 4, 0), (1, 2, 0)]
    assert chosen([holds, inside, crossing, doubtful]) == [(0, 4, 0)]
    assert chosen([inside, (0, 4, 0, 0.45)], nested=True) == [(1, 2, 0)]


def test_equal_confidence_prefers_the_longer_span() -> None:
    assert chosen([(1, 2, 0, 0.9), (0, 3, 0, 0.9)]) == [(0, 3, 0)]


def test_a_span_is_taken_from_the_window_with_most_context() -> None:
    windows = [row(0, 10, cut_right=True), row(6, 16, cut_left=True)]
    # Words 6 and 7 end 2 words before the first window's edge and lie on the second's: the first one decides.
    assert merge(windows, [[(6, 8, 0, 0.6)], [(0, 2, 0, 0.9)]]) == [(6, 8, 0, 0.6)]
    # What only the worse window says is not heard.
    assert merge(windows, [[], [(0, 2, 0, 0.9)]]) == []


def test_a_span_that_only_one_window_holds_is_taken_from_it() -> None:
    windows = [row(0, 10, cut_right=True), row(6, 16, cut_left=True)]
    assert merge(windows, [[(5, 10, 0, 0.6)], [(0, 6, 0, 0.7)]]) == [(5, 10, 0, 0.6), (6, 12, 0, 0.7)]


def test_ends_of_a_sentence_are_no_missing_context() -> None:
    sentences = [row(0, 4), row(4, 9)]
    assert merge(sentences, [[(3, 4, 0, 0.6)], [(0, 1, 1, 0.7)]]) == [(3, 4, 0, 0.6), (4, 5, 1, 0.7)]


def test_each_word_is_outside_as_the_row_with_most_context_on_its_nearer_side_says() -> None:
    rows = [row(0, 6, cut_right=True), row(3, 9, cut_left=True)]
    pieces = [SpanPiece([], np.full(6, 0.25)), SpanPiece([], np.full(6, 0.75))]
    # Of word 4 the first row shows one word to the right, the second one to the left: the first of equals.
    assert merge_outside(rows, pieces, 9) == (0.25,) * 5 + (0.75,) * 4


def test_rows_that_say_nothing_of_words_leave_them_without() -> None:
    assert merge_outside([row(0, 2)], [SpanPiece([])], 2) == ()
