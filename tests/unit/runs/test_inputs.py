"""Reading what is to be annotated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.core.errors import DataError
from tabib.core.examples import Document
from tabib.runs.inputs import read_documents


def lines(folder: Path, *rows: str) -> Path:
    path = folder / "new.jsonl"
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("task", "row", "document"),
    [
        ("classification", '{"id": "d", "text": "toux", "label": "x"}', Document("d", "toux")),
        ("ner_span", '{"id": "d", "text": "toux"}', Document("d", "toux", ((0, 4),))),
        ("similarity", '{"id": "d", "text": "un", "second": "deux"}', Document("d", "un", second="deux")),
        ("similarity", '{"id": "d", "text": "un", "text2": ""}', Document("d", "un")),
        ("mcqa", '{"id": "d", "text": "?", "options": ["x", "y"]}', Document("d", "?", options=("x", "y"))),
        (
            "mcqa",
            '{"id": "d", "text": "?", "options": ["x", "y"], "single": true}',
            Document("d", "?", options=("x", "y"), single=True),
        ),
    ],
)
def test_a_row_as_the_task_needs_it(task: str, row: str, document: Document, tmp_path: Path) -> None:
    assert read_documents([lines(tmp_path, row, "")], task) == [document]


@pytest.mark.parametrize(
    ("task", "row", "message"),
    [
        ("classification", '{"id": "d"}', 'new.jsonl:1: expected {"id": "…", "text": "…"}, both text'),
        ("classification", "[1]", 'new.jsonl:1: expected {"id": "…", "text": "…"}, both text'),
        ("classification", '{"id": ', "new.jsonl:1: not valid JSON"),
        ("classification", '{"id": "d", "text": "\\ud800"}', "the text is not Unicode: U+D800 at character 0"),
        ("similarity", '{"id": "d", "text": "un"}', '"second": "…"} (or "text2")'),
        ("similarity", '{"id": "d", "text": "un", "second": "\\udc00"}', "the text is not Unicode"),
        ("mcqa", '{"id": "d", "text": "?"}', '"options": ["…", "…"]}'),
        ("mcqa", '{"id": "d", "text": "?", "options": ["x"]}', '"options": ["…", "…"]}'),
        ("mcqa", '{"id": "d", "text": "?", "options": "xy"}', '"options": ["…", "…"]}'),
        ("mcqa", '{"id": "d", "text": "?", "options": ["x", 2]}', '"options": ["…", "…"]}'),
        ("mcqa", '{"id": "d", "text": "?", "options": ["x", "y"], "single": "yes"}', '"single": true'),
    ],
)
def test_a_wrong_row_is_named_with_what_was_expected(task: str, row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read_documents([lines(tmp_path, row)], task)
    assert message in str(error.value)


@pytest.mark.parametrize("task", ["similarity", "mcqa"])
def test_pairs_and_questions_do_not_fit_into_a_text_file(task: str, tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("toux", encoding="utf-8")
    with pytest.raises(DataError, match=f"a .txt file holds one text; for {task}, expected a .jsonl file"):
        read_documents([path], task)
    assert read_documents([path], "classification") == [Document("one", "toux")]


def test_an_id_is_given_once(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"new.jsonl:2: the id 'd' was given before, by .*new.jsonl:1"):
        read_documents([lines(tmp_path, *['{"id": "d", "text": "x"}'] * 2)], "classification")


@pytest.mark.parametrize(("name", "message"), [("a.csv", "expected a .txt or .jsonl file, found '.csv'")])
def test_other_files_are_refused(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_documents([tmp_path / name], "classification")
    with pytest.raises(DataError, match="the file holds no documents"):
        read_documents([lines(tmp_path, "")], "classification")
