"""Questions follow from the facts of the families, and their letters from the options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tabib.data.generate.corpora import GRAMMARS
from tabib.data.generate.grammar import Grammar
from tabib.data.generate.markup import agree_en, agree_fr, capitalise
from tabib.data.generate.mcqa import McqaRecipe

AGREE = {"fr": agree_fr, "en": agree_en}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def facts(language: str) -> dict[str, dict[str, str]]:
    rules = Grammar.read(GRAMMARS / f"mcqa_{language}.txt").rules
    return {
        symbol.removeprefix("family-"): {
            key: AGREE[language](value) for key, value in (line.text.split(" = ") for line in lines)
        }
        for symbol, lines in rules.items()
        if symbol.startswith("family-")
    }


def rows(language: str, folder: Path) -> list[dict[str, Any]]:
    McqaRecipe(GRAMMARS / f"mcqa_{language}.txt", (80, 30, 30), AGREE[language]).write_corpus("other", folder)
    return [
        json.loads(line)
        for split in ("train", "dev", "test")
        for line in (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def test_families_state_the_same_things_and_no_two_alike(language: str) -> None:
    families = list(facts(language).values())
    assert len({tuple(family) for family in families}) == 1
    values = [value for family in families for value in family.values()]
    assert len(values) == len(set(values))


def test_no_question_is_asked_twice(language: str, tmp_path: Path) -> None:
    questions = [row["question"] for row in rows(language, tmp_path)]
    assert len(questions) == len(set(questions)) == 140


def test_what_is_right_follows_from_the_facts(language: str, tmp_path: Path) -> None:
    """A right option names a value of the asked family, or a medicine of the family with the asked value."""
    known = facts(language)
    for row in rows(language, tmp_path):
        assert len(row["options"]) == len(set(row["options"])) in (4, 5)
        assert row["single"] <= (len(row["right"]) == 1)
        asked = [family for family in known if family in row["question"].lower()]
        for letter, option in zip("ABCDE", row["options"], strict=False):
            if asked:
                true = any(has(option, value) for value in known[asked[0]].values())
            else:
                family = next(name for name in known if option.lower().endswith(name))
                true = any(has(row["question"], value) for value in known[family].values())
            assert true == (letter in row["right"]), row


def has(text: str, value: str) -> bool:
    """Whether a text has the value as it is, capitalised, or after an elision."""
    return any(form in text for form in (value, capitalise(value), agree_fr(f"de {value}")))
