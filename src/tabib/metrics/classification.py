"""One label per document: accuracy, precision, recall and F1 in three averages, MCC, the confusion matrix.

A document without a predicted label (unparsed, failed) is wrong: missed for its gold class, and no mistake of
any other class. Shapes: D documents, M columns: one per label, then one for all labels together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tabib.core.scores import Confusion, Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NEITHER, NO_GOLD, NO_LABEL, NO_PREDICTIONS, Tally, count, divide, rates, support

NO_ANSWER = "(none)"
"""The confusion matrix's last column: documents without a predicted label."""


def classification_scores(
    gold: Sequence[str], predicted: Sequence[str | None], labels: Sequence[str], resamples: int, seed: int
) -> tuple[dict[str, Score], dict[str, dict[str, Score]]]:
    """All scores, and precision, recall, F1 and support by label.

    Micro: over all documents; precision is over the documents that got a label. Macro and weighted (by
    support): over the labels that gold holds; one of them that was never predicted has precision 0 in these
    means, as in scikit-learn, so that saying less is not rewarded, though its own precision is undefined.
    Macro F1 is the mean of F1 scores (Opitz and Burst 2019).

    Args:
        labels: every label of gold and predictions, and possibly more.
    """
    counts = count((_tally(one, other) for one, other in zip(gold, predicted, strict=True)), labels)
    scores = score_sums(counts.stacked(), _statistic, _REASONS, resamples, seed)
    metrics = {name: values[0] for name, values in scores.items() if not name.startswith("label_")}
    per_label = {
        label: {name: scores[f"label_{name}"][index] for name in ("precision", "recall", "f1")} | {"support": n}
        for index, (label, n) in enumerate(support(counts).items())
    }
    return metrics, per_label


def confusion_matrix(gold: Sequence[str], predicted: Sequence[str | None], labels: Sequence[str]) -> Confusion:
    """Gold in rows, predictions in columns. Where a prediction has no label, ``(none)`` is the last of both."""
    names = (*labels, NO_ANSWER) if None in predicted else tuple(labels)
    place = {name: index for index, name in enumerate(names)}
    cells = [[0] * len(names) for _ in names]
    for one, other in zip(gold, predicted, strict=True):
        cells[place[one]][place[NO_ANSWER if other is None else other]] += 1
    return Confusion(names, tuple(tuple(row) for row in cells))


def _tally(gold: str, predicted: str | None) -> Tally:
    right = [gold] if gold == predicted else []
    return Tally([gold], [] if predicted is None else [predicted], right, right)


def _statistic(sums: Floats) -> dict[str, Floats]:
    found = rates(sums)
    gold, predicted, right, _ = np.split(sums, 4, axis=-1)
    values: dict[str, Floats] = {"accuracy": divide(right[..., -1], gold[..., -1])}
    by_label = {"precision": found.precision, "recall": found.recall, "f1": found.f1}
    for name, rate in by_label.items():
        zero_filled = np.nan_to_num(rate[..., :-1])
        has_gold = gold[..., :-1] > 0
        values[f"{name}_micro"] = rate[..., -1]
        values[f"{name}_macro"] = divide((zero_filled * has_gold).sum(axis=-1), has_gold.sum(axis=-1))
        values[f"{name}_weighted"] = divide((zero_filled * gold[..., :-1]).sum(axis=-1), gold[..., -1])
        values[f"label_{name}"] = rate[..., :-1]
    values["mcc"] = _mcc(gold, predicted, right)
    return values


def _mcc(gold: Floats, predicted: Floats, right: Floats) -> Floats:
    """Multi-class Matthews correlation R_K (Gorodkin 2004); documents without a label are one more answer.

    Undefined where gold or the answers are all the same (scikit-learn says 0.0 there).
    """
    n, n_answered = gold[..., -1], predicted[..., -1]
    covariance = right[..., -1] * n - (gold * predicted)[..., :-1].sum(axis=-1)
    spread_gold = n**2 - (gold[..., :-1] ** 2).sum(axis=-1)
    spread_predicted = n**2 - (predicted[..., :-1] ** 2).sum(axis=-1) - (n - n_answered) ** 2
    return divide(covariance, np.sqrt(spread_gold * spread_predicted))


_REASONS = {
    "accuracy": NO_GOLD,
    "mcc": "gold or predictions are the same for all documents",
    **{
        f"{name}_{average}": reason
        for average in ("macro", "weighted")
        for name, reason in (("precision", NO_LABEL), ("recall", NO_LABEL), ("f1", NO_LABEL))
    },
    **{
        template.format(name): reason
        for template in ("{}_micro", "label_{}")
        for name, reason in (("precision", NO_PREDICTIONS), ("recall", NO_GOLD), ("f1", NEITHER))
    },
}
