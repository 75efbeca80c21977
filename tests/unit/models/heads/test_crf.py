"""The CRF against the enumeration of every path."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from tabib.models.heads import crf

# Written out on its own, so that the two-state recursion is checked against the definition of BIOUL.
NEXT = {
    crf.O: {crf.O, crf.B, crf.U},
    crf.B: {crf.I, crf.L},
    crf.I: {crf.I, crf.L},
    crf.L: {crf.O, crf.B, crf.U},
    crf.U: {crf.O, crf.B, crf.U},
}


def is_legal(path: tuple[int, ...]) -> bool:
    return (
        path[0] not in (crf.I, crf.L)
        and path[-1] not in (crf.B, crf.I)
        and all(after in NEXT[before] for before, after in pairwise(path))
    )


def paths_of(length: int) -> list[tuple[int, ...]]:
    return [path for path in product(range(crf.N_TAGS), repeat=length) if is_legal(path)]


def score(emissions_WG: Tensor, path: tuple[int, ...]) -> float:
    return sum(float(emissions_WG[word, tag]) for word, tag in enumerate(path))


def brute_force(emissions_WG: Tensor) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """log Z, log-posterior (W, G) and the best path."""
    paths = paths_of(len(emissions_WG))
    scores = torch.tensor([score(emissions_WG, path) for path in paths], dtype=torch.float64)
    log_z = scores.logsumexp(0)
    posterior_WG = torch.zeros_like(emissions_WG)
    for path, weight in zip(paths, (scores - log_z).exp(), strict=True):
        for word, tag in enumerate(path):
            posterior_WG[word, tag] += weight
    return log_z, posterior_WG.log(), paths[int(scores.argmax())]


def batch(*lengths: int, seed: int = 0, scale: float = 2.0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    emissions_NWG = scale * torch.randn(
        len(lengths), max(lengths), crf.N_TAGS, generator=generator, dtype=torch.float64
    )
    mask_NW = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return emissions_NWG, mask_NW


@pytest.mark.parametrize("seed", range(5))
def test_partition_posterior_and_best_path_equal_the_enumeration_of_all_paths(seed: int) -> None:
    lengths = (1, 2, 5, 6, 3)
    emissions_NWG, mask_NW = batch(*lengths, seed=seed)
    log_z_N, log_posterior_NWG = crf.log_partition(emissions_NWG, mask_NW)
    tags_NW = crf.viterbi(emissions_NWG, mask_NW)
    for row, length in enumerate(lengths):
        log_z, log_posterior_WG, best = brute_force(emissions_NWG[row, :length])
        torch.testing.assert_close(log_z_N[row], log_z)
        torch.testing.assert_close(log_posterior_NWG[row, :length], log_posterior_WG)
        assert tuple(tags_NW[row, :length].tolist()) == best
        assert tags_NW[row, length:].eq(crf.O).all()


def test_likelihoods_of_all_legal_paths_sum_to_one() -> None:
    emissions_NWG, mask_NW = batch(4)
    paths = torch.tensor(paths_of(4))
    nll_N, _ = crf.negative_log_likelihood(
        emissions_NWG.expand(len(paths), -1, -1), paths, mask_NW.expand(len(paths), -1)
    )
    torch.testing.assert_close((-nll_N).exp().sum(), torch.tensor(1.0, dtype=torch.float64))


def test_gradient_of_the_partition_is_the_derivative() -> None:
    emissions_NWG, mask_NW = batch(4, 1, 3)
    emissions_NWG.requires_grad_()
    assert torch.autograd.gradcheck(lambda e: crf.log_partition(e, mask_NW)[0], (emissions_NWG,))


def test_posterior_carries_no_gradient() -> None:
    emissions_NWG, mask_NW = batch(3)
    assert not crf.log_partition(emissions_NWG.requires_grad_(), mask_NW)[1].requires_grad


def test_illegal_paths_are_never_decoded_even_where_emissions_ask_for_them() -> None:
    emissions_NWG, mask_NW = batch(*range(1, 41), seed=3, scale=10.0)
    emissions_NWG[..., crf.I] += 20  # I everywhere is illegal: it needs a B before and an L after
    tags_NW = crf.viterbi(emissions_NWG, mask_NW)
    assert crf.legal(tags_NW, mask_NW).all()
    for row, length in enumerate(mask_NW.sum(-1).tolist()):
        assert is_legal(tuple(tags_NW[row, :length].tolist()))


def test_legal_agrees_with_the_definition() -> None:
    tags_NW = torch.tensor(list(product(range(crf.N_TAGS), repeat=3)))
    mask_NW = torch.ones_like(tags_NW, dtype=torch.bool)
    expected = [is_legal(tuple(path)) for path in tags_NW.tolist()]
    assert crf.legal(tags_NW, mask_NW).tolist() == expected


def test_padding_changes_nothing() -> None:
    emissions_NWG, mask_NW = batch(3, 9)
    longer, alone = (
        crf.log_partition(emissions_NWG, mask_NW),
        crf.log_partition(emissions_NWG[:1, :3], mask_NW[:1, :3]),
    )
    torch.testing.assert_close(longer[0][:1], alone[0])
    torch.testing.assert_close(longer[1][:1, :3], alone[1])


def test_float32_keeps_its_digits_on_a_long_document() -> None:
    emissions_NWG, mask_NW = batch(1000, 700, scale=8.0)
    _, exact = crf.log_partition(emissions_NWG, mask_NW)
    _, single = crf.log_partition(emissions_NWG.float(), mask_NW)
    difference = (single.exp() - exact.exp()).abs().masked_fill(~mask_NW.unsqueeze(-1), 0)
    assert difference.max() < 1e-3
