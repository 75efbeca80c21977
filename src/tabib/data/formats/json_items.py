"""JSON lists and JSON lines as items that know where they stand, so that every message names the place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.core.errors import DataError
from tabib.data.formats.tables import read_text


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a file.

    Args:
        path: the file.
        number: of the item, 1-based.
        values: its fields.
        line: that it stands on, 1-based; None where items are not lines.
    """

    path: Path
    number: int
    values: Mapping[str, Any]
    line: int | None = None

    def error(self, message: str) -> DataError:
        """``message`` with the place."""
        if self.line is not None:
            return DataError(message, path=self.path, line=self.line)
        return DataError(f"item {self.number}: {message}", path=self.path)

    def get(self, field: str) -> Any:
        """A field that must be there. Raises: DataError."""
        if field not in self.values:
            raise self.error(f"the field {field!r} is absent; found {', '.join(self.values) or 'none'}")
        return self.values[field]

    def text(self, field: str) -> str:
        """A field that must be a text that says something, as it is. Raises: DataError."""
        value = self.get(field)
        if not isinstance(value, str):
            raise self.error(f"the field {field!r} must be a text, found {json.dumps(value, ensure_ascii=False)}")
        if not value.strip():
            raise self.error(f"the field {field!r} is empty")
        return value

    def texts(self, field: str) -> list[str]:
        """A field that must be a list of texts. Raises: DataError."""
        value = self.get(field)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.error(f"the field {field!r} must be a list of texts, found {_kind(value)}")
        return value

    def id(self, field: str = "id") -> str:
        """A field that names the item: a text or a whole number. Raises: DataError."""
        value = self.get(field)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text(field)


def read_json_list(path: Path) -> list[Item]:
    """The items of a file that holds one JSON list of objects.

    Raises:
        DataError: the file is absent, not UTF-8, not JSON (names the line), no list of objects, or the list is
            empty.
    """
    loaded = read_json(path)
    if not isinstance(loaded, list):
        raise DataError(f"expected a JSON list of objects, found {_kind(loaded)}", path=path)
    if not loaded:
        raise DataError("the list is empty", path=path)
    for number, values in enumerate(loaded, 1):
        if not isinstance(values, dict):
            raise DataError(f"item {number}: expected an object, found {_kind(values)}", path=path)
    return [Item(path, number, values) for number, values in enumerate(loaded, 1)]


def read_json_lines(path: Path) -> list[Item]:
    """The items of a file with one JSON object on each line; empty lines are passed over.

    Raises:
        DataError: the file is absent, not UTF-8, or has no items; with its line: what is not a JSON object.
    """
    items: list[Item] = []
    for line, content in enumerate(read_text(path).split("\n"), 1):
        if not content.strip():
            continue
        try:
            values = json.loads(content)
        except ValueError as error:
            raise DataError(f"not a JSON object: {error}", path=path, line=line) from None
        if not isinstance(values, dict):
            raise DataError(f"expected a JSON object, found {_kind(values)}", path=path, line=line)
        items.append(Item(path, len(items) + 1, values, line))
    if not items:
        raise DataError("there are no items: the split is empty", path=path)
    return items


def read_json_items(path: Path) -> list[Item]:
    """The items of a file that holds a JSON list, or an object on each line: the Hub takes either for ``.json``.

    Raises:
        DataError: as ``read_json_list`` or ``read_json_lines``.
    """
    return read_json_list(path) if read_text(path).lstrip().startswith("[") else read_json_lines(path)


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises: DataError with the line where it is not JSON."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f"not JSON: {error.msg}", path=path, line=error.lineno) from None


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
