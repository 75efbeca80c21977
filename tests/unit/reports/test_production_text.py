"""Production readiness in words: every number is a cell, and another prediction is another sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tabib.analysis.production.analysis import ProductionAnalysis, analyse_production
from tabib.analysis.production.settings import ProductionSettings
from tabib.analysis.runs import RunData
from tabib.core.examples import Reference
from tabib.core.predictions import NerPrediction, ScoredEntity
from tabib.core.spans import Entity
from tabib.records.record import RunRecord
from tabib.reports.production_text import production_statements
from tabib.tasks.base import Resampling

RECORD = RunRecord(
    "ab" * 32, "done", "notes", "ner_span", "small", "dictionary", "", 1, {}, ("Medication", "Sex"),
    {"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"}, {}, {}, 1, "", "",
)  # fmt: skip


def split_of(wrong: int, confidence: float | None = 0.95, documents: int = 20) -> RunData:
    """Four medications in each document, one of them wrong in the first ``wrong`` ones; and a missed sex."""
    references, predictions = [], []
    for index in range(documents):
        drugs = [Entity.of("Medication", 2 * i, 2 * i + 1) for i in range(4)]
        gold = (*drugs[index < wrong :], Entity.of("Sex", 20, 21))
        references.append(Reference(f"d{index}", gold))
        predictions.append(NerPrediction(f"d{index}", tuple(ScoredEntity(drug, confidence) for drug in drugs)))
    return RunData.of(RECORD, "test", tuple(references), tuple(predictions))


def analyse(test: RunData, dev: RunData | None) -> ProductionAnalysis:
    return analyse_production(test, dev, ProductionSettings(), Resampling(100))


def said(test: RunData, dev: RunData | None) -> str:
    return "\n".join(statement.text for statement in production_statements(analyse(test, dev)))


def test_the_deployment_that_the_numbers_speak_for() -> None:
    text = said(split_of(2), split_of(0))
    assert (
        "Recommended: code without a reader what has a confidence of 0.95 or more and is of one of these"
        " types, 1 of 2: Medication. Everything else goes to a reader." in text
    )
    assert "This codes 100.0% [100.0, 100.0] of the predicted entities, 97.5% [" in text
    assert "20.4% [" in text, "20 of 98: each sex"
    assert "] of the gold is overlapped by no prediction" in text
    assert "Medication: F1 98.7% [" in text
    assert "Of the 2 wrong entities from 0.85 on, Medication has more than any other type: 2" in text
    assert "20 of 20 would be coded without one, of which 0 would be entirely right." in text


def test_what_is_vetoed_is_not_said_to_be_done() -> None:
    text = said(split_of(60), split_of(0))
    assert "Recommended: a reader sees every prediction" in text
    assert "What dev speaks for would code " in text
    assert "The split refutes the target of 90.0%, which is a veto." in text
    assert "This codes" not in text
    assert "had no say" not in text


def test_types_that_are_coded_are_counted_at_the_threshold_of_the_recommendation() -> None:
    analysis = analyse(split_of(2), split_of(0))
    policy = next(row for row in analysis.policies if row.policy.name == analysis.recommendation.policy)
    assert {row.threshold for row in analysis.coded} == {analysis.recommendation.threshold}
    assert sum(row.auto_coded for row in analysis.coded) == policy.test.auto_coded
    assert sum(row.right for row in analysis.coded) == policy.test.right


def test_one_prediction_more_that_is_wrong_changes_what_is_said() -> None:
    before, after = (said(split_of(wrong), split_of(0)) for wrong in (2, 3))
    assert "97.5% [" in before
    assert "96.2% [" in after
    assert "0.1 wrong entities per document" in before
    assert "0.15 wrong entities per document" in after


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (0, "The split, which had no say in the choice, confirms the target of 90.0%"),
        (5, "The split neither confirms nor refutes the target of 90.0%"),
        (20, "refutes the target of 90.0%"),
    ],
)
def test_whether_the_split_confirms_it(wrong: int, words: str) -> None:
    assert words in said(split_of(wrong), split_of(0))


def test_what_was_refuted_is_not_recommended() -> None:
    text = said(split_of(20), split_of(0))
    assert text.startswith(
        "Recommended: a reader sees every prediction, and nothing is coded without one: what dev speaks for has a"
        " precision below the target on the split."
    )


def test_without_dev_without_confidences_and_without_anything() -> None:
    assert said(split_of(0), None).startswith("Not ready to be deployed: there are no dev predictions")
    silent = split_of(0, confidence=None)
    text = said(silent, silent)
    assert "nothing is coded without one: the model gives no confidence with its entities." in text
    assert "of the precision at 0.85 nothing is known (the model gives no confidence" in text
    assert "Entity by entity" not in text
    nothing = split_of(0, documents=0)
    assert said(nothing, nothing).startswith("Not ready")


def test_every_number_is_cited() -> None:
    analysis = analyse(split_of(2), split_of(0))
    for statement in production_statements(analysis):
        for cited in statement.to_json()["cited"].values():
            assert analysis.tables()[cited["table"]][cited["row"]][cited["column"]] == cited["value"]


def test_high_value_types_that_the_corpus_does_not_have_are_not_spoken_of() -> None:
    data = split_of(0)
    other = analyse_production(
        replace(data, labels=("Medication", "Sex")), data, ProductionSettings(high_value=("Sex",)), Resampling(0)
    )
    text = "\n".join(statement.text for statement in production_statements(other))
    assert "Sex: F1 0.0%; of the precision at 0.85 nothing is known (none is auto-coded" in text
    assert "Medication: F1" not in text
