"""How often systems that do not differ are said to differ: python benchmarks/paired_errors.py [comparisons]

Two systems of equal quality on 30 documents of unlike difficulty; each document is a little harder for one of them
by chance. Every run finds entities by chance, and the quality of its seed varies by as much as the second column
says. In the lower half of the table the first system is better.
"""

from __future__ import annotations

import sys

import numpy as np

from tabib.metrics.bootstrap import Floats
from tabib.metrics.counts import divide
from tabib.metrics.paired import paired_differences

DOCUMENTS, RESAMPLES = 30, 1000
SEEDS = (0.0, 0.05, 0.1, 0.2)
"""Standard deviations, between seeds, of the log-odds that an entity is found."""


def f1(sums: Floats) -> Floats:
    gold, predicted, _, right = np.split(sums, 4, axis=-1)
    return divide(2 * right, gold + predicted)


def systems(rng: np.random.Generator, seeds: int, between_seeds: float, lead: float) -> list[Floats]:
    """Counts (S, D, 4) of two systems; ``lead`` is by how much the log-odds of the first are higher."""
    gold = np.maximum(1, rng.lognormal(np.log(50), 0.5, DOCUMENTS).astype(int))
    difficulty = rng.normal(0.6, 0.5, DOCUMENTS)
    made = []
    for better in (lead, 0.0):
        logit = difficulty + better + rng.normal(0, 0.2, DOCUMENTS) + rng.normal(0, between_seeds, (seeds, 1))
        share = 1 / (1 + np.exp(-logit))
        right, wrong = rng.binomial(gold, share), rng.binomial(gold, 0.8 * (1 - share))
        made.append(np.stack([np.broadcast_to(gold, right.shape), right + wrong, right, right], axis=-1))
    return made


def main(comparisons: int) -> None:
    print("lead  sd of seeds (F1)  seeds  p < 0.05  0 outside the interval  both: significant")
    for lead in (0.0, 0.2):
        for between_seeds in SEEDS:
            for seeds in (1, 3, 5):
                rng = np.random.default_rng(0)
                hits, deviations = np.zeros(3), []
                for index in range(comparisons):
                    a, b = systems(rng, seeds, between_seeds, lead)
                    (found,) = paired_differences(a, b, f1, [""], RESAMPLES, index, RESAMPLES)
                    low, high = found.difference.low or 0.0, found.difference.high or 0.0
                    significant = found.significant(found.p)
                    hits += [(found.p or 1) < 0.05, not low <= 0 <= high, significant]
                    if seeds > 1:
                        deviations.append(np.std(f1(a.sum(axis=1)), ddof=1))
                shares = "  ".join(f"{100 * share:5.1f}%" for share in hits / comparisons)
                spread = f"{100 * np.mean(deviations):.1f}" if deviations else "n/a"
                print(f"{lead:4}  {between_seeds:5} ({spread:>4})  {seeds}  {shares}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
