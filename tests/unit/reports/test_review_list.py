"""The review list: what is in it, that a spreadsheet runs nothing of it, and that no list is lost."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tabib.core.errors import ConfigError
from tabib.core.spans import Entity
from tabib.reports.review_list import check_no_review, check_review, write_review
from tabib.runs.deployment import ReviewItem


def read(folder: Path) -> list[dict[str, str]]:
    with (folder / "review.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_entities_and_whole_documents(tmp_path: Path) -> None:
    items = [
        ReviewItem("n1", "the model gave no answer"),
        ReviewItem("n2", "confidence below 0.9", Entity.of("Sex", 3, 6), "man", 0.25),
        ReviewItem("n2", "no confidence", Entity("Sign", ((4, 6), (8, 9))), "ab c"),
    ]
    write_review(tmp_path, items)
    empty = dict.fromkeys(("start", "end", "spans", "type", "text", "confidence"), "")
    assert read(tmp_path) == [
        {"document": "n1", **empty, "why": "the model gave no answer"},
        {
            "document": "n2",
            "start": "3",
            "end": "6",
            "spans": "",
            "type": "Sex",
            "text": "man",
            "confidence": "0.25",
            "why": "confidence below 0.9",
        },
        {
            "document": "n2",
            "start": "4",
            "end": "9",
            "spans": "4 6;8 9",
            "type": "Sign",
            "text": "ab c",
            "confidence": "",
            "why": "no confidence",
        },
    ]
    rows = [json.loads(line) for line in (tmp_path / "review.jsonl").read_text().splitlines()]
    assert rows[0] == {"document": "n1", "why": "the model gave no answer"}
    assert rows[2]["spans"] == [[4, 6], [8, 9]]
    assert "confidence" not in rows[2]


def test_nothing_to_review_is_a_head_line(tmp_path: Path) -> None:
    write_review(tmp_path, [])
    assert (tmp_path / "review.csv").read_text() == "document,start,end,spans,type,text,confidence,why\n"
    assert (tmp_path / "review.jsonl").read_text() == ""


def test_no_cell_is_a_formula_and_the_exact_text_is_kept(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x")'
    write_review(tmp_path, [ReviewItem("+1", evil, Entity.of("@T", 0, 3), evil)])
    (row,) = read(tmp_path)
    for column in ("document", "type", "text", "why"):
        assert row[column].startswith("'"), column
    assert json.loads((tmp_path / "review.jsonl").read_text())["text"] == evil


def test_a_list_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    check_review(tmp_path, ["n1"], [], overwrite=False)
    write_review(tmp_path, [ReviewItem("n1", "why")])
    with pytest.raises(ConfigError, match="exists; choose another folder"):
        check_review(tmp_path, ["n1"], [], overwrite=False)
    check_review(tmp_path, ["n1", "n2"], [], overwrite=True)


def test_a_list_of_other_documents_is_never_replaced(tmp_path: Path) -> None:
    write_review(tmp_path, [ReviewItem("n1", "why")])
    with pytest.raises(ConfigError, match="other documents \\('n1', for one\\), which would be lost"):
        check_review(tmp_path, ["n2"], [], overwrite=True)


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is an input"):
        check_review(tmp_path, [], [tmp_path / "review.jsonl"], overwrite=True)


def test_a_list_that_does_not_go_with_new_annotations_is_an_error(tmp_path: Path) -> None:
    check_no_review(tmp_path)
    write_review(tmp_path, [])
    with pytest.raises(ConfigError, match="of an earlier call with a threshold"):
        check_no_review(tmp_path)
