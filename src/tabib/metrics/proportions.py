"""Shares of items that come in documents: exact intervals that have a width where the bootstrap has none.

Korn and Graubard (1998): the interval of Clopper and Pearson with the effective number of items in place of n. The
bootstrap of a share of 1 is [1, 1] whatever n is, and that of few items is too short; this one is neither.

For K shares p = right / n over D documents: v = m/(m − 1) Σ_d (right_d − p n_d)² / n² (m: documents with items) is
the variance of p, and v / (p (1 − p) / n) its design effect. Of few items it is known badly, and where p is 0 or 1
not at all. So it is at least 1 + ρ (s − 1) (Kish 1965), s = Σ_d n_d² / n, with one correlation ρ within documents
for all K shares, from Σ_k (n² v − n p (1 − p)) = ρ Σ_k n p (1 − p) (s − 1). Then
n_eff = n / deff · (t_{n−1} / t_{m−1})², t the 97.5% quantile of Student's distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tabib.core.scores import Score
from tabib.metrics.bootstrap import LEVEL, Floats, to_score
from tabib.metrics.counts import divide

MIN_DOCUMENTS = 2
"""With items of one document nothing can be said of the variation between documents."""


@dataclass(frozen=True, slots=True, eq=False)
class Proportions:
    """K shares: arrays (K).

    Args:
        share: nan where there are no items.
        low, high: 95% interval; nan where the items are of fewer than ``MIN_DOCUMENTS`` documents.
        effective: n_eff; nan as the interval.
    """

    share: Floats
    low: Floats
    high: Floats
    effective: Floats

    def p_below(self, target: float) -> Floats:
        """(K): one-sided p value of "the true share is below ``target``"; nan where there is no interval.

        The chance of at least so many right ones among n_eff where the true share is ``target``.
        """
        from scipy.special import betainc

        right, n = self.share * self.effective, self.effective
        known = ~np.isnan(n)
        p = np.full(len(n), np.nan)
        p[known] = 1.0
        some = known & (right > 0)
        p[some] = betainc(right[some], n[some] - right[some] + 1, target)
        return p

    def p_at_least(self, target: float) -> Floats:
        """(K): the same of "the true share is ``target`` or more": the chance of at most so many right ones."""
        from scipy.special import betaincc

        right, n = self.share * self.effective, self.effective
        known = ~np.isnan(n)
        p = np.full(len(n), np.nan)
        p[known] = 1.0
        some = known & (right < n)
        p[some] = betaincc(right[some] + 1, n[some] - right[some], target)
        return p

    def scores(self, reason: str) -> list[Score]:
        """As scores; ``reason`` says why a share is None where there are no items."""
        return [to_score(*numbers, reason) for numbers in zip(self.share, self.low, self.high, strict=True)]

    def complement(self) -> Proportions:
        """Of what is not right."""
        return Proportions(1 - self.share, 1 - self.high, 1 - self.low, self.effective)


def proportions(right_counts_DK: NDArray[np.generic], counts_DK: NDArray[np.generic]) -> Proportions:
    """Shares and their intervals from counts by document.

    Args:
        right_counts_DK, counts_DK: of shares that are alike, such as those of types: they lend each other the
            correlation within documents.
    """
    from scipy.special import betaincinv, stdtrit

    right_DK, n_DK = right_counts_DK.astype(np.float64), counts_DK.astype(np.float64)
    n, documents = n_DK.sum(axis=0), (n_DK > 0).sum(axis=0)
    share = divide(right_DK.sum(axis=0), n)
    known = documents >= MIN_DOCUMENTS
    p, m = np.where(known, share, 0.5), np.where(known, documents, MIN_DOCUMENTS)
    total = np.where(known, n, MIN_DOCUMENTS)
    spread = np.where(known, m / (m - 1) * ((right_DK - p * n_DK) ** 2).sum(axis=0), 0.0)
    expected = np.where(known, total * p * (1 - p), 0.0)
    size = np.where(known, (n_DK**2).sum(axis=0) / total, 1.0)
    room = (expected * (size - 1)).sum()
    together = min(1.0, max(0.0, float((spread - expected).sum() / room))) if room else 0.0
    own = np.divide(spread, expected, out=np.ones(len(n)), where=expected > 0)
    deff = np.maximum(own, 1 + together * (size - 1))
    quantile = (1 + LEVEL) / 2
    effective = total / deff * (stdtrit(total - 1, quantile) / stdtrit(m - 1, quantile)) ** 2
    x, rest = p * effective, (1 - p) * effective
    low = np.where(x > 0, betaincinv(np.where(x > 0, x, 1.0), rest + 1, 1 - quantile), 0.0)
    high = np.where(rest > 0, betaincinv(x + 1, np.where(rest > 0, rest, 1.0), quantile), 1.0)
    return Proportions(share, *(np.where(known, values, np.nan) for values in (low, high, effective)))
