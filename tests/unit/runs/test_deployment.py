"""What is coded without a reader and what goes to one: nothing is lost, and it is what was simulated."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabib.analysis.production.outcomes import outcomes
from tabib.analysis.production.split import split_entities
from tabib.analysis.runs import RunData
from tabib.core.errors import ConfigError
from tabib.core.examples import Document, Reference
from tabib.core.predictions import NerPrediction, ScoredEntity, Status
from tabib.core.spans import Entity
from tabib.records.record import RunRecord
from tabib.runs.deployment import Deployment, Divided, deployment_from_options, divide, read_deployment
from tabib.tasks.base import Resampling

RECORD = RunRecord(
    "ab" * 32, "done", "notes", "ner_span", "small", "dictionary", "", 1, {}, ("Dosage", "Medication"),
    {"corpus": "c", "weights": "w", "tokenizer": "t", "code": "k"}, {}, {}, 1, "", "",
)  # fmt: skip
TEXT = "aspirin 5 mg, later more"
DRUG, DOSE = Entity.of("Medication", 0, 7), Entity.of("Dosage", 8, 12)
AT_85 = Deployment(0.85)


def divided(*entities: tuple[Entity, float | None], status: Status = Status.OK, by: Deployment = AT_85) -> Divided:
    scored = tuple(ScoredEntity(entity, confidence) for entity, confidence in entities)
    return divide(Document("note", TEXT), NerPrediction("note", scored, status, "why" * (status != "ok")), by)


def reasons(found: Divided) -> list[tuple[str, str]]:
    return [(item.text, item.why) for item in found.review]


def test_what_is_sure_is_coded_and_the_rest_is_reviewed_with_a_reason() -> None:
    found = divided((DOSE, 0.2), (DRUG, 0.85))
    assert [scored.entity for scored in found.coded.entities] == [DRUG]
    assert reasons(found) == [("5 mg", "confidence below 0.85")]
    assert (found.review[0].document, found.review[0].entity, found.review[0].confidence) == ("note", DOSE, 0.2)
    assert reasons(divided((DRUG, None))) == [("aspirin", "no confidence")]


def test_review_follows_the_text() -> None:
    assert [text for text, _ in reasons(divided((DOSE, 0.3), (DRUG, 0.3)))] == ["aspirin", "5 mg"]


def test_types_that_go_to_review_and_types_that_do_not() -> None:
    both = ((DRUG, 1.0), (DOSE, 1.0))
    drugs, doses = frozenset({"Medication"}), frozenset({"Dosage"})
    for by in (Deployment(0.5, review_types=doses), Deployment(0.5, auto_types=drugs)):
        assert reasons(divided(*both, by=by)) == [("5 mg", "its type goes to review")]
    nothing = divided(*both, by=Deployment(None))
    assert {why for _, why in reasons(nothing)} == {"everything goes to review"}
    assert nothing.coded.entities == ()


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.FAILED, "the model gave no answer"),
        (Status.UNPARSED, "the model's answer could not be read"),
        (Status.TRUNCATED, "the model read only a part of the document"),
    ],
)
def test_a_document_that_was_not_read_whole_is_a_row_of_its_own(status: Status, why: str) -> None:
    found = divided(status=status)
    assert [(item.entity, item.why) for item in found.review] == [(None, f"{why}: why")]


def test_a_truncated_document_keeps_what_is_sure_and_one_without_an_answer_does_not() -> None:
    truncated = divided((DRUG, 0.9), status=Status.TRUNCATED)
    assert (len(truncated.coded.entities), len(truncated.review)) == (1, 1)
    unparsed = divided((DRUG, 0.9), status=Status.UNPARSED)
    assert (len(unparsed.coded.entities), len(unparsed.review)) == (0, 2)


def test_a_document_in_which_nothing_was_predicted_goes_to_a_reader() -> None:
    assert reasons(divided()) == [("", "nothing was predicted")]


def test_repetitions_go_together_by_the_highest_of_their_confidences() -> None:
    found = divided((DRUG, 0.3), (DRUG, 0.9))
    assert (len(found.coded.entities), found.review) == (2, [])


def test_confidences_are_compared_as_run_folders_keep_them() -> None:
    # 0.98258787 is saved as 0.9825879, and so are thresholds that are chosen among saved confidences.
    assert divided((DRUG, 0.98258787), by=Deployment(0.9825879)).review == []


_spans = st.integers(0, 20).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, 24)))
_entities = st.builds(lambda label, span: Entity(label, (span,)), st.sampled_from(RECORD.labels), _spans)
_scored = st.lists(st.tuples(_entities, st.none() | st.floats(0, 1)), max_size=6)
_deployments = st.builds(
    Deployment,
    st.none() | st.floats(0, 1),
    st.frozensets(st.sampled_from(RECORD.labels)),
    st.none() | st.frozensets(st.sampled_from(RECORD.labels)),
)


@given(_scored, st.sampled_from(Status), _deployments)
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost(entities: list[tuple[Entity, float | None]], status: Status, by: Deployment) -> None:
    found = divided(*entities, status=status, by=by)
    coded = Counter(scored.entity for scored in found.coded.entities)
    reviewed = Counter(item.entity for item in found.review if item.entity is not None)
    assert coded + reviewed == Counter(entity for entity, _ in entities)
    assert coded.keys().isdisjoint(reviewed.keys())
    assert found.review or coded, "no document vanishes"


@given(st.lists(_scored, min_size=1, max_size=3), st.sampled_from([0.0, 0.3, 0.85, 1.0]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_deployed_is_what_was_simulated(rows: list[Any], threshold: float, all_types: bool) -> None:
    predictions = tuple(
        NerPrediction.from_json(NerPrediction(f"d{i}", tuple(ScoredEntity(*row) for row in entities)).to_json())
        for i, entities in enumerate(rows)
    )
    references = tuple(Reference(f"d{i}", (DRUG,)) for i in range(len(rows)))
    split = split_entities(RunData.of(RECORD, "test", references, predictions))
    types = RECORD.labels if all_types else ("Dosage",)
    (wanted,) = outcomes(split.only(types), [threshold], Resampling(0))
    by = Deployment(threshold, auto_types=frozenset(types))
    found = [divide(Document(one.id, TEXT), one, by) for one in predictions]
    assert sum(len({scored.entity for scored in one.coded.entities}) for one in found) == wanted.auto_coded
    assert sum(len({item.entity for item in one.review} - {None}) for one in found) == wanted.review


# What is asked for ------------------------------------------------------------------------------------------


def test_a_type_that_the_run_does_not_have() -> None:
    assert deployment_from_options(0.9, ["Dosage"], RECORD) == Deployment(0.9, frozenset({"Dosage"}))
    with pytest.raises(ConfigError, match="no type 'Dosge'; did you mean 'Dosage'"):
        deployment_from_options(0.9, ["Dosge"], RECORD)


def policy_file(folder: Path, **changes: Any) -> Path:
    advice = {"strategy": "auto-code", "reason": "", "threshold": 0.9, "auto_types": ["Dosage"]}
    path = folder / "production.json"
    content = {"run": "notes, small", "identity": RECORD.identity, "recommendation": advice | changes}
    path.write_text(json.dumps(content))
    return path


def test_a_recommendation_is_taken_as_it_is(tmp_path: Path) -> None:
    found, note = read_deployment(policy_file(tmp_path), RECORD)
    assert (found, note) == (Deployment(0.9, auto_types=frozenset({"Dosage"})), "")


def test_what_is_not_recommended_goes_to_review_as_a_whole(tmp_path: Path) -> None:
    path = policy_file(tmp_path, strategy="assist", reason="too few", threshold=None, auto_types=[])
    found, note = read_deployment(path, RECORD)
    assert found.threshold is None
    assert note == "everything goes to review; the policy says 'assist': too few"


def test_a_policy_of_another_run_is_refused(tmp_path: Path) -> None:
    path = policy_file(tmp_path)
    path.write_text(path.read_text().replace(RECORD.identity, "cd" * 32))
    with pytest.raises(ConfigError, match="was made for the run 'notes, small', this is another one"):
        read_deployment(path, RECORD)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read: not JSON"),
        ("[]", "no recommendation in it"),
        ('{"recommendation": {"strategy": "auto-code"}}', "no recommendation in it"),
        (
            '{"recommendation": {"strategy": "auto-code", "reason": "", "threshold": 2, "auto_types": []}}',
            "no recommendation in it",
        ),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "production.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        read_deployment(path, RECORD)
