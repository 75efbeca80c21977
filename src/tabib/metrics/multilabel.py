"""Any number of labels per document: F1 in three averages, exact sets, PR-AUC and precision@k.

Shapes: D documents, L labels, M = L + 1 columns: one per label, then one for all labels together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums, to_scores
from tabib.metrics.counts import NEITHER, NO_GOLD, NO_LABEL, REASONS, Tally, count, divide, rates, support
from tabib.metrics.ranking import average_precision, precision_at

CUTOFFS = (1, 3, 5)


def multilabel_scores(
    gold: Sequence[frozenset[str]],
    predicted: Sequence[frozenset[str]],
    labels: Sequence[str],
    resamples: int,
    seed: int,
) -> tuple[dict[str, Score], dict[str, dict[str, Score]]]:
    """Scores of the decisions, and precision, recall, F1 and support by label.

    ``*_micro``: over all (document, label); ``f1_macro``: mean over the labels that gold holds;
    ``f1_samples``: mean of the documents' F1, without documents that have neither gold nor predicted labels
    (undefined there; scikit-learn counts 0 by default);
    ``subset_accuracy``: share of documents whose set of labels is exactly right.

    Args:
        labels: every label of gold and predictions, and possibly more.
    """
    counts = count((_tally(one, other) for one, other in zip(gold, predicted, strict=True)), labels)
    hits, size = counts.right[:, -1], counts.gold[:, -1] + counts.predicted[:, -1]
    sample_f1 = np.nan_to_num(divide(2 * hits, size))
    exact = (2 * hits == size).astype(np.float64)
    extra_DC = np.column_stack([sample_f1, size > 0, exact, np.ones(len(size))])

    def statistic(sums: Floats) -> dict[str, Floats]:
        found = rates(sums[..., :-4])
        of_samples, n_samples, n_exact, n = np.moveaxis(sums[..., -4:], -1, 0)
        return {
            "precision": found.precision,
            "recall": found.recall,
            "f1": found.f1,
            "f1_macro": found.f1_macro,
            "f1_samples": divide(of_samples, n_samples),
            "subset_accuracy": divide(n_exact, n),
        }

    reasons = {**REASONS, "f1_samples": NEITHER, "subset_accuracy": "no documents"}
    scores = score_sums(np.hstack([counts.stacked(), extra_DC]), statistic, reasons, resamples, seed)
    by_label = ("precision", "recall", "f1")
    metrics = {f"{name}_micro" if name in by_label else name: values[-1] for name, values in scores.items()}
    per_label = {
        label: {name: scores[name][index] for name in by_label} | {"support": n}
        for index, (label, n) in enumerate(support(counts).items())
    }
    return metrics, per_label


def ranking_scores(
    gold: Sequence[frozenset[str]],
    scores: Sequence[Mapping[str, float] | None],
    labels: Sequence[str],
    resamples: int,
    seed: int,
) -> tuple[dict[str, Score], dict[str, dict[str, Score]]]:
    """``pr_auc_micro``, ``pr_auc_macro``, ``precision_at_1``, ``_3``, ``_5``, and ``pr_auc`` by label.

    All are None where an answered document has no scores (an empty mapping). A document without an answer
    (None) has score 0 for every label and no hits; a label that the model does not score has 0. PR-AUC is
    average precision; its intervals come from at most ``ranking.MAX_RESAMPLES`` resamples.
    """
    unscored = sum(row is not None and not row for row in scores)
    names = ["pr_auc_micro", "pr_auc_macro", *(f"precision_at_{k}" for k in CUTOFFS)]
    if unscored or not gold or not labels:
        absent = f"{unscored} of {len(gold)} predictions have no scores"
        nothing = Score(None, absent if unscored else "no labels" if gold else "no documents")
        return dict.fromkeys(names, nothing), {label: {"pr_auc": nothing} for label in labels}
    gold_DL = np.array([[label in row for label in labels] for row in gold], dtype=np.bool_)
    scores_DL = np.array([[(row or {}).get(label, 0.0) for label in labels] for row in scores], dtype=np.float64)
    answered_D = np.array([row is not None for row in scores])
    gold_DL, scores_DL = gold_DL.reshape(len(gold), -1), scores_DL.reshape(len(gold), -1)
    point, samples = average_precision(gold_DL, scores_DL, resamples, seed)
    metrics = {
        f"pr_auc_{name}": to_scores(point[name], None if samples is None else samples[name], reason)[0]
        for name, reason in (("micro", NO_GOLD), ("macro", NO_LABEL))
    }
    metrics |= _precisions(gold_DL, scores_DL, answered_D, resamples, seed)
    by_label = to_scores(point["label"], None if samples is None else samples["label"], NO_GOLD)
    return metrics, {label: {"pr_auc": score} for label, score in zip(labels, by_label, strict=True)}


def _precisions(
    gold_DL: NDArray[np.bool_], scores_DL: Floats, answered_D: NDArray[np.bool_], resamples: int, seed: int
) -> dict[str, Score]:
    """Precision@k: the mean over all documents; undefined where there are fewer than k labels."""
    documents, n_labels = gold_DL.shape
    cutoffs = [k for k in CUTOFFS if k <= n_labels]
    values_DC = np.column_stack(
        [np.where(answered_D, precision_at(k, gold_DL, scores_DL), 0.0) for k in cutoffs] + [np.ones(documents)]
    )

    def statistic(sums: Floats) -> dict[str, Floats]:
        return {f"precision_at_{k}": divide(sums[..., i], sums[..., -1]) for i, k in enumerate(cutoffs)}

    reasons = {f"precision_at_{k}": "no documents" for k in CUTOFFS}
    scores = {name: row[0] for name, row in score_sums(values_DC, statistic, reasons, resamples, seed).items()}
    return scores | {
        f"precision_at_{k}": Score(None, f"fewer than {k} labels") for k in CUTOFFS if k not in cutoffs
    }


def _tally(gold: frozenset[str], predicted: frozenset[str]) -> Tally:
    right = sorted(gold & predicted)
    return Tally(gold, predicted, right, right)
