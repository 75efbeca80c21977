"""Mentions are read from damaged JSON too, and found again in the text; what became of each is counted."""

from __future__ import annotations

import json

import pytest

from tabib.core.details import counts_of
from tabib.core.examples import Document
from tabib.core.predictions import NerPrediction, Status
from tabib.core.spans import Entity
from tabib.models.decoders.parsing.answer import Names
from tabib.models.decoders.parsing.ner import parse_ner
from tabib.models.decoders.prompts import completion

TEXT = "Toux sèche, puis toux grasse : la toux cède. L’Hypertension  artérielle du père, la mère diabétique."
DOCUMENT = Document("d", TEXT)
NAMES = Names(["Disorder", "Anatomie"])


def parse(text: str) -> NerPrediction:
    return parse_ner(text, DOCUMENT, NAMES)


def found(text: str) -> list[tuple[str, int, int]]:
    return [(scored.entity.label, scored.entity.start, scored.entity.end) for scored in parse(text).entities]


def mentions(*texts: str, label: str = "Disorder") -> str:
    return json.dumps([{"text": text, "label": label} for text in texts], ensure_ascii=False)


def test_a_repeated_mention_takes_the_next_occurrence() -> None:
    assert found(mentions("toux", "toux")) == [("Disorder", 17, 21), ("Disorder", 34, 38)]


def test_once_the_same_writing_is_used_up_another_case_serves_if_only_one_is_left() -> None:
    prediction = parse(mentions("toux", "toux", "toux", "toux"))
    assert [scored.entity.start for scored in prediction.entities] == [0, 17, 34]
    assert counts_of(prediction.detail) == {"placed": 2, "placed normalised": 1, "surplus": 1}


def test_case_accents_white_space_and_quotes_may_differ_where_one_place_fits() -> None:
    prediction = parse(mentions("l'hypertension arterielle"))
    (scored,) = prediction.entities
    assert scored.entity.text(TEXT) == "L’Hypertension  artérielle"
    assert counts_of(prediction.detail) == {"placed normalised": 1}


def test_a_normalised_mention_that_fits_several_places_is_ambiguous() -> None:
    assert found(mentions("TOUX")) == []
    assert counts_of(parse(mentions("TOUX")).detail) == {"ambiguous": 1}


def test_hallucinations_and_unknown_labels_are_counted_and_left_out() -> None:
    prediction = parse(mentions("cancer", "toux")[:-1] + ', {"text": "père", "label": "Person"}]')
    assert len(prediction.entities) == 1
    assert counts_of(prediction.detail) == {"hallucinated": 1, "placed": 1, "unknown label": 1}


def test_whole_words_go_before_parts_of_words() -> None:
    document = Document("d", "conférence sur le fer")
    (scored,) = parse_ner(mentions("fer"), document, NAMES).entities
    assert scored.entity.start == 18
    (inside,) = parse_ner(mentions("confér"), document, NAMES).entities
    assert (inside.entity.start, inside.entity.end) == (0, 6)
    assert counts_of(parse_ner(mentions("confér"), document, NAMES).detail) == {"placed inside word": 1}


def test_a_word_in_another_case_goes_before_a_part_of_a_word() -> None:
    (scored,) = parse_ner(mentions("mal"), Document("d", "Examen normal. Mal de tête."), NAMES).entities
    assert scored.entity.start == 15


def test_a_word_that_is_used_up_is_not_looked_for_in_other_words() -> None:
    prediction = parse_ner(mentions("fer", "fer"), Document("d", "conférence sur le fer"), NAMES)
    assert [scored.entity.start for scored in prediction.entities] == [18]
    assert counts_of(prediction.detail) == {"placed": 1, "surplus": 1}


def test_mentions_are_in_the_order_of_the_text() -> None:
    document = Document("d", "Pas de toux. Fièvre, puis toux.")
    (_, scored) = parse_ner(mentions("Fièvre", "toux"), document, NAMES).entities
    assert scored.entity.start == 26
    (scored, _) = parse_ner(mentions("puis", "Fièvre"), document, NAMES).entities  # they need not be
    assert scored.entity.start == 13


def test_a_place_that_overlaps_no_other_mention_goes_first() -> None:
    document = Document("d", "Une toux sèche, une toux.")
    assert [
        scored.entity.start for scored in parse_ner(mentions("toux sèche", "toux"), document, NAMES).entities
    ] == [4, 20]
    both = Document("d", "Une toux sèche.")
    assert [scored.entity.start for scored in parse_ner(mentions("toux sèche", "toux"), both, NAMES).entities] == [
        4,
        4,
    ]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("oedeme", "Œdème"),
        ("cafe", "cafe\u0301"),
        ("café", "cafe\u0301"),
        ("naevus", "nævus"),
        ("hyper tension", "hyper\u00a0tension"),
        ("hypertension", "hyper\u00adtension"),
        ("efficace", "eﬃcace"),
        ("mal 😷", "Mal 😷"),
    ],
)
def test_one_sign_may_be_written_in_several_ways(form: str, text: str) -> None:
    document = Document("d", f"😷 Un {text}, oui.")
    (scored,) = parse_ner(mentions(form), document, NAMES).entities
    assert scored.entity.text(document.text) == text


def test_fragments_are_placed_like_whole_mentions() -> None:
    def fragments(*texts: list[str]) -> NerPrediction:
        answer = [{"text": text, "label": "Disorder"} for text in texts]
        return parse_ner(
            json.dumps(answer), Document("d", "Douleur vive du bras, du pied; douleur du cou."), NAMES
        )

    prediction = fragments(["DOULEUR VIVE", "pied"], ["Douleur", "bras"], ["Douleur", "bras"], ["Douleur", "nez"])
    assert [scored.entity.spans for scored in prediction.entities] == [((0, 7), (16, 20)), ((0, 12), (25, 29))]
    assert counts_of(prediction.detail) == {
        "hallucinated": 1,
        "placed": 1,
        "placed normalised": 1,
        "surplus": 1,
    }


def test_a_marker_within_a_mention_is_none() -> None:
    document = Document("d", "Toux, score : 5, fièvre.")
    answer = "Entités : " + mentions("Toux", "score : 5", "fièvre")
    assert len(parse_ner(answer, document, NAMES).entities) == 3
    thought = f"<think>Answer: {mentions('Toux')}</think>{mentions('fièvre')}"
    assert [scored.entity.start for scored in parse_ner(thought, document, NAMES).entities] == [17]


def test_one_place_may_carry_two_labels() -> None:
    both = mentions("père")[:-1] + ", " + mentions("père", label="Anatomie")[1:]
    assert found(both) == [("Anatomie", 75, 79), ("Disorder", 75, 79)]


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ('```json\n[{"text": "père", "label": "Disorder"}]\n```', {"code fence": 1}),
        ('[{"text": "père", "label": "Disorder",},]', {"trailing comma": 2}),
        ('[{"text": "père", "label": "Disorder"}, {"text": "mè', {"cut off": 1}),
        ('[{"text": "père", "label": "Disorder"} {"text": "x", "label": "y"}]', {"missing comma": 1}),
        ("[{'text': 'père', 'label': 'Disorder'}]", {"single quotes": 1}),
        ('Voici : [{"text": "père", "label": "Disorder"}] Voilà.', {"text around": 1}),
        ('{"Disorder": ["père"]}', {}),
        ('{"mentions": [{"mention": "père", "type": "disorder"}]}', {}),
        ('[["père", "Disorder"]]', {}),
        ('{"text": "père", "label": "Disorder"}', {}),
    ],
)
def test_forms_and_repairs(text: str, repairs: dict[str, int]) -> None:
    prediction = parse(text)
    assert [scored.entity.text(TEXT) for scored in prediction.entities] == ["père"]
    counts = counts_of(prediction.detail)
    assert {name: counts[name] for name in repairs} == repairs
    assert counts["placed"] == 1


def test_an_empty_list_is_an_answer_and_words_are_not() -> None:
    assert parse("[]").status is Status.OK
    assert parse("Il n'y en a pas.").status is Status.UNPARSED
    assert parse("").status is Status.UNPARSED


def test_what_the_model_should_answer_is_read_back_as_gold() -> None:
    gold = (
        Entity.of("Disorder", 0, 10),
        Entity.of("Disorder", 17, 21),
        Entity.of("Anatomie", 17, 21),
        Entity("Disorder", ((17, 21), (39, 43))),
        Entity.of("Disorder", 34, 38),
    )
    prediction = parse(completion("ner_span", DOCUMENT, gold))
    assert sorted(scored.entity for scored in prediction.entities) == sorted(gold)
