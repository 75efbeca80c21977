"""Document by document: one is coded without a reader only if every entity predicted in it is sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tabib.analysis.judged import NOTHING_PREDICTED
from tabib.analysis.production.split import Bools, SplitEntities
from tabib.core.scores import Score
from tabib.metrics.bootstrap import Floats, score_sums
from tabib.metrics.counts import NO_GOLD, divide
from tabib.tasks.base import Resampling

NO_DOCUMENT = "no document is auto-coded"
_RATES = ("automation", "entirely_right", "precision", "recall", "unseen", "share_auto_coded")


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """One threshold. A document goes to a reader, who reads all of it, unless it is auto-coded as it is.

    It is not auto-coded where nothing was predicted, or where its prediction failed, could not be parsed or was
    truncated: there is nothing to trust, or not all of it was read.

    Args:
        auto_coded, review: documents.
        right: auto-coded documents without a wrong and without a missed entity.
        missed: gold entities of auto-coded documents that are not coded: nobody sees them.
        automation: auto-coded / all documents.
        entirely_right: right / auto-coded.
        precision, recall: of the entities of the auto-coded documents.
        unseen: missed / gold of all documents.
        share_auto_coded: where entities and not documents are decided on, the share of a document's predicted
            entities that are auto-coded; mean over documents with predictions.
        review_median, review_p90, review_max: there, the entities of a document that a reader looks at, over all
            documents; None without documents.
    """

    threshold: float
    documents: int
    auto_coded: int
    review: int
    right: int
    missed: int
    automation: Score
    entirely_right: Score
    precision: Score
    recall: Score
    unseen: Score
    share_auto_coded: Score
    review_median: float | None
    review_p90: float | None
    review_max: int | None


def document_outcomes(
    split: SplitEntities, thresholds: Sequence[float], resampling: Resampling
) -> tuple[DocumentOutcome, ...]:
    """One row for each threshold, with bootstrap intervals over documents."""
    judged = split.judged
    every = np.ones(judged.predicted, np.bool_)
    predicted_D, right_D = split.by_document(every), split.by_document(judged.right)
    gold_D = split.gold_by_document(np.ones(judged.gold, np.bool_))
    perfect_D = (right_D == predicted_D) & (right_D == gold_D)
    rows = []
    for threshold in thresholds:
        review_D = split.by_document(~split.kept(threshold))
        auto_D = split.whole & (predicted_D > 0) & (review_D == 0)
        has_D = predicted_D > 0
        columns = [
            auto_D,
            np.ones(judged.documents),
            auto_D & perfect_D,
            auto_D * predicted_D,
            auto_D * right_D,
            auto_D * gold_D,
            auto_D * (gold_D - right_D),
            gold_D,
            np.where(has_D, 1 - review_D / np.maximum(predicted_D, 1), 0.0),
            has_D,
        ]
        scores = score_sums(
            np.stack(columns, axis=1), _statistic, _reasons(split, auto_D), resampling.n, resampling.seed
        )
        if judged.predicted and judged.reason:  # entities without confidences: no threshold has a meaning
            scores = {name: [Score(None, judged.reason)] for name in _RATES}
        loads = np.quantile(review_D, [0.5, 0.9, 1.0]) if judged.documents else None
        rows.append(
            DocumentOutcome(
                threshold,
                judged.documents,
                int(auto_D.sum()),
                int((~auto_D).sum()),
                int((auto_D & perfect_D).sum()),
                int((auto_D * (gold_D - right_D)).sum()),
                **{name: scores[name][0] for name in _RATES},
                review_median=None if loads is None else float(loads[0]),
                review_p90=None if loads is None else float(loads[1]),
                review_max=None if loads is None else int(loads[2]),
            )
        )
    return tuple(rows)


def _statistic(sums: Floats) -> dict[str, Floats]:
    auto, documents, perfect, predicted, right, gold, missed, all_gold, shares, with_predictions = np.moveaxis(
        sums, -1, 0
    )
    return {
        "automation": divide(auto, documents),
        "entirely_right": divide(perfect, auto),
        "precision": divide(right, predicted),
        "recall": divide(right, gold),
        "unseen": divide(missed, all_gold),
        "share_auto_coded": divide(shares, with_predictions),
    }


def _reasons(split: SplitEntities, auto_D: Bools) -> dict[str, str]:
    none = split.judged.reason or NO_DOCUMENT
    return {
        "automation": "no documents",
        "entirely_right": none,
        "precision": none,
        "recall": "no auto-coded document has gold" if auto_D.any() else none,
        "unseen": NO_GOLD,
        "share_auto_coded": NOTHING_PREDICTED,
    }
