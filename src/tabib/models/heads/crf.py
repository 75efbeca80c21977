"""A linear-chain CRF over BIOUL tags, one independent chain per sequence: N sequences of W words, G = 5 tags.

Legal transitions are fixed with score 0 (nlstruct's and EDS-NLP's default): what a learned transition could
say, the emissions of a BiLSTM say already. A path may begin with O, B or U and end with O, L or U.

Fixed transitions make the chain small. Between two words an entity is either open or not, so that two states
are enough, and a word is a 2 × 2 matrix of log-weights from the state before it to the state after it:

====  =====================  ======
      to closed              to open
====  =====================  ======
closed  log(e^O + e^U)       B
open    L                    I
====  =====================  ======

log Z is the entry (closed, closed) of the product of these matrices in the log semiring; padding is the
identity. The gradient of log Z with respect to the emissions is the posterior, which the span scores need
anyway: one loop over the words gives the loss, its gradient and the posterior.

Reference: Lafferty et al. 2001; the BIOUL decoder of nlstruct (Wajsbürt 2021).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

O, B, I, L, U = range(5)  # noqa: E741 - the tags' own names
N_TAGS = 5
_CLOSED, _OPEN = 0, 1


def log_partition(emissions_NWG: Tensor, mask_NW: Tensor) -> tuple[Tensor, Tensor]:
    """log Z of each sequence, differentiable once, and the log-posterior of every tag, which is constant.

    Args:
        emissions_NWG: unnormalised log-scores, in float32 or float64.
        mask_NW: True for words, False for the padding on the right. A sequence has at least one word.

    Returns:
        ``log_z_N`` and ``log_posterior_NWG``; the posterior is -inf for impossible tags, undefined in padding.
    """
    log_z_N, log_posterior_NWG = _LogPartition.apply(emissions_NWG, mask_NW)
    return log_z_N, log_posterior_NWG


def path_score(emissions_NWG: Tensor, tags_NW: Tensor, mask_NW: Tensor) -> Tensor:
    """The score (N,) of given paths, which must be legal; ``legal`` says whether they are."""
    scores_NW = emissions_NWG.gather(-1, tags_NW.unsqueeze(-1)).squeeze(-1)
    return scores_NW.masked_fill(~mask_NW, 0.0).sum(-1)


def negative_log_likelihood(emissions_NWG: Tensor, tags_NW: Tensor, mask_NW: Tensor) -> tuple[Tensor, Tensor]:
    """-log P(path), (N,), >= 0, and the log-posterior (N, W, G) that came with it, without gradient."""
    log_z_N, log_posterior_NWG = log_partition(emissions_NWG, mask_NW)
    return log_z_N - path_score(emissions_NWG, tags_NW, mask_NW), log_posterior_NWG


@torch.no_grad()
def viterbi(emissions_NWG: Tensor, mask_NW: Tensor) -> Tensor:
    """The best legal path (N, W) of each sequence; O in the padding. Of equals, the one that opens nothing."""
    outside_NW, is_unit_NW = emissions_NWG[..., [O, U]].max(-1)
    moves_WNSS = _moves(emissions_NWG, outside_NW, mask_NW)
    score_NS = _boundary(emissions_NWG, len(mask_NW))
    origins = []
    for move_NSS in moves_WNSS:
        score_NS, origin_NS = (score_NS.unsqueeze(-1) + move_NSS).max(1)
        origins.append(origin_NS)
    after_N = torch.full((len(mask_NW), 1), _CLOSED, dtype=torch.long, device=emissions_NWG.device)
    states = [after_N]
    for origin_NS in reversed(origins):
        after_N = origin_NS.gather(1, after_N)
        states.append(after_N)
    states_NW1 = torch.cat(states[::-1], dim=1)
    before_NW, after_NW = states_NW1[:, :-1], states_NW1[:, 1:]
    outside_tag_NW = torch.where(is_unit_NW == 1, U, O)
    tags_NW = torch.where(
        before_NW == _CLOSED,
        torch.where(after_NW == _CLOSED, outside_tag_NW, B),
        torch.where(after_NW == _CLOSED, L, I),
    )
    return tags_NW.masked_fill(~mask_NW, O)


def legal(tags_NW: Tensor, mask_NW: Tensor) -> Tensor:
    """Whether each path (N,) is one that the CRF can produce."""
    open_after_NW = (tags_NW == B) | (tags_NW == I)
    needs_open_NW = (tags_NW == I) | (tags_NW == L)
    open_before_NW = torch.cat([torch.zeros_like(open_after_NW[:, :1]), open_after_NW[:, :-1]], dim=1)
    last_N1 = mask_NW.sum(-1, keepdim=True) - 1
    steps_N = ((open_before_NW == needs_open_NW) | ~mask_NW).all(-1)
    return steps_N & ~open_after_NW.gather(1, last_N1).squeeze(1)


class _LogPartition(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, emissions_NWG: Tensor, mask_NW: Tensor) -> tuple[Tensor, Tensor]:
        # Normalised per word, the sums along a long document stay small and keep their digits in float32.
        norms_NW = emissions_NWG.logsumexp(-1)
        local_NWG = emissions_NWG - norms_NW.unsqueeze(-1)
        before_NWS, after_NWS, log_z_N = _forward_backward(local_NWG, mask_NW)
        joint_NWG = torch.stack(
            [
                before_NWS[..., _CLOSED] + local_NWG[..., O] + after_NWS[..., _CLOSED],
                before_NWS[..., _CLOSED] + local_NWG[..., B] + after_NWS[..., _OPEN],
                before_NWS[..., _OPEN] + local_NWG[..., I] + after_NWS[..., _OPEN],
                before_NWS[..., _OPEN] + local_NWG[..., L] + after_NWS[..., _CLOSED],
                before_NWS[..., _CLOSED] + local_NWG[..., U] + after_NWS[..., _CLOSED],
            ],
            dim=-1,
        )
        # Summed over the tags, the joint is Z at every word: dividing by that sum instead of by Z itself
        # cancels what rounding both messages have in common.
        log_posterior_NWG = joint_NWG.log_softmax(-1)
        ctx.save_for_backward(log_posterior_NWG, mask_NW)
        ctx.mark_non_differentiable(log_posterior_NWG)
        return log_z_N + norms_NW.masked_fill(~mask_NW, 0.0).sum(-1), log_posterior_NWG

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_log_z_N: Tensor, _: Tensor) -> tuple[Tensor, None]:
        log_posterior_NWG, mask_NW = ctx.saved_tensors
        posterior_NWG = log_posterior_NWG.exp().masked_fill(~mask_NW.unsqueeze(-1), 0.0)
        return posterior_NWG * grad_log_z_N[:, None, None], None


def _forward_backward(emissions_NWG: Tensor, mask_NW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log-messages (N, W, 2) before and after each word, and log Z (N,); both directions in one loop."""
    moves_WNSS = _moves(emissions_NWG, torch.logaddexp(emissions_NWG[..., O], emissions_NWG[..., U]), mask_NW)
    # The backward messages are the forward messages of the reversed chain with transposed moves.
    moves_W2NSS = torch.stack([moves_WNSS, moves_WNSS.flip(0).transpose(-1, -2)], dim=1)
    message_2NS = _boundary(emissions_NWG, len(mask_NW)).expand(2, -1, -1)
    messages = [message_2NS]
    for move_2NSS in moves_W2NSS.unbind(0):
        paths_2NSS = message_2NS.unsqueeze(-1) + move_2NSS
        message_2NS = torch.logaddexp(paths_2NSS[..., 0, :], paths_2NSS[..., 1, :])
        messages.append(message_2NS)
    messages_2NWS = torch.stack(messages, dim=2)
    before_NWS = messages_2NWS[0, :, :-1]
    after_NWS = messages_2NWS[1, :, :-1].flip(1)
    return before_NWS, after_NWS, message_2NS[0, :, _CLOSED]


def _moves(emissions_NWG: Tensor, outside_NW: Tensor, mask_NW: Tensor) -> Tensor:
    """(W, N, 2, 2): log-weights from the state before a word to the state after it; identity for padding."""
    moves_NWSS = torch.stack(
        [outside_NW, emissions_NWG[..., B], emissions_NWG[..., L], emissions_NWG[..., I]], dim=-1
    ).unflatten(-1, (2, 2))
    identity_SS = torch.eye(2, dtype=moves_NWSS.dtype, device=moves_NWSS.device).log()
    return torch.where(mask_NW[..., None, None], moves_NWSS, identity_SS).transpose(0, 1)


def _boundary(like: Tensor, n: int) -> Tensor:
    """(N, 2): no entity is open before the first word, nor after the last."""
    return like.new_tensor([0.0, -torch.inf]).expand(n, 2)
