"""Marked text made plain, and what composition leaves mended."""

from __future__ import annotations

import pytest

from tabib.core.spans import Entity
from tabib.data.generate.markup import agree_en, agree_fr, capitalise, parse


def test_marks_become_entities_of_the_plain_text() -> None:
    text, entities = parse("une [DISORDER fracture du [ANATOMY tibia]].")
    assert text == "une fracture du tibia."
    assert entities == (Entity.of("DISORDER", 4, 21), Entity.of("ANATOMY", 16, 21))


def test_fragments_with_one_key_are_one_entity() -> None:
    text, entities = parse("[D [D#1 douleurs] des mains] et [D#1 des pieds]")
    assert [entity.text(text) for entity in entities] == ["douleurs des mains", "douleurs des pieds"]
    assert entities[1].spans == ((0, 8), (22, 31))


def test_one_span_may_have_two_labels() -> None:
    assert parse("[A [B x]]")[1] == (Entity.of("A", 0, 1), Entity.of("B", 0, 1))


@pytest.mark.parametrize("marked", ["[A x", "x]", "[ x]"])
def test_brackets_that_do_not_pair_are_refused(marked: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|label"):
        parse(marked)


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("fracture de le [ANATOMY tibia]", "fracture du [ANATOMY tibia]"),
        ("douleur à le [ANATOMY genou]", "douleur au [ANATOMY genou]"),
        ("œdème de les [ANATOMY mains]", "œdème des [ANATOMY mains]"),
        ("au sujet de des maux de dos", "au sujet de maux de dos"),
        ("prise de [DRUG aspirine]", "prise d'[DRUG aspirine]"),
        ("crise de [A [B épilepsie]]", "crise d'[A [B épilepsie]]"),
        ("bilan de une hernie", "bilan d'une hernie"),
        ("absence de hématome", "absence d'hématome"),
        ("absence de hernie", "absence de hernie"),
        ("de la [ANATOMY hanche]", "de la [ANATOMY hanche]"),
    ],
)
def test_french_contractions(apart: str, together: str) -> None:
    assert agree_fr(apart) == together


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("a [PROCEDURE MRI of the knee]", "an [PROCEDURE MRI of the knee]"),
        ("A [DISORDER ulcer]", "An [DISORDER ulcer]"),
        ("a [DEVICE urinary catheter]", "a [DEVICE urinary catheter]"),
        ("a 84-year-old man", "an 84-year-old man"),
        ("a week", "a week"),
    ],
)
def test_english_articles(apart: str, together: str) -> None:
    assert agree_en(apart) == together


def test_sentences_begin_with_a_capital_and_initials_end_none() -> None:
    assert (
        capitalise("madame B. consulte.  [DRUG aspirine] arrêtée.")
        == "Madame B. consulte. [DRUG Aspirine] arrêtée."
    )
