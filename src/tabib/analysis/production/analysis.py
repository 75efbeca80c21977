"""Production readiness: what happens if a model codes documents, and which deployment the numbers speak for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tabib.analysis.production.documents import DocumentOutcome, document_outcomes
from tabib.analysis.production.false_positives import TypeRisk, type_risks
from tabib.analysis.production.high_value import HighValueType, high_value_types
from tabib.analysis.production.outcomes import Outcome, outcomes
from tabib.analysis.production.policies import PolicyOutcome, compare_policies, policies
from tabib.analysis.production.recommendation import Recommendation, recommend
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.production.split import split_entities
from tabib.analysis.production.type_classes import (
    ClassCheck,
    CodedType,
    TypeDecision,
    check_classes,
    coded_types,
    decide_types,
)
from tabib.analysis.rows import to_json, to_row
from tabib.analysis.runs import RunData
from tabib.analysis.thresholds import SweetSpot, sweet_spot
from tabib.tasks.base import Resampling

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ProductionAnalysis:
    """One split of one run.

    Args:
        run, identity: which.
        reason: why nothing can be said of confidences; empty where something can.
        absent: high-value types of the default that the corpus does not have.
        chosen: the threshold chosen on dev; ``threshold`` None where there is none, with the reason.
        entities, documents: by threshold.
        high_value, false_positives: at ``settings.threshold``.
        decisions, checks: types, at the chosen threshold, or at ``settings.threshold`` where none was chosen.
        coded: the types that the recommendation codes without a reader, at its own threshold.
    """

    run: str
    identity: str
    settings: ProductionSettings
    reason: str
    without_confidence: int
    absent: tuple[str, ...]
    chosen: SweetSpot
    entities: tuple[Outcome, ...]
    documents: tuple[DocumentOutcome, ...]
    high_value: tuple[HighValueType, ...]
    false_positives: tuple[TypeRisk, ...]
    decisions: tuple[TypeDecision, ...]
    checks: tuple[ClassCheck, ...]
    policies: tuple[PolicyOutcome, ...]
    recommendation: Recommendation
    coded: tuple[CodedType, ...]

    def to_json(self) -> dict[str, Any]:
        return to_json(self)

    def tables(self) -> Mapping[str, Rows]:
        """Every table by its name; keys: ``threshold``; ``label``; ``decided``; ``policy`` and ``where``."""
        auto = self.recommendation.auto_types
        return {
            "production_recommendation": [self.recommendation.to_row()],
            "production_policies": [row for made in self.policies for row in made.rows()],
            "production_entities": [row.to_row() for row in self.entities],
            "production_documents": [to_row(row) for row in self.documents],
            "production_high_value": [to_row(row) for row in self.high_value],
            "production_false_positives": [to_row(row) for row in self.false_positives],
            "production_types": [
                {**to_row(row), "deployment": "auto-code" if row.label in auto else "review"}
                for row in self.decisions
            ],
            "production_classes": [to_row(row) for row in self.checks],
            "production_coded": [to_row(row) for row in self.coded],
        }


def analyse_production(
    test: RunData, dev: RunData | None, settings: ProductionSettings, resampling: Resampling
) -> ProductionAnalysis:
    """Analyse one split.

    Args:
        test: the split that is evaluated.
        dev: where threshold and types are chosen; None where there is none apart from ``test``.

    Raises:
        ConfigError: a high-value type that the corpus does not have.
        PredictionError: a confidence is no number from 0 to 1.
    """
    high_value, absent = settings.high_value_of(test.labels)
    on_test = split_entities(test)
    on_dev = split_entities(dev) if dev is not None and dev.references else None
    spot = sweet_spot(None if on_dev is None else on_dev.judged, on_test.judged, settings.rule, resampling)
    used = settings.threshold if spot.threshold is None else spot.threshold
    decisions = decide_types(on_dev, on_test, used, settings, high_value)
    compared = compare_policies(policies(on_dev, spot, decisions, settings), on_dev, on_test, resampling)
    recommended = recommend(on_dev, on_test, compared, decisions, settings)
    coded: tuple[CodedType, ...] = ()
    if recommended.threshold is not None and on_dev is not None:
        coded = coded_types(on_dev, on_test, recommended.auto_types, recommended.threshold)
    return ProductionAnalysis(
        run=test.title,
        identity=test.record.identity,
        settings=settings,
        reason=on_test.judged.reason,
        without_confidence=on_test.judged.without_confidence,
        absent=absent,
        chosen=spot,
        entities=outcomes(on_test, settings.grid, resampling),
        documents=document_outcomes(on_test, settings.grid, resampling),
        high_value=high_value_types(on_test, high_value, settings, resampling),
        false_positives=type_risks(on_test, settings.threshold, high_value, resampling),
        decisions=decisions,
        checks=check_classes(decisions, on_test, used, resampling),
        policies=compared,
        recommendation=recommended,
        coded=coded,
    )
