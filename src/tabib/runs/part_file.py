"""What is there of a file that is being received, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tabib.core.errors import RecordError
from tabib.records.files import read_json, write_json


class PartFile:
    """A part of a file, ``<file>.part``, with ``<file>.part.json`` beside it: address, size and version.

    Args:
        target: what the file is called when it is whole.
        url: where it is from; a part of another address's file is none of this one.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._target = target
        self._url = url
        self._beside = self.path.with_name(f"{self.path.name}.json")

    def begin(self, size: int | None, headers: Mapping[str, str]) -> None:
        """Forget what there is, and write down what a later call needs to go on: nothing, where the server does
        not say how large the file is and which version of it this is (a strong ``ETag``, or ``Last-Modified``)."""
        self.remove()
        etag = headers.get("etag", "")
        version = etag if etag and not etag.startswith("W/") else headers.get("last-modified", "")
        if version and size is not None:
            write_json(self._beside, {"url": self._url, "size": size, "version": version})

    def state(self) -> dict[str, Any]:
        """``size`` (of the whole, bytes) and ``version``; empty where there is nothing to go on with."""
        if not self.path.is_file() or not self._beside.is_file():
            return {}
        try:
            state = read_json(self._beside)
        except RecordError:
            return {}
        whole = (
            isinstance(state, dict)
            and isinstance(state.get("size"), int)
            and isinstance(state.get("version"), str)
            and state.get("url") == self._url
        )
        return state if whole and self.size <= state["size"] else {}

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size

    def finish(self) -> None:
        """Give it its name."""
        self.path.replace(self._target)
        self.remove()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self._beside.unlink(missing_ok=True)
