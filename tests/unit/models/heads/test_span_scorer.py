"""The band against the full matrix, and the tagger's logit against hand-computed values."""

from __future__ import annotations

import math

import pytest
import torch

from tabib.models.heads import crf
from tabib.models.heads.span_scorer import (
    SpanScorer,
    band_products,
    inverse_log_sigmoid,
    tagger_log_probability,
    within,
)


@pytest.mark.parametrize(("n_words", "width"), [(1, 1), (5, 5), (5, 2), (7, 3), (6, 3), (8, 1), (9, 4)])
def test_band_holds_the_diagonals_of_the_full_matrix(n_words: int, width: int) -> None:
    torch.manual_seed(0)
    begin, end = torch.randn(2, 3, n_words, 4), torch.randn(2, 3, n_words, 4)
    full = begin @ end.transpose(-1, -2)
    band = band_products(begin, end, width)
    assert band.shape == (2, 3, n_words, width)
    for first in range(n_words):
        for extra in range(width):
            expected = full[:, :, first, first + extra] if first + extra < n_words else torch.zeros(2, 3)
            torch.testing.assert_close(band[:, :, first, extra], expected)


def test_scorer_is_the_scaled_dot_product_of_its_projections_and_a_bias_per_label() -> None:
    torch.manual_seed(0)
    scorer = SpanScorer(input_size=6, n_labels=2, size=4)
    with torch.no_grad():
        scorer.bias_L.copy_(torch.tensor([0.5, -2.0]))
    words = torch.randn(1, 3, 6)
    begin = scorer.begin(words)[0, 1].view(2, 4)
    end = scorer.end(words)[0, 2].view(2, 4)
    expected = (begin * end).sum(-1) / math.sqrt(4) + torch.tensor([0.5, -2.0])
    torch.testing.assert_close(scorer(words, 3)[0, :, 1, 1], expected)


def test_spans_end_with_their_row() -> None:
    mask = within(torch.tensor([1, 3]), n_words=3, width=2)
    assert mask[0, 0].tolist() == [[True, False], [False, False], [False, False]]
    assert mask[1, 0].tolist() == [[True, True], [True, True], [True, False]]


def test_tagger_log_probability_is_the_least_likely_of_inside_begin_and_end() -> None:
    # P over O, B, I, L, U of three words; by hand: P(not O) = .9, .8, .5; P(B)+P(U) = .7, .3, .1;
    # P(L)+P(U) = .25, .4, .45.
    posterior = torch.tensor(
        [[0.10, 0.65, 0.0, 0.20, 0.05], [0.20, 0.20, 0.20, 0.30, 0.10], [0.50, 0.05, 0.0, 0.40, 0.05]]
    )
    t = tagger_log_probability(posterior.log()[None, None], width=3)[0, 0].exp()
    assert t[0, 0] == pytest.approx(min(0.9, 0.7, 0.25))
    assert t[0, 1] == pytest.approx(min(0.9 * 0.8, 0.7, 0.4))
    assert t[0, 2] == pytest.approx(min(0.9 * 0.8 * 0.5, 0.7, 0.45))
    assert t[1, 1] == pytest.approx(min(0.8 * 0.5, 0.3, 0.45))
    assert t[2, 0] == pytest.approx(min(0.5, 0.1, 0.45))


def test_inverse_log_sigmoid_is_the_logit() -> None:
    probability = torch.tensor([1e-30, 0.01, 0.3, 0.5, 0.7, 0.999], dtype=torch.float64)
    torch.testing.assert_close(inverse_log_sigmoid(probability.log()), probability.logit())
    assert inverse_log_sigmoid(torch.tensor(math.log(0.2))).item() == pytest.approx(math.log(0.2 / 0.8))


def test_inverse_log_sigmoid_stays_finite_at_certainty() -> None:
    certain = inverse_log_sigmoid(torch.tensor([0.0, 1e-7, -1e-9]))
    assert certain.isfinite().all()
    assert certain.tolist() == pytest.approx([-math.log(1e-6)] * 3, rel=1e-2)


def test_a_confident_tagger_gives_its_span_the_highest_logit() -> None:
    path = [crf.O, crf.B, crf.L, crf.O]
    emissions = torch.zeros(1, 4, crf.N_TAGS)
    emissions[0, range(4), path] = 6.0
    _, log_posterior = crf.log_partition(emissions, torch.ones(1, 4, dtype=torch.bool))
    logits = inverse_log_sigmoid(tagger_log_probability(log_posterior[None], width=4))[0, 0]
    logits = logits.masked_fill(~within(torch.tensor([4]), 4, 4)[0, 0], -torch.inf)
    assert divmod(int(logits.argmax()), 4) == (1, 1)
    assert logits[1, 1] > 0
    assert (logits > 0).sum() == 1
