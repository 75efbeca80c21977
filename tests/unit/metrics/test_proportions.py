"""Exact intervals of shares of items in documents."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binom, binomtest

from tabib.metrics.multiplicity import holm
from tabib.metrics.proportions import proportions


def one_each(right: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Every item in a document of its own: nothing clusters, and documents are as many as items."""
    return (np.arange(n) < right).astype(int)[:, None], np.ones((n, 1), int)


@pytest.mark.parametrize(("right", "n"), [(20, 20), (0, 20)])
def test_without_clusters_it_is_the_interval_of_clopper_and_pearson(right: int, n: int) -> None:
    found = proportions(*one_each(right, n))
    wanted = binomtest(right, n).proportion_ci(0.95, "exact")
    assert (found.low[0], found.high[0]) == pytest.approx((wanted.low, wanted.high))
    assert found.effective[0] == pytest.approx(n)


def test_of_some_right_ones_the_variance_between_documents_decides() -> None:
    # v = m/(m-1) Σ(x-p)²/n² = 20/19 · 20·0.8·0.2 / 400, and p(1-p)/n = 0.008: the design effect is 20/19.
    found = proportions(*one_each(16, 20))
    n = 20 / (20 / 19)
    assert found.effective[0] == pytest.approx(n)
    assert found.low[0] == pytest.approx(beta.ppf(0.025, 0.8 * n, 0.2 * n + 1))
    assert found.high[0] == pytest.approx(beta.ppf(0.975, 0.8 * n + 1, 0.2 * n))


def test_items_that_are_wrong_together_say_less() -> None:
    # 10 documents of 10 items: either each has one wrong, or one has all ten.
    n = np.full((10, 1), 10)
    spread, together = np.full((10, 1), 9), np.where(np.arange(10) == 0, 0, 10)[:, None]
    apart, clustered = proportions(spread, n), proportions(together, n)
    assert apart.share[0] == clustered.share[0] == 0.9
    assert clustered.low[0] < apart.low[0]
    # 10/9 · (81 + 9) / 100² = 0.01, eleven times the binomial 0.0009, and Student's quantile of 9 and not 99.
    assert clustered.effective[0] == pytest.approx(100 / (0.01 / 0.0009) * (1.98422 / 2.26216) ** 2, rel=1e-4)


def test_a_share_of_one_has_a_width_and_borrows_the_spread_of_the_others() -> None:
    n = np.full((10, 2), 10)
    right = np.stack([np.full(10, 10), np.where(np.arange(10) == 0, 0, 10)], axis=1)
    alone, beside = proportions(right[:, :1], n[:, :1]), proportions(right, n)
    assert 0.9 < alone.low[0] < 1.0
    assert alone.high[0] == 1.0
    assert beside.low[0] < alone.low[0]


def test_of_one_document_or_none_nothing_is_said() -> None:
    found = proportions(np.array([[3, 0], [0, 0]]), np.array([[4, 0], [0, 0]]))
    assert found.share[0] == 0.75
    assert np.isnan([found.share[1], *found.low, *found.high, *found.effective]).all()
    assert np.isnan(found.p_below(0.9)).all()
    one, none = found.scores("nothing there")
    assert (one.value, one.low, none.value, none.reason) == (0.75, None, None, "nothing there")


def test_the_p_value_is_that_of_the_exact_binomial_test_and_agrees_with_the_interval() -> None:
    found = proportions(*one_each(40, 40))
    assert found.p_below(0.9)[0] == pytest.approx(binom.sf(39, 40, 0.9))
    assert found.p_below(found.low[0])[0] == pytest.approx(0.025)
    assert proportions(*one_each(0, 40)).p_below(0.9)[0] == 1.0
    assert found.p_at_least(0.9)[0] == 1.0
    none = proportions(*one_each(0, 40))
    assert none.p_at_least(0.1)[0] == pytest.approx(binom.cdf(0, 40, 0.1))
    assert none.p_at_least(none.high[0])[0] == pytest.approx(0.025)


def test_the_complement_is_of_what_is_wrong() -> None:
    found = proportions(*one_each(16, 20))
    wrong = found.complement()
    assert (wrong.share[0], wrong.low[0], wrong.high[0]) == pytest.approx(
        (0.2, 1 - found.high[0], 1 - found.low[0])
    )


def test_a_share_that_shows_no_spread_borrows_the_correlation_of_the_others() -> None:
    # The other share: 5 documents of 4 items, wrong ones together: n² v = 5/4 · (4 · 0.8² + 3.2²) = 16 against
    # 20 · 0.8 · 0.2 = 3.2, and s = 4: rho = (16 - 3.2) / (3.2 · 3) > 1, which is cut to 1. So deff = s = 2.
    n = np.array([[2, 4]] * 5)
    right = np.array([[2, 4]] * 4 + [[2, 0]])
    found = proportions(right, n)
    student = (2.26216 / 2.77645) ** 2
    assert found.effective[0] == pytest.approx(10 / 2 * student, rel=1e-4)


def test_of_types_that_all_lie_at_the_target_few_are_shown_to_reach_it() -> None:
    """40 types in 30 documents, precision 0.9, entities of a document wrong together (correlation 0.3)."""
    rng = np.random.default_rng(0)
    wrongly, low, high, n_shares = 0, 0, 0, 0
    for _ in range(200):
        n = rng.negative_binomial(2, 2 / (2 + rng.gamma(0.7, 3 / 0.7, 40)), (30, 40))
        found = proportions(rng.binomial(n, rng.beta(0.9 * 7 / 3, 0.1 * 7 / 3, (30, 40))), n)
        adjusted = holm([None if np.isnan(p) else float(p) for p in found.p_below(0.9)])
        wrongly += min(p for p in adjusted if p is not None) <= 0.05
        low += int((found.low > 0.9).sum())
        high += int((found.high < 0.9).sum())
        n_shares += 40
    assert wrongly <= 10
    assert low <= 0.025 * n_shares
    assert high <= 0.025 * n_shares
