"""Prompts say what is asked, in both languages, whatever the text holds."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.core.errors import ConfigError
from tabib.core.examples import Document, Example
from tabib.core.spans import Entity
from tabib.models.decoders.prompts import (
    TEMPLATES,
    YES_NO,
    Prompting,
    check_template,
    completion,
    cut,
    judgement,
    prompt,
)
from tabib.models.decoders.templates import FOLDER, LANGUAGES

DOCUMENT = Document("d", "Texte {{ 7*7 }} {% if %} {# x #} {0} %s", second="L'autre", options=("Oui {{", "Non"))
LABELS = ("Anatomie", "Maladie")
GOLD: dict[str, tuple[Any, str]] = {
    "mcqa": (("A", "B"), "A, B"),
    "classification": ("Maladie", "Maladie"),
    "multilabel": (("Anatomie", "Maladie"), '["Anatomie", "Maladie"]'),
    "similarity": (3.5, "3.5"),
    "ner_span": ((Entity.of("Maladie", 0, 5),), '[{"text": "Texte", "label": "Maladie"}]'),
    "ner_token": ((), "[]"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("task", sorted(TEMPLATES))
def test_braces_of_the_text_are_text(task: str, language: str) -> None:
    (message,) = prompt(task, DOCUMENT, LABELS, prompting=Prompting(language))
    assert DOCUMENT.text in message.content
    assert message.role == "user"
    assert message.content == message.content.strip()
    assert message.content.endswith(":")


@pytest.mark.parametrize("task", sorted(GOLD))
def test_what_should_be_answered(task: str) -> None:
    gold, expected = GOLD[task]
    assert completion(task, DOCUMENT, gold) == expected


def test_examples_are_turns_and_the_instructions_are_said_once() -> None:
    shots = [Example(Document(f"s{n}", f"Exemple {n}"), "Maladie") for n in range(2)]
    messages = prompt("classification", DOCUMENT, LABELS, shots, Prompting(system="Sois bref."))
    roles = [message.role for message in messages]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [message.content for message in messages if message.role == "assistant"] == ["Maladie", "Maladie"]
    assert ["Anatomie ; Maladie" in message.content for message in messages] == [False, True] + [False] * 4


def test_a_question_says_whether_one_option_is_right() -> None:
    several = prompt("mcqa", DOCUMENT, ())[0].content
    one = prompt("mcqa", Document("q", "?", options=("x", "y"), single=True), ())[0].content
    assert "A) Oui {{\nB) Non\n" in several
    assert "Une ou plusieurs propositions sont justes" in several
    assert "Une seule proposition est juste" in one


def test_a_long_label_list_is_left_out() -> None:
    many = [f"C{n}" for n in range(5)]
    assert "C4" in prompt("classification", Document("d", "x"), many)[0].content
    assert (
        "C4"
        not in prompt("classification", Document("d", "x"), many, prompting=Prompting(max_labels=4))[0].content
    )


def test_one_option_or_label_is_judged_by_itself() -> None:
    shots = [Example(Document("s", "?", options=("x", "y", "z")), ("B",))] * 2
    messages = judgement("mcqa", DOCUMENT, "B", shots)
    assert "La proposition B est-elle juste" in messages[0].content
    assert "La proposition A est-elle juste" in messages[2].content
    assert (messages[1].content, messages[3].content) == YES_NO["fr"]
    assert "« Maladie »" in judgement("multilabel", DOCUMENT, "Maladie")[0].content


def test_a_text_is_cut_where_asked() -> None:
    short = Prompting(max_chars=5)
    assert cut(DOCUMENT, short)
    assert not cut(DOCUMENT, Prompting())
    assert "Texte : Texte\n" in prompt("classification", DOCUMENT, LABELS, prompting=short)[0].content


def test_an_example_shows_no_entity_beyond_its_text() -> None:
    shot = Example(Document("s", "Toux et fièvre"), (Entity.of("Maladie", 0, 4), Entity.of("Maladie", 8, 14)))
    messages = prompt("ner_span", DOCUMENT, LABELS, [shot], Prompting(max_chars=10))
    assert messages[1].content == '[{"text": "Toux", "label": "Maladie"}]'


def test_a_template_is_checked_before_anything_is_loaded() -> None:
    check_template("{% if first %}{{ labels | join }}{% endif %}{{ text }} {{ options[0].text }} {{ about }}")
    for language in LANGUAGES:
        for path in (FOLDER / language).glob("*.j2"):
            check_template(path.read_text(encoding="utf-8"))
    with pytest.raises(ConfigError, match=r"backend_args\.template: it names 'texte'; expected about, first,"):
        check_template("{{ texte }}")
    with pytest.raises(ConfigError, match=r"backend_args\.template"):
        check_template("{% if %}")


def test_a_template_of_ones_own_can_reach_nothing_but_its_values() -> None:
    own = Prompting(template="{{ text }} parmi {{ labels | length }} ?")
    assert prompt("classification", DOCUMENT, LABELS, prompting=own)[0].content == f"{DOCUMENT.text} parmi 2 ?"
    for wrong in (
        "{{ absent }}",
        "{% if %}",
        "{{ text.__class__.__mro__ }}",
        "{{ labels.append('x') }}",
        "{{ 1 / 0 }}",
        "{{ text + 1 }}",
    ):
        with pytest.raises(ConfigError, match=r"backend_args\.template"):
            prompt("classification", DOCUMENT, LABELS, prompting=Prompting(template=wrong))
