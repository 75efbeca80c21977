"""Labels are found by their names, exactly or else without regard to case and accents."""

from __future__ import annotations

import pytest

from tabib.core.details import counts_of
from tabib.core.predictions import Status
from tabib.models.decoders.parsing.answer import Names
from tabib.models.decoders.parsing.labels import parse_classification, parse_multilabel

NAMES = Names(["néphrologie", "cardiologie", "chirurgie", "chirurgie cardiaque", "Phase I", "Phase II"])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("cardiologie", "cardiologie"),
        ("Nephrologie.", "néphrologie"),
        ('{"label": "Cardiologie"}', "cardiologie"),
        ('["phase ii"]', "Phase II"),
        ('{"label": "Cardiologie", "reason": "not chirurgie"}', "cardiologie"),
        ("<think>chirurgie ? Catégorie : chirurgie</think>cardiologie", "cardiologie"),
        ("Catégorie : « chirurgie cardiaque »\nparce que…", "chirurgie cardiaque"),
        ("Le texte relève de la chirurgie cardiaque, sans doute.", "chirurgie cardiaque"),
    ],
)
def test_one_label(text: str, label: str) -> None:
    assert parse_classification(text, "d", NAMES).label == label


@pytest.mark.parametrize(
    "text",
    ["", "pneumologie", "cardiologie ou néphrologie", '["cardiologie", "chirurgie"]', "[]", "{}", "Phase III"],
)
def test_none_or_several_labels_are_unparsed(text: str) -> None:
    prediction = parse_classification(text, "d", NAMES)
    assert (prediction.label, prediction.status) == (None, Status.UNPARSED)


def test_a_name_that_two_labels_share_without_accents_finds_neither() -> None:
    names = Names(["foie", "foié"])
    assert names.find("foie") == "foie"
    assert names.find("FOIE") is None


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('["cardiologie", "Nephrologie"]', ("cardiologie", "néphrologie")),
        ("cardiologie, néphrologie", ("cardiologie", "néphrologie")),
        ("- cardiologie\n- phase i", ("Phase I", "cardiologie")),
        ('{"cardiologie": true, "néphrologie": false}', ("cardiologie",)),
        ('{"labels": ["chirurgie"]}', ("chirurgie",)),
        ("Le texte parle de cardiologie et de chirurgie.", ("cardiologie", "chirurgie")),
        ("[]", ()),
        ("Aucune", ()),
    ],
)
def test_several_labels(text: str, labels: tuple[str, ...]) -> None:
    prediction = parse_multilabel(text, "d", NAMES)
    assert (prediction.labels, prediction.status) == (labels, Status.OK)


@pytest.mark.parametrize("text", ["", "je ne sais pas", '["pneumologie"]'])
def test_an_answer_without_any_known_label_is_unparsed(text: str) -> None:
    prediction = parse_multilabel(text, "d", NAMES)
    assert (prediction.labels, prediction.status) == ((), Status.UNPARSED)


def test_a_label_may_hold_the_words_of_a_marker() -> None:
    names = Names(["Score : bas", "Score : haut", "autre"])
    assert parse_multilabel('Réponse : ["Score : bas", "autre"]', "d", names).labels == ("Score : bas", "autre")


def test_unknown_labels_and_repairs_are_counted() -> None:
    prediction = parse_multilabel('```json\n["cardiologie", "pneumologie",]\n```', "d", NAMES)
    assert prediction.labels == ("cardiologie",)
    assert counts_of(prediction.detail) == {"code fence": 1, "trailing comma": 1, "unknown label": 1}
