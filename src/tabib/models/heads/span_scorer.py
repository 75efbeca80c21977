"""Scores of spans in the band: every span of at most S words, never words × words.

``band_BLWS[b, l, i, s]`` is about the span of words i to i + s of row b, both included, with label l.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from tabib.models.heads.crf import B, I, L, U

NEVER = -1e4
"""The logit of what is no span: it reaches beyond its row. Finite, so that no gradient becomes NaN."""


class SpanScorer(nn.Module):
    """Per label, the scaled dot product of a span's begin and end, and a bias.

    logit(l, i, j) = (W_l^begin h_i + u_l) · (W_l^end h_j + v_l) / √D + b_l

    Args:
        input_size: size of the word vectors.
        n_labels: labels.
        size: D, size of each projection.
        bias: initial b_l; the log-odds of a span before anything is learned.

    Reference: the span scorer of nlstruct (Wajsbürt 2021).
    """

    def __init__(self, input_size: int, n_labels: int, size: int, bias: float = 0.0) -> None:
        super().__init__()
        self.n_labels = n_labels
        self.scale = 1 / math.sqrt(size)
        self.begin = nn.Linear(input_size, n_labels * size)
        self.end = nn.Linear(input_size, n_labels * size)
        self.bias_L = nn.Parameter(torch.full((n_labels,), bias))

    def forward(self, words_BWH: Tensor, width: int) -> Tensor:
        """(B, L, W, ``width``) logits; spans that reach beyond the row are for ``within`` to take out."""
        begin_BLWD = self.begin(words_BWH).unflatten(-1, (self.n_labels, -1)).transpose(1, 2)
        end_BLWD = self.end(words_BWH).unflatten(-1, (self.n_labels, -1)).transpose(1, 2)
        return band_products(begin_BLWD * self.scale, end_BLWD, width) + self.bias_L[:, None, None]


def band_products(begin_BLWD: Tensor, end_BLWD: Tensor, width: int) -> Tensor:
    """begin[i] · end[i + s] for 0 <= s < ``width``; 0 beyond the last word.

    Words are taken in blocks of ``width``: the ends of a block's spans lie in it or in the next one. One matrix
    product per block, W × 2·``width`` products in all, of which the band is read off along the diagonals.
    """
    n_words = begin_BLWD.shape[2]
    n_blocks = -(-n_words // width)
    padding = n_blocks * width - n_words
    begin_BLKCD = functional.pad(begin_BLWD, (0, 0, 0, padding)).unflatten(2, (n_blocks, width))
    end_BLKDE = functional.pad(end_BLWD, (0, 0, 0, padding + width)).unfold(2, 2 * width, width)
    block_BLKCE = begin_BLKCD @ end_BLKDE
    # Rows of length 2·width read as rows of length 2·width + 1: each begins one column further to the right.
    skewed_BLKCE = functional.pad(block_BLKCE.flatten(-2), (0, width)).unflatten(-1, (width, 2 * width + 1))
    return skewed_BLKCE[..., :width].flatten(2, 3)[:, :, :n_words]


def within(lengths_B: Tensor, n_words: int, width: int) -> Tensor:
    """(B, 1, W, S): True for the spans that lie within their row of ``lengths_B`` words."""
    first_W1 = torch.arange(n_words, device=lengths_B.device).unsqueeze(1)
    last_WS = first_W1 + torch.arange(width, device=lengths_B.device)
    return (last_WS < lengths_B[:, None, None]).unsqueeze(1)


def tagger_log_probability(log_posterior_BLWG: Tensor, width: int) -> Tensor:
    """The tagger's log-probability (B, L, W, ``width``) of each span, from the CRF's log-posterior.

    t = min(Σ_{i..j} log P(not O), log(P_B + P_U) at i, log(P_L + P_U) at j)

    Sums run from each begin on, so that long rows cancel no digits. Spans beyond the row are undefined.
    """
    n_words = log_posterior_BLWG.shape[2]
    inside_BLW = log_posterior_BLWG[..., [B, I, L, U]].logsumexp(-1)
    begins_BLW = log_posterior_BLWG[..., [B, U]].logsumexp(-1)
    ends_BLW = log_posterior_BLWG[..., [L, U]].logsumexp(-1)
    unbroken_BLWS = functional.pad(inside_BLW, (0, width - 1)).unfold(-1, width, 1).cumsum(-1)
    ends_BLWS = functional.pad(ends_BLW, (0, width - 1)).unfold(-1, width, 1)
    assert unbroken_BLWS.shape[2] == n_words
    return torch.minimum(torch.minimum(unbroken_BLWS, ends_BLWS), begins_BLW.unsqueeze(-1))


def inverse_log_sigmoid(log_probability: Tensor, eps: float = 1e-6) -> Tensor:
    """The logit of a probability given by its logarithm: t - log(1 - e^t), at most about -log(``eps``)."""
    t = log_probability.clamp(max=-eps)
    # log(1 - e^t) without loss of digits on either side of log 2 (Mächler 2012).
    log_complement = torch.where(t > -math.log(2), torch.log(-torch.expm1(t)), torch.log1p(-torch.exp(t)))
    return t - log_complement
