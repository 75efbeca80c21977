"""JSON lists and JSON lines: every item knows its place, and says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.data.formats.json_items import Item, read_json_lines, read_json_list


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.json"


def test_the_items_of_a_list_are_numbered(file: Path) -> None:
    file.write_text('[{"id": "a"}, {"id": 7}]', encoding="utf-8")
    assert [(item.number, item.id()) for item in read_json_list(file)] == [(1, "a"), (2, "7")]


def test_the_items_of_lines_know_their_lines_and_empty_ones_do_not_count(file: Path) -> None:
    file.write_bytes(b'{"text": "a\\r\\nb"}\r\n\r\n{"text": "c"}')
    items = read_json_lines(file)
    assert [(item.number, item.line, item.text("text")) for item in items] == [(1, 1, "a\r\nb"), (2, 3, "c")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "expected a JSON list of objects, found an object"),
        ("[]", "the list is empty"),
        ('[{"id": 1}, 2]', "item 2: expected an object, found a number"),
        ('[{"id": 1},\n{"id" 2}]', "questions.json:2: not JSON: "),
    ],
)
def test_what_is_no_list_of_objects(file: Path, content: str, message: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_json_list(file)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("\n", "there are no items"),
        ('{"id": 1}\n[2]', "questions.json:2: expected a JSON object, found a list"),
        ('{"id": 1}\n{"id": ', "questions.json:2: not a JSON object: "),
    ],
)
def test_what_is_no_object_on_a_line(file: Path, content: str, message: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_json_lines(file)
    assert message in str(caught.value)


ITEM = Item(Path("x.jsonl"), 2, {"id": True, "empty": " ", "number": 3, "mixed": ["a", 1]}, line=5)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda item: item.get("text"), "the field 'text' is absent; found id, empty, number, mixed"),
        (lambda item: item.text("empty"), "the field 'empty' is empty"),
        (lambda item: item.text("number"), "the field 'number' must be a text, found 3"),
        (lambda item: item.texts("mixed"), "the field 'mixed' must be a list of texts"),
        (lambda item: item.id(), "the field 'id' must be a text, found true"),
    ],
)
def test_a_field_of_another_kind_is_named_with_its_line(read: object, message: str) -> None:
    assert callable(read)
    with pytest.raises(DataError, match=r"x\.jsonl:5: ") as caught:
        read(ITEM)
    assert message in str(caught.value)
