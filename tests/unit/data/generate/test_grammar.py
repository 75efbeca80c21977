"""The grammar's format, and that its texts depend on the seed alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tabib.data.generate.grammar import Grammar


def grammar(tmp_path: Path, text: str) -> Grammar:
    path = tmp_path / "grammar.txt"
    path.write_text(text, encoding="utf-8")
    return Grammar.read(path)


def texts(found: Grammar, symbol: str = "note", *, held_out: bool = False, female: bool = False) -> set[str]:
    rng = random.Random(0)
    return {found.expand(symbol, rng, held_out=held_out, female=female) for _ in range(200)}


def test_symbols_are_expanded_and_labels_given_by_the_context(tmp_path: Path) -> None:
    found = grammar(tmp_path, "# a note\n@note\npas de <dis:EXCLUDED>\n@dis\n[? toux]\n[? [ANATOMY col] cassé]\n")
    assert texts(found) == {"pas de [EXCLUDED toux]", "pas de [EXCLUDED [ANATOMY col] cassé]"}


def test_held_out_alternatives_are_never_in_training_texts(tmp_path: Path) -> None:
    found = grammar(tmp_path, "@note\nvu\n+ jamais vu\n-\n")
    assert texts(found) == {"vu", ""}
    assert texts(found, held_out=True) == {"vu", "jamais vu", ""}


def test_a_document_has_one_gender(tmp_path: Path) -> None:
    found = grammar(tmp_path, "@note\n{Il/Elle} est {venu/venue}\n")
    assert texts(found) == {"Il est venu"}
    assert texts(found, female=True) == {"Elle est venue"}


def test_numbers_are_within_their_range(tmp_path: Path) -> None:
    found = grammar(tmp_path, "@note\n<int:3-5>\n")
    assert texts(found) == {"3", "4", "5"}


def test_weights_make_an_alternative_more_likely(tmp_path: Path) -> None:
    found = grammar(tmp_path, "@note\n*9 often\nseldom\n")
    rng = random.Random(0)
    drawn = [found.expand("note", rng, held_out=False, female=False) for _ in range(1000)]
    assert drawn.count("often") == pytest.approx(900, abs=40)


def test_each_use_of_fragments_has_its_own_key(tmp_path: Path) -> None:
    """Else two discontinuous entities of one text would become one."""
    found = grammar(tmp_path, "@note\n<pair> <pair>\n@pair\n[A#1 a] b [A#1 c]\n")
    (text,) = texts(found)
    assert text == "[A#2x1 a] b [A#2x1 c] [A#3x1 a] b [A#3x1 c]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lost\n", r"grammar\.txt:1: an alternative before the first @symbol"),
        ("@a\nx\n@a\ny\n", r"grammar\.txt:3: the symbol 'a' is defined twice"),
        ("@a\n<b>\n", "the symbol 'b' is used but not defined"),
    ],
)
def test_a_wrong_grammar_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grammar(tmp_path, text)
