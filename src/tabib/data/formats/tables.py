"""Plain text and tab-separated tables as UTF-8, with the line in every message."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tabib.core.errors import DataError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its values by column, and the (last) line that it stands on, 1-based."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def read_text(path: Path) -> str:
    """The file's text as it is: line ends are kept, a byte order mark is not part of it.

    Raises:
        DataError: the file is absent, or a byte is not UTF-8 (names its line).
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError("the file does not exist", path=path) from None
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror}", path=path) from error
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"byte 0x{content[error.start]:02x} is not valid UTF-8; save the file as UTF-8", path=path, line=line
        ) from error


def read_tsv(
    path: Path, columns: Sequence[str], *, header: bool = True, quoting: bool = False, optional: int = 0
) -> list[Row]:
    """The rows of a tab-separated file.

    Args:
        columns: their names, in order.
        header: whether the first line names the columns (it must name exactly these).
        quoting: whether a value may stand in double quotes, doubled inside (RFC 4180); else quotes are text.
        optional: how many of the last columns a row may lack.

    Raises:
        DataError: the file is absent or not UTF-8, has another header, or a row has another number of values.
    """
    lines = read_text(path).split("\n")
    if lines[-1] == "":
        lines.pop()
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter="\t",
        quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
        strict=True,
    )
    rows: list[Row] = []
    try:
        if header:
            found = next(reader, [])
            if found != list(columns):
                raise DataError(f"expected the columns {list(columns)}, found {found}", path=path, line=1)
        for values in reader:
            missing = len(columns) - len(values)
            if not 0 <= missing <= optional:
                raise DataError(
                    f"expected {len(columns)} tab-separated values ({', '.join(columns)}), found {len(values)}",
                    path=path,
                    line=reader.line_num,
                )
            rows.append(Row(reader.line_num, dict(zip(columns, values, strict=False))))
    except csv.Error as error:
        raise DataError(f"malformed row: {error}", path=path, line=reader.line_num) from error
    return rows


def read_table(path: Path, needed: Sequence[str], *, quoting: bool = False) -> list[Row]:
    """The rows of a tab-separated file whose header names more columns than are needed, or in another order.

    Args:
        needed: columns that must be there.
        quoting: see ``read_tsv``.

    Raises:
        DataError: as ``read_tsv``; or a column is absent.
    """
    columns = read_text(path).split("\n", 1)[0].rstrip("\r").split("\t")
    if absent := [column for column in needed if column not in columns]:
        raise DataError(f"the column {absent[0]!r} is absent, found {columns}", path=path, line=1)
    return read_tsv(path, columns, quoting=quoting)


def write_tsv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a header, unquoted, that ``read_tsv`` reads back.

    Raises:
        ValueError: a value holds a tab or a line end, which such a table cannot hold.
    """
    table = [list(columns), *map(list, rows)]
    for row in table:
        if len(row) != len(columns) or any(sign in value for value in row for sign in "\t\n\r"):
            raise ValueError(f"expected {len(columns)} values without tabs and line ends, got {row}")
    path.write_bytes("".join("\t".join(row) + "\n" for row in table).encode())
