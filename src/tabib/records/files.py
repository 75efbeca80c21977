"""Files of a run folder: written whole or not at all, read with errors that say where."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tabib.core.errors import RecordError


def write_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text so that a reader, or the next start after a kill, sees all of it or the old file.

    Temporary file in the same folder, fsync, rename, fsync of the folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """JSON text; NaN and infinities are refused, because an undefined score is None with a reason."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)


def write_json(path: Path, value: Any) -> None:
    """One JSON document, indented, atomically."""
    write_atomically(path, to_json(value) + "\n")


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object per line, atomically."""
    write_atomically(path, "".join(to_json(row, indent=None) + "\n" for row in rows))


def read_json(path: Path) -> Any:
    """What ``write_json`` wrote.

    Raises:
        RecordError: the file is absent, not UTF-8 or not JSON.
    """
    try:
        return json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise RecordError(f"{path}:{error.lineno}: not valid JSON ({error.msg}); the file is damaged") from error


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """What ``write_jsonl`` wrote.

    Raises:
        RecordError: the file is absent, not UTF-8, or a line is not a JSON object.
    """
    rows: list[dict[str, Any]] = []
    # Not splitlines: a text may hold U+2028, which is a line end for Python and not for JSON lines.
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise RecordError(f"{path}:{number}: not valid JSON ({error.msg}); the file is damaged") from error
        if not isinstance(row, dict):
            raise RecordError(f"{path}:{number}: expected a JSON object, found {type(row).__name__}")
        rows.append(row)
    return rows


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RecordError(f"{path} is absent; the run folder is incomplete") from error
    except (UnicodeDecodeError, OSError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
