"""What W&B was told already: it cannot be asked without a network, and asked offline it begins a run anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tabib.core.errors import RecordError
from tabib.records.files import read_json, write_json


class Ledger:
    """A file with the content of each run that was logged, and whether it went to the server or to disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def knows(self, key: str, content: str, mode: str) -> bool:
        """Whether this content was logged before; what lies on disk only is not yet ``online``."""
        found = self._read().get(key)
        return (
            isinstance(found, dict) and found.get("content") == content and found.get("mode") in ("online", mode)
        )

    def add(self, key: str, content: str, mode: str) -> None:
        """Note it, atomically. Raises: OSError."""
        write_json(self._path, self._read() | {key: {"content": content, "mode": mode}})

    def _read(self) -> dict[str, Any]:
        if not self._path.is_file():
            return {}
        try:
            found = read_json(self._path)
        except RecordError:  # damaged: everything is told again, under the same names
            return {}
        return found if isinstance(found, dict) else {}
