"""Production readiness."""

from __future__ import annotations

from collections.abc import Sequence

from tabib.reports.document.model import ListPart, PlotPart, Section, Shown, TablePart
from tabib.reports.statements import Statement

_OUTCOME = (
    Shown("automation", "automation %", "percent", interval=True),
    Shown("precision", "precision %", "percent", interval=True),
    Shown("recall", "recall %", "percent", interval=True),
    Shown("unseen", "gold nobody is told of %", "percent"),
    Shown("wrong_per_document", "wrong per document", "number"),
    Shown("review_per_document", "to review per document", "number"),
)


def production_section(said: Sequence[Statement]) -> Section:
    """What happens if the model codes documents."""
    return Section(
        "production",
        "Production readiness",
        [
            ListPart(said),
            TablePart(
                "production_policies",
                (
                    Shown("policy", "policy"),
                    Shown("where", "where"),
                    Shown("threshold", "threshold", "exact"),
                    *_OUTCOME,
                ),
                Statement("Ways to deploy the model, chosen on dev, there and on the split that is evaluated."),
            ),
            PlotPart("production_automation", Statement("Automation and precision over the threshold.")),
            TablePart(
                "production_entities",
                (
                    Shown("threshold", "threshold", "exact"),
                    Shown("auto_coded", "coded", "count"),
                    Shown("review", "to review", "count"),
                    *_OUTCOME,
                ),
                Statement("Entity by entity: coded from the threshold on, all others to review."),
            ),
            TablePart(
                "production_documents",
                (
                    Shown("threshold", "threshold", "exact"),
                    Shown("auto_coded", "documents coded", "count"),
                    Shown("automation", "automation %", "percent", interval=True),
                    Shown("right", "entirely right", "count"),
                    Shown("share_auto_coded", "entities coded, mean %", "percent", interval=True),
                    Shown("review_median", "to review, median", "number"),
                    Shown("review_max", "most", "count"),
                ),
                Statement("Document by document: coded if all that is predicted in it reaches the threshold."),
            ),
            TablePart(
                "production_high_value",
                (
                    Shown("label", "type"),
                    Shown("gold", "gold", "count"),
                    Shown("f1", "F1 %", "percent", interval=True),
                    Shown("threshold", "threshold", "exact"),
                    Shown("auto_coded", "coded", "count"),
                    Shown("precision_auto", "precision %", "percent", interval=True),
                    Shown("coverage", "coverage %", "percent"),
                    Shown("target_met", "target met"),
                    Shown("why", "why"),
                ),
                Statement("High-value types."),
            ),
            TablePart(
                "production_false_positives",
                (
                    Shown("label", "type"),
                    Shown("predicted", "predicted", "count"),
                    Shown("wrong", "wrong", "count"),
                    Shown("rate", "wrong, of predicted %", "percent", interval=True),
                    Shown("auto_coded", "coded", "count"),
                    Shown("auto_wrong", "of them wrong", "count"),
                    Shown("auto_rate", "wrong, of coded %", "percent", interval=True),
                    Shown("auto_per_100", "in a hundred documents", "number"),
                ),
                Statement("False positives by type, the most that nobody would see first."),
            ),
            PlotPart("production_false_positives", Statement("False positives by type.")),
            TablePart(
                "production_coded",
                (
                    Shown("label", "type"),
                    Shown("threshold", "threshold", "exact"),
                    Shown("dev_auto_coded", "coded on dev", "count"),
                    Shown("dev_precision", "dev precision %", "percent", interval=True),
                    Shown("auto_coded", "coded", "count"),
                    Shown("right", "right", "count"),
                    Shown("precision", "precision %", "percent", interval=True),
                ),
                Statement("The types that the recommendation codes without a reader, at its threshold."),
            ),
            TablePart(
                "production_types",
                (
                    Shown("label", "type"),
                    Shown("deployment", "deployment"),
                    Shown("decided", "dev says"),
                    Shown("threshold", "decided at", "exact"),
                    Shown("dev_auto_coded", "coded on dev", "count"),
                    Shown("dev_precision", "dev precision %", "percent", interval=True),
                    Shown("auto_coded", "coded", "count"),
                    Shown("precision", "precision %", "percent", interval=True),
                    Shown("target_met", "target met"),
                    Shown("why", "why"),
                ),
                Statement("Which types are coded without a reader: dev decides, the split is the check."),
            ),
        ],
    )
