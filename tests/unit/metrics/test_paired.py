"""Two systems on the same documents: worked out by hand, against SciPy, and by symmetry."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import permutation_test

from tabib.metrics.bootstrap import Floats
from tabib.metrics.counts import rates
from tabib.metrics.paired import PairedDifference, mean_over_seeds, paired_differences


def f1(sums: Floats) -> Floats:
    return rates(sums).f1


def counts(*seeds: list[tuple[int, int, int]]) -> np.ndarray:
    """Gold, predicted and right of each document, for each seed."""
    return np.array([[(gold, said, right, right) for gold, said, right in seed] for seed in seeds])


def compare(a: np.ndarray, b: np.ndarray, resamples: int = 500, permutations: int = 10_000) -> PairedDifference:
    (found,) = paired_differences(a, b, f1, ["undefined"], resamples, 0, permutations)
    return found


def drawn(rng: np.random.Generator, documents: int, seeds: int, shares: tuple[float, ...]) -> list[np.ndarray]:
    """Systems that find a share of the gold entities of the same documents."""
    gold = rng.poisson(12, documents) + 1
    return [
        np.stack(
            [
                np.stack([gold, right + rng.poisson(3, documents), right, right], axis=-1)
                for right in (rng.binomial(gold, share) for _ in range(seeds))
            ]
        )
        for share in shares
    ]


def test_three_documents_by_hand() -> None:
    """A finds all of three entities, B the last one: of 8 swaps, two are as far apart as what was observed."""
    a = counts([(1, 1, 1), (1, 1, 1), (1, 1, 1)])
    b = counts([(1, 0, 0), (1, 0, 0), (1, 1, 1)])
    found = compare(a, b)

    assert found.difference.value == pytest.approx(1 - 2 * 1 / (3 + 1))
    # The last document is the same for both, which leaves 2^2 swaps: none, one, the other, both.
    assert (found.test, found.swaps, found.p) == ("exact randomisation", 4, 2 / 4)


def test_exact_p_is_that_of_all_swaps_written_out() -> None:
    a, b = drawn(np.random.default_rng(1), 6, 2, (0.8, 0.5))
    observed = np.mean(f1(a.sum(axis=1))) - np.mean(f1(b.sum(axis=1)))
    sizes = []
    for swap in product([False, True], repeat=6):
        mask = np.array(swap)[None, :, None]
        one, other = np.where(mask, b, a), np.where(mask, a, b)
        sizes.append(abs(np.mean(f1(one.sum(axis=1))) - np.mean(f1(other.sum(axis=1)))))

    assert compare(a, b).p == np.mean(np.array(sizes) >= abs(observed) - 1e-12)


@pytest.mark.parametrize(("documents", "tolerance"), [(9, 1e-12), (60, 0.015)])
def test_of_a_mean_p_is_scipys(documents: int, tolerance: float) -> None:
    a, b = drawn(np.random.default_rng(2), documents, 1, (0.75, 0.70))

    def mean_right(sums: Floats) -> Floats:
        return sums[..., 2:3] / documents

    (found,) = paired_differences(a, b, mean_right, [""], 0, 0)
    theirs = permutation_test(
        (a[0, :, 2], b[0, :, 2]),
        lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
        permutation_type="samples",
        n_resamples=10_000,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    assert found.p == pytest.approx(theirs.pvalue, abs=tolerance)


def test_random_swaps_come_close_to_all_of_them() -> None:
    a, b = drawn(np.random.default_rng(3), 12, 3, (0.75, 0.68))
    exact, random = compare(a, b), compare(a, b, permutations=4000)

    assert (exact.test, exact.swaps) == ("exact randomisation", 2**12)
    assert (random.test, random.swaps) == ("approximate randomisation", 4000)
    assert random.p == pytest.approx(exact.p, abs=0.025)


def test_systems_that_say_the_same_do_not_differ() -> None:
    (a,) = drawn(np.random.default_rng(4), 20, 3, (0.7,))
    found = compare(a, a)

    assert (found.difference.value, found.p) == (0.0, 1.0)
    assert not found.significant(found.p)


def test_exchanging_the_systems_changes_signs_only() -> None:
    a, b = drawn(np.random.default_rng(5), 20, 3, (0.8, 0.6))
    one, other = compare(a, b, permutations=500), compare(b, a[:2], permutations=500)
    back = compare(a[:2], b, permutations=500)

    assert one.difference.value is not None
    assert one.difference.value > 0
    assert other.difference.value == -(back.difference.value or 0)
    assert (other.difference.low, other.difference.high) == (
        -(back.difference.high or 0),
        -(back.difference.low or 0),
    )
    assert (other.p, other.seeds_a, other.seeds_b) == (back.p, back.seeds_b, back.seeds_a)


def test_the_order_of_the_documents_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    a, b = drawn(rng, 25, 3, (0.72, 0.66))
    order = rng.permutation(25)

    assert compare(a, b) == compare(a[:, order], b[:, order])


def test_several_scores_at_once_are_those_of_each_alone() -> None:
    a, b = drawn(np.random.default_rng(7), 15, 2, (0.8, 0.6))
    both = [np.concatenate([x[..., i : i + 1].repeat(2, axis=-1) for i in range(4)], axis=-1) for x in (a, b)]
    first, second = paired_differences(both[0], both[1], f1, ["", ""], 200, 0)

    assert first == second
    assert first.p == compare(a, b).p


def test_an_unequal_number_of_seeds_keeps_the_difference_of_the_means() -> None:
    a, b = drawn(np.random.default_rng(8), 20, 3, (0.8, 0.6))
    found = compare(a, b[:2])

    assert found.difference.value == pytest.approx(f1(a.sum(axis=1)).mean() - f1(b[:2].sum(axis=1)).mean())
    assert (found.seeds_a, found.seeds_b) == (3, 2)
    assert found.p is not None
    assert found.p < 0.01


def test_repeated_seeds_are_no_more_evidence() -> None:
    """A deterministic baseline says the same with every seed."""
    a, b = drawn(np.random.default_rng(9), 12, 1, (0.7, 0.6))
    once, thrice = compare(a, b), compare(np.repeat(a, 3, axis=0), np.repeat(b, 3, axis=0))

    assert (once.p, once.difference) == (thrice.p, thrice.difference)


def test_seeds_that_differ_widen_the_interval() -> None:
    (a, b) = drawn(np.random.default_rng(10), 40, 1, (0.7, 0.6))
    better = np.stack([a[0], a[0], a[0]])
    better[1, :, 2:] = np.minimum(better[1, :, 2:] + 2, better[1, :, :1])
    steady, moving = compare(np.repeat(a, 3, axis=0), b), compare(better, b)

    def width(found: PairedDifference) -> float:
        return (found.difference.high or 0) - (found.difference.low or 0)

    assert width(moving) > 1.5 * width(steady)


def test_of_seeds_alone_the_variance_of_the_mean_is_not_too_small() -> None:
    """Documents that are all alike leave the seeds: two of three are drawn, and the variance is s²/3."""
    seeds = [0.2, 0.5, 0.9]
    a = np.array([[[100, 100, share * 100, share * 100]] * 5 for share in seeds])
    (mean,) = mean_over_seeds(a, f1, [""], 10_000, 0)
    pairs = sorted(np.mean(pair) for pair in product(seeds, repeat=2))

    assert mean.value == pytest.approx(np.mean(seeds))
    assert np.var(pairs) == pytest.approx(np.var(seeds, ddof=1) / 3)
    assert (mean.low, mean.high) == (pytest.approx(min(pairs)), pytest.approx(max(pairs)))


def test_one_document_has_no_interval_and_proves_nothing() -> None:
    found = compare(counts([(5, 5, 5)]), counts([(5, 5, 1)]))

    assert found.difference.value == pytest.approx(0.8)
    assert (found.difference.low, found.p, found.significant(0.01)) == (None, 1.0, False)


def test_without_documents_or_gold_the_difference_is_undefined() -> None:
    nothing = compare(counts([]).reshape(1, 0, 4), counts([]).reshape(1, 0, 4))
    empty = compare(counts([(0, 0, 0)] * 3), counts([(0, 0, 0)] * 3))

    assert (nothing.difference.value, nothing.difference.reason, nothing.p) == (None, "no documents", None)
    assert (empty.difference.value, empty.difference.reason, empty.p) == (None, "undefined", None)


def test_a_model_that_predicts_nothing_is_behind() -> None:
    a = drawn(np.random.default_rng(11), 20, 3, (0.7,))[0]
    nothing = a * np.array([1, 0, 0, 0])
    found = compare(a, nothing)

    assert found.difference.value == pytest.approx(f1(a.sum(axis=1)).mean())
    assert found.significant(found.p)


def test_a_difference_is_significant_only_where_test_and_interval_agree() -> None:
    a, b = drawn(np.random.default_rng(12), 40, 3, (0.8, 0.6))
    found = compare(a, b)

    assert found.significant(0.049)
    assert not found.significant(0.051)
    assert not compare(a, b, resamples=0).significant(0.001)
    assert not compare(a, a).significant(0.001)


def test_systems_on_other_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        compare(counts([(1, 1, 1)]), counts([(1, 1, 1), (1, 1, 1)]))


@pytest.mark.slow
def test_without_a_difference_few_are_significant() -> None:
    """Documents of unlike difficulty, each harder for one system or the other by chance; seeds that vary a little.

    Of 200 comparisons about 10 may have p < 0.05; 3 standard deviations more are 19.
    """
    rng = np.random.default_rng(0)
    small = significant = 0
    for _ in range(200):
        gold = np.maximum(1, rng.lognormal(np.log(50), 0.5, 30).astype(int))
        difficulty = rng.normal(0.6, 0.5, 30)
        systems = []
        for _ in range(2):
            logit = difficulty + rng.normal(0, 0.2, 30)
            right = rng.binomial(gold, 1 / (1 + np.exp(-logit)), (3, 30))
            wrong = rng.binomial(gold, 0.3, (3, 30))
            systems.append(np.stack([np.broadcast_to(gold, (3, 30)), right + wrong, right, right], axis=-1))
        found = compare(*systems, resamples=300, permutations=600)
        small += found.p is not None and found.p < 0.05
        significant += found.significant(found.p)
    assert 2 <= small <= 19
    assert significant <= small
