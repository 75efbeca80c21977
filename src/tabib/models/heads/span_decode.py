"""From scores to spans: candidates of each row, and the choice among those of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tabib.models.heads import crf
from tabib.models.heads.span_encode import SpanRow

Candidate = tuple[int, int, int, float]
"""(first word, last word exclusive, label index, confidence)."""


@dataclass(frozen=True, slots=True)
class SpanPiece:
    """What is said of one row: its candidates, and for each word the probability that no entity covers it."""

    candidates: list[Candidate]
    outside: np.ndarray[Any, Any] | None = None


def candidates(band_BLWS: Tensor, tags_BLW: Tensor | None, threshold: float) -> list[list[Candidate]]:
    """Per row, the spans of the Viterbi paths and those whose confidence is above the threshold.

    As in nlstruct, a span of a Viterbi path is a candidate whatever its confidence, but the band's width bounds
    it too. Words count from the row's first one.
    """
    confidence_BLWS = band_BLWS.float().sigmoid()
    chosen_BLWS = confidence_BLWS > threshold
    if tags_BLW is not None:
        chosen_BLWS[_viterbi_spans(tags_BLW, band_BLWS.shape[-1])] = True
    index = chosen_BLWS.nonzero()
    rows: list[list[Candidate]] = [[] for _ in range(len(band_BLWS))]
    for (row, label, first, extra), confidence in zip(
        index.tolist(), confidence_BLWS[chosen_BLWS].tolist(), strict=True
    ):
        rows[row].append((first, first + extra + 1, label, confidence))
    return rows


def merge(rows: Sequence[SpanRow], pieces: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The candidates of a document: each span is taken from the row that shows most context on its nearer side.

    Only rows that hold the span whole compete, so that an entity where two windows overlap is not lost. Words
    count from the document's first one.
    """
    merged: list[Candidate] = []
    for index, (row, piece) in enumerate(zip(rows, pieces, strict=True)):
        if not (row.cut_left or row.cut_right):  # the only row with these words
            merged.extend((first + row.first, last + row.first, label, sure) for first, last, label, sure in piece)
            continue
        for first, last, label, confidence in piece:
            first, last = first + row.first, last + row.first
            margins = [_margin(other, first, last) for other in rows]
            if margins.index(max(margins)) == index:
                merged.append((first, last, label, confidence))
    return merged


def merge_outside(rows: Sequence[SpanRow], pieces: Sequence[SpanPiece], n_words: int) -> tuple[float, ...]:
    """For each word of a document the probability that no entity covers it, from the row that shows most context
    on its nearer side; empty where the rows say nothing of it."""
    outsides = [piece.outside for piece in pieces if piece.outside is not None]
    if not pieces or len(outsides) < len(pieces):
        return ()
    best, outside = np.full(n_words, -1.0), np.zeros(n_words)
    for row, mine in zip(rows, outsides, strict=True):
        place = np.arange(row.n_words, dtype=float)
        left = place if row.cut_left else np.full(row.n_words, np.inf)
        right = place[::-1] if row.cut_right else np.full(row.n_words, np.inf)
        margins = np.minimum(left, right)
        words = slice(row.first, row.last)
        better = margins > best[words]
        outside[words] = np.where(better, mine, outside[words])
        best[words] = np.where(better, margins, best[words])
    assert (best >= 0).all(), "every word is in a row"
    return tuple(np.minimum(outside, 1.0).tolist())


def select(
    spans: Sequence[Candidate], *, threshold: float, nested: bool, across_labels: bool = False
) -> list[Candidate]:
    """The most confident first, each unless it overlaps a chosen one of its label.

    Args:
        spans: candidates of one document.
        threshold: what counts as accepted by the scorer.
        nested: keep a span that holds or lies in a chosen one of its label, if both are above the threshold.
        across_labels: let no chosen spans overlap at all, for tasks with flat entities.

    Returns:
        chosen spans, by first word, then the longest first.
    """
    chosen: dict[int, list[Candidate]] = {}
    for span in sorted(spans, key=lambda item: (-item[3], item[0] - item[1], item[0], item[2])):
        rivals = chosen.setdefault(-1 if across_labels else span[2], [])
        if all(_compatible(span, rival, threshold, nested) for rival in rivals):
            rivals.append(span)
    kept = [span for group in chosen.values() for span in group]
    return sorted(kept, key=lambda item: (item[0], -item[1], item[2]))


def _compatible(span: Candidate, rival: Candidate, threshold: float, nested: bool) -> bool:
    if span[1] <= rival[0] or rival[1] <= span[0]:
        return True
    if not nested or span[2] != rival[2] or span[:2] == rival[:2]:
        return False
    holds = (span[0] <= rival[0] and rival[1] <= span[1]) or (rival[0] <= span[0] and span[1] <= rival[1])
    return holds and min(span[3], rival[3]) > threshold


def _margin(row: SpanRow, first: int, last: int) -> float:
    """Words of context on the span's nearer side; a border where nothing is missing is infinitely far."""
    if not (row.first <= first and last <= row.last):
        return -1.0
    left = first - row.first if row.cut_left else torch.inf
    right = row.last - last if row.cut_right else torch.inf
    return min(left, right)


def _viterbi_spans(tags_BLW: Tensor, width: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Indices into the band of the paths' spans that it holds."""
    # Legal paths close what they open, so that begins and ends pair up in reading order.
    row, label, first = ((tags_BLW == crf.B) | (tags_BLW == crf.U)).nonzero(as_tuple=True)
    last = ((tags_BLW == crf.L) | (tags_BLW == crf.U)).nonzero(as_tuple=True)[2]
    extra = last - first
    held = extra < width
    return row[held], label[held], first[held], extra[held]
