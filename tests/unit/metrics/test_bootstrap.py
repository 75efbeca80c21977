"""The bootstrap: resampled sums follow the multinomial law, depend on the seed only, and are fast."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tabib.metrics.bootstrap import draw_weights, intervals, resampled_sums, score_sums, to_score


@pytest.mark.parametrize(("groups", "each"), [(4, 100), (40, 1), (40, 3)])
def test_each_resample_draws_as_many_documents_as_there_are(groups: int, each: int) -> None:
    multiplicity = np.full(groups, each)
    chunks = list(draw_weights(multiplicity, 130, seed=0))
    weights = np.concatenate(chunks)
    assert weights.shape == (130, groups)
    assert np.all(weights.sum(axis=1) == groups * each)


@pytest.mark.parametrize("documents", [20, 2000])
def test_draws_have_the_mean_and_the_variance_of_the_multinomial_law(documents: int) -> None:
    # One document in four counts 1. With 2000 documents there are few groups, and groups are drawn directly;
    # with 20, documents are drawn one by one. Both are the same law.
    values = (np.arange(documents) % 4 == 0).astype(int)[:, None]
    sums = resampled_sums(values, 20_000, seed=1)[:, 0]
    assert sums.mean() == pytest.approx(documents / 4, rel=0.01)
    assert sums.var() == pytest.approx(documents * 0.25 * 0.75, rel=0.05)


def test_columns_are_resampled_together() -> None:
    values = np.random.default_rng(0).poisson(2, (50, 1))
    sums = resampled_sums(np.hstack([values, 3 * values, 10 - values]), 200, seed=0)
    assert np.array_equal(sums[:, 1], 3 * sums[:, 0])
    assert np.array_equal(sums[:, 2], 500 - sums[:, 0])


def test_intervals_depend_on_the_seed_and_not_on_the_order_of_documents() -> None:
    rng = np.random.default_rng(0)
    values = rng.poisson(2, (300, 5))
    shuffled = rng.permutation(values)
    assert np.array_equal(resampled_sums(values, 100, seed=7), resampled_sums(shuffled, 100, seed=7))
    assert not np.array_equal(resampled_sums(values, 100, seed=7), resampled_sums(values, 100, seed=8))


def test_sums_of_large_whole_numbers_are_exact() -> None:
    values = np.full((100, 1), 2**24 + 1)  # not representable in single precision
    assert np.all(resampled_sums(values, 10, seed=0) == 100 * (2**24 + 1))


def test_sums_of_fractions_are_close_to_the_naive_ones() -> None:
    values = np.random.default_rng(0).random((30, 2))
    sums = resampled_sums(values, 5_000, seed=0)
    assert sums.mean(axis=0) == pytest.approx(values.sum(axis=0), rel=0.01)


def test_an_interval_ends_at_the_2_5_and_97_5_percentiles() -> None:
    samples = np.random.default_rng(0).permutation(np.arange(1001.0))
    low, high = intervals(samples[:, None])
    assert (low[0], high[0]) == pytest.approx((25.0, 975.0))


def test_percentiles_are_numpys_and_leave_undefined_resamples_out() -> None:
    samples = np.random.default_rng(0).random(1000)
    samples[:40] = np.nan
    low, high = intervals(samples[:, None])
    assert [low[0], high[0]] == pytest.approx(list(np.quantile(samples[40:], [0.025, 0.975])))


def test_no_interval_where_more_than_one_resample_in_twenty_is_undefined() -> None:
    samples = np.random.default_rng(0).random(1000)
    samples[:60] = np.nan
    assert np.isnan(intervals(samples[:, None])).all()


def test_intervals_cover_a_known_proportion_about_as_often_as_they_claim() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for trial in range(200):
        hits = rng.random((200, 1)) < 0.3
        low, high = intervals(resampled_sums(hits, 500, seed=trial) / 200)
        covered += bool(low[0] <= 0.3 <= high[0])
    assert 0.89 <= covered / 200 <= 0.99


def test_one_document_has_a_score_but_no_interval() -> None:
    values = np.array([[3, 4]])
    score = score_sums(values, lambda sums: {"share": sums[..., 0] / sums[..., 1]}, {"share": "?"}, 100, 0)[
        "share"
    ][0]
    assert (score.value, score.low, score.high) == (0.75, None, None)


def test_no_documents_is_a_reason_of_its_own() -> None:
    empty = np.zeros((0, 1))
    score = score_sums(empty, lambda sums: {"x": np.full(sums.shape[:-1], np.nan)}, {"x": "other"}, 100, 0)["x"][0]
    assert (score.value, score.reason) == (None, "no documents")


def test_undefined_is_none_with_its_reason() -> None:
    assert to_score(float("nan"), 0.1, 0.2, "no gold").to_json() == {"value": None, "reason": "no gold"}


def test_ten_thousand_resamples_of_ten_thousand_documents_take_about_a_second_at_most() -> None:
    # About 0.4 s on an idle core (benchmarks/scoring_speed.py measures it); the limit allows for a busy machine.
    values = np.random.default_rng(0).poisson(5, (10_000, 3))
    values[:, 2] = np.arange(10_000)  # all rows differ, so grouping equal documents does not help
    begin = time.process_time()
    resampled_sums(values, 10_000, seed=0)
    assert time.process_time() - begin < 2.5
