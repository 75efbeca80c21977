"""A sentence's numbers come from tables, and from nowhere else."""

import pytest

from tabib.reports.statements import Book, Citation, Statement, enumerated

TABLES = {
    "thresholds": [
        {"threshold": 0.5, "kept": 1204, "precision": 0.8125, "precision_low": 0.79, "precision_high": 0.84},
        {"threshold": 0.85, "kept": 700, "precision": 0.931, "precision_low": None, "precision_high": None},
        {"threshold": 0.95, "kept": 0, "precision": None, "precision_low": None, "precision_high": None},
    ],
    "types": [{"label": "Age"}, {"label": "Sex"}, {"label": "Dosage"}],
}
BOOK = Book(TABLES)


def test_a_number_is_written_as_its_table_has_it():
    kept = BOOK.cite("thresholds", "kept", "count", threshold=0.5)
    precision = BOOK.cite("thresholds", "precision", "percent", interval=True, threshold=0.5)
    said = Statement(
        "Kept are {kept} entities, {precision} of them right.", {"kept": kept, "precision": precision}
    )

    assert said.text == "Kept are 1,204 entities, 81.2% [79.0, 84.0] of them right."
    assert said.to_json()["cited"]["kept"] == {"table": "thresholds", "row": 0, "column": "kept", "value": 1204}


def test_another_cell_is_another_text():
    tables = {"thresholds": [TABLES["thresholds"][0] | {"kept": 1205}]}

    assert Book(tables).cite("thresholds", "kept", "count", threshold=0.5).text == "1,205"


def test_what_is_undefined_is_said_to_be_so():
    assert BOOK.cite("thresholds", "precision", "percent", threshold=0.95).text == "n/a"


def test_an_interval_that_is_not_defined_is_not_written():
    assert BOOK.cite("thresholds", "precision", "percent", interval=True, threshold=0.85).text == "93.1%"


@pytest.mark.parametrize("words", ["about 90% are right", "at .9", "9 of ten", "from 0.85 on"])
def test_no_number_is_typed_into_the_words(words):
    with pytest.raises(ValueError, match="no table gives"):
        Statement(words)


def test_names_with_digits_are_words():
    assert Statement("F1 with int8, ICD-O").text == "F1 with int8, ICD-O"


def test_words_and_citations_name_the_same():
    with pytest.raises(ValueError, match="cited are"):
        Statement("{kept} entities")
    with pytest.raises(ValueError, match="cited are"):
        Statement("entities", {"kept": Citation("t", 0, "c", 1, "1")})


def test_a_cell_that_is_not_there_or_not_one_is_a_mistake():
    with pytest.raises(LookupError, match="no table"):
        BOOK.cite("nothing", "kept", "count")
    with pytest.raises(LookupError, match="expected one"):
        BOOK.cite("thresholds", "kept", "count", threshold=0.6)
    with pytest.raises(LookupError, match="expected one"):
        BOOK.cite("thresholds", "kept", "count", precision_low=None)
    with pytest.raises(LookupError, match="no column"):
        BOOK.cite("thresholds", "f1", "percent", threshold=0.5)


def test_lists_of_names_are_cited_too():
    cited = BOOK.cite_all("types", "label", [0, 2])

    assert Statement(f"Types: {enumerated(cited)}.", cited).text == "Types: Age and Dosage."


@pytest.mark.parametrize(
    ("style", "value", "text"),
    [
        ("points", 0.0213, "+2.1"),
        ("ratio", 1.52, "1.5×"),
        ("ratio", 25.2, "25×"),
        ("number", 0.85, "0.85"),
        ("number", 1234.5, "1,234"),
        ("duration", 0.0354, "35.4 ms"),
        ("duration", 4.21, "4.2 s"),
        ("duration", 732, "12 min"),
        ("duration", 12600, "3.5 h"),
        ("duration", 200000, "2.3 days"),
        ("text", "Age", "Age"),
    ],
)
def test_styles(style, value, text):
    assert Book({"t": [{"c": value}]}).cite("t", "c", style).text == text
