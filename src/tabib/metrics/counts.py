"""Counts per document and label, and the precision, recall and F1 that follow from their sums.

Shapes: D documents, M columns: one per label, then one for all labels together (micro).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums

Ints = NDArray[np.int64]

NO_PREDICTIONS = "nothing was predicted"
NO_GOLD = "no gold"
NEITHER = "neither gold nor predictions"
NO_LABEL = "no label has gold"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was there, what was said, and how much of each was right, by document and label: arrays (D, M).

    Where pairs are made within a label, ``found`` and ``right`` are both the true positives. They differ
    only per label and only where labels are ignored (boundary-only).

    Args:
        labels: the first M - 1 columns.
        gold: gold items.
        predicted: predicted items.
        found: gold items that were found (true positives of recall).
        right: predicted items that are right (true positives of precision).
    """

    labels: tuple[str, ...]
    gold: Ints
    predicted: Ints
    found: Ints
    right: Ints

    @property
    def tp(self) -> Ints:
        return self.right

    @property
    def fp(self) -> Ints:
        return self.predicted - self.right

    @property
    def fn(self) -> Ints:
        return self.gold - self.found

    def stacked(self) -> Ints:
        """All counts side by side: (D, 4 M)."""
        return np.hstack([self.gold, self.predicted, self.found, self.right])


@dataclass(frozen=True, slots=True)
class Tally:
    """The labels of one document's items, with repetitions; ``matched`` is the number of pairs over all labels.

    ``matched`` None: as many as ``found``.
    """

    gold: Iterable[str]
    predicted: Iterable[str]
    found: Sequence[str]
    right: Sequence[str]
    matched: int | None = None


def count(tallies: Iterable[Tally], labels: Sequence[str]) -> Counts:
    """One row per tally. ``labels`` must hold every label of the tallies."""
    columns = len(labels) + 1
    place = {label: index for index, label in enumerate(labels)}
    cells: tuple[list[int], ...] = ([], [], [], [])
    matched: list[int] = []
    rows = 0
    for rows, tally in enumerate(tallies, start=1):
        base = (rows - 1) * columns
        for target, items in zip(cells, (tally.gold, tally.predicted, tally.found, tally.right), strict=True):
            target.extend(base + place[label] for label in items)
        matched.append(len(tally.found) if tally.matched is None else tally.matched)
    arrays = [np.bincount(np.array(c, dtype=np.intp), minlength=rows * columns) for c in cells]
    gold, predicted, found, right = (array.reshape(rows, columns).astype(np.int64) for array in arrays)
    for array in (gold, predicted):
        array[:, -1] = array.sum(axis=1)
    found[:, -1] = right[:, -1] = np.array(matched, dtype=np.int64)
    return Counts(tuple(labels), gold, predicted, found, right)


def label_set(*groups: Iterable[str]) -> tuple[str, ...]:
    """All labels of the groups, sorted, each once."""
    return tuple(sorted(set().union(*groups)))


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and F1 with nan where undefined: (..., M); ``f1_macro``: (...)."""

    precision: Floats
    recall: Floats
    f1: Floats
    f1_macro: Floats


def rates(sums: Floats) -> Rates:
    """Rates from sums of ``Counts.stacked`` over documents: (..., 4 M).

    precision = right / predicted, undefined where nothing was predicted;
    recall = found / gold, undefined where there is no gold;
    f1 = their harmonic mean, 2 tp / (2 tp + fp + fn): 0 where nothing matches though there is gold or a
    prediction, undefined where there is neither;
    f1_macro = the mean f1 of the labels that have gold, undefined where none has. A label that is predicted but
    absent from gold lowers micro scores and its own, and is not in the mean.
    """
    gold, predicted, found, right = np.split(sums.astype(np.float64), 4, axis=-1)
    product = right * found
    f1 = divide(2 * product, np.where(product > 0, right * gold + found * predicted, gold + predicted))
    has_gold = gold[..., :-1] > 0
    f1_macro = divide(np.where(has_gold, f1[..., :-1], 0).sum(axis=-1), has_gold.sum(axis=-1))
    return Rates(divide(right, predicted), divide(found, gold), f1, f1_macro)


def divide(numerator: NDArray[np.generic], denominator: NDArray[np.generic]) -> Floats:
    """Element by element; nan where the denominator is 0."""
    top, bottom = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    return np.divide(top, bottom, out=np.full(np.broadcast(top, bottom).shape, np.nan), where=bottom != 0)


def rates_by_name(sums: Floats) -> dict[str, Floats]:
    """``rates`` as named arrays: precision, recall, f1: (..., M); f1_macro: (...)."""
    found = rates(sums)
    return {"precision": found.precision, "recall": found.recall, "f1": found.f1, "f1_macro": found.f1_macro}


REASONS = {"precision": NO_PREDICTIONS, "recall": NO_GOLD, "f1": NEITHER, "f1_macro": NO_LABEL}


def score_counts(
    families: Mapping[str, Counts], resamples: int, seed: int
) -> tuple[dict[str, Score], dict[str, dict[str, Score]]]:
    """Scores of several families of counts over the same documents, with intervals from one bootstrap.

    Args:
        families: prefix of the metric names (``exact_``) → counts.

    Returns:
        ``{prefix}precision``, ``recall``, ``f1`` (all micro) and ``f1_macro``; and the first three by label.
    """
    stacked = [counts.stacked() for counts in families.values()]
    ends = np.cumsum([block.shape[1] for block in stacked])[:-1]

    def statistic(sums: Floats) -> dict[str, Floats]:
        blocks = np.split(sums, ends, axis=-1)
        return {
            prefix + name: values
            for prefix, block in zip(families, blocks, strict=True)
            for name, values in rates_by_name(block).items()
        }

    reasons = {prefix + name: reason for prefix in families for name, reason in REASONS.items()}
    scores = score_sums(np.hstack(stacked), statistic, reasons, resamples, seed)
    metrics = {name: values[-1] for name, values in scores.items()}
    per_label: dict[str, dict[str, Score]] = {}
    for prefix, counts in families.items():
        for name in ("precision", "recall", "f1"):
            for label, score in zip(counts.labels, scores[prefix + name], strict=False):
                per_label.setdefault(label, {})[prefix + name] = score
    return metrics, per_label


def support(counts: Counts) -> dict[str, Score]:
    """The number of gold items of each label."""
    return {
        label: Score(float(n)) for label, n in zip(counts.labels, counts.gold[:, :-1].sum(axis=0), strict=True)
    }
