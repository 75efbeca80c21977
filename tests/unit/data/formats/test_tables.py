"""Tables: what is read is what stands there, and a mistake is answered with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabib.core.errors import DataError
from tabib.data.formats.tables import read_text, read_tsv, write_tsv


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.tsv"


def test_rows_know_their_line(file: Path) -> None:
    file.write_text("id\ttext\n1\ttoux\n2\tfièvre\n", encoding="utf-8")
    assert [(row.line, row["id"], row["text"]) for row in read_tsv(file, ("id", "text"))] == [
        (2, "1", "toux"),
        (3, "2", "fièvre"),
    ]


@pytest.mark.parametrize("content", ["a\t1\nb\t2", "a\t1\nb\t2\n", "a\t1\r\nb\t2\r\n", "\ufeffa\t1\nb\t2\n"])
def test_line_ends_byte_order_marks_and_a_missing_last_line_end_are_fine(file: Path, content: str) -> None:
    file.write_bytes(content.encode())
    rows = read_tsv(file, ("x", "y"), header=False)
    assert [row.values for row in rows] == [{"x": "a", "y": "1"}, {"x": "b", "y": "2"}]


def test_quotes_are_text_unless_quoting_is_asked_for(file: Path) -> None:
    file.write_text('a\t"un ""essai"""\n', encoding="utf-8")
    assert read_tsv(file, ("x", "y"), header=False)[0]["y"] == '"un ""essai"""'
    assert read_tsv(file, ("x", "y"), header=False, quoting=True)[0]["y"] == 'un "essai"'


def test_the_last_columns_may_be_optional(file: Path) -> None:
    file.write_text("a\t1\nb\n", encoding="utf-8")
    rows = read_tsv(file, ("x", "y"), header=False, optional=1)
    assert [row.values for row in rows] == [{"x": "a", "y": "1"}, {"x": "b"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id\tlabel\n", r"table\.tsv:1: expected the columns \['id', 'text'\], found \['id', 'label'\]"),
        (b"", r"table\.tsv:1: expected the columns .* found \[\]"),
        (b"id\ttext\n1\tx\n2\n", r"table\.tsv:3: expected 2 tab-separated values \(id, text\), found 1"),
        (b"id\ttext\n1\tx\ty\n", r"table\.tsv:2: expected 2 .* found 3"),
        (b"id\ttext\n\n1\tx\n", r"table\.tsv:2: expected 2 .* found 0"),
        (b"id\ttext\n1\tt\xe9\n", r"table\.tsv:2: byte 0xe9 is not valid UTF-8"),
    ],
    ids=["header", "empty", "too few", "too many", "empty line", "Latin-1"],
)
def test_a_mistake_is_answered_with_its_line(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_tsv(file, ("id", "text"))


def test_a_quote_that_is_not_closed(file: Path) -> None:
    file.write_text('a\t"b\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"table\.tsv:1: malformed row: unexpected end of data"):
        read_tsv(file, ("x", "y"), header=False, quoting=True)


def test_an_absent_file(file: Path) -> None:
    with pytest.raises(DataError, match=r"table\.tsv: the file does not exist"):
        read_text(file)


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("tables") / "table.tsv"
    write_tsv(file, ("x", "y"), rows)
    assert [(row["x"], row["y"]) for row in read_tsv(file, ("x", "y"))] == rows


@pytest.mark.parametrize("row", [("a\tb", "c"), ("a", "b\nc"), ("a",)])
def test_what_a_table_cannot_hold_is_not_written(file: Path, row: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="expected 2 values without tabs and line ends"):
        write_tsv(file, ("x", "y"), [row])
    assert not file.exists()
