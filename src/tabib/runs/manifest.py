"""What has been gathered into a folder: the size and SHA-256 of every file, and the sources of published ones.

``manifest.json`` is an object: place below the folder → file below that place (empty: the place is a file) →
``size`` in bytes and ``sha256``. Its key ``sources`` holds, for each place that came from publishers, address →
the same of the file that was served there, with ``licence`` and ``licence_page``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tabib.core.errors import RecordError
from tabib.records.files import read_json, write_json

MANIFEST = "manifest.json"
_SOURCES = "sources"

Entry = dict[str, Any]
"""``size`` (bytes) and ``sha256``, and whatever else is known of a file."""


class Manifest:
    """Of one folder.

    Args:
        folder: need not be there yet.

    Raises:
        RecordError: the manifest is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / MANIFEST
        content = read_json(self.path) if self.path.is_file() else {}
        sources = content.pop(_SOURCES, {}) if isinstance(content, dict) else None
        if not _is_well_formed(content) or not _is_well_formed(sources):
            raise RecordError(f"{self.path} is damaged; remove it, and everything is looked at anew")
        self._places: dict[str, dict[str, Entry]] = content
        self._sources: dict[str, dict[str, Entry]] = dict(sources or {})

    def enter(self, place: str, files: Mapping[str, Entry], sources: Mapping[str, Entry] | None = None) -> None:
        """Say what a place is to hold, before its first file is there: what an interruption leaves is then known
        not to be whole, and is never a source itself.

        Args:
            sources: where the files are from; None: not from publishers.
        """
        self._places[place] = dict(files)
        self._sources.pop(place, None)
        if sources:
            self._sources[place] = dict(sources)
        write_json(self.path, self._places | ({_SOURCES: self._sources} if self._sources else {}))

    def source(self, url: str) -> Entry | None:
        """What an address served the last time; None where it never did, or not for what is here now."""
        return next((sources[url] for sources in self._sources.values() if url in sources), None)

    def target(self, place: str, below: str) -> Path:
        return self.folder / place / below if below else self.folder / place

    def wrong_files(self, place: str) -> list[str] | None:
        """The files of a place that are not what they were when they were gathered; None where none ever were."""
        if not (files := self._places.get(place)):
            return None
        return [below for below, entry in files.items() if not is_same(self.target(place, below), entry)]

    def size(self, place: str) -> int:
        """Bytes of a place."""
        return sum(entry["size"] for entry in self._places[place].values())

    def damage(self, place: str, wrong: Sequence[str] | None) -> str:
        """Why what lies in a place is not taken, before the words that say that there is nothing else."""
        if not wrong:
            return ""
        named = ", ".join(str(self.target(place, below)) for below in wrong[:3])
        return (
            f"{len(wrong)} files are absent or not what {self.path} says (for example {named}), and nothing"
            " else was found to mend them with. Where they are right, remove the manifest. "
        )


def entry_of(path: Path) -> Entry:
    """The entry of a file as it is."""
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder by their names below it, sorted; links are followed."""
    for root, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


def is_same(path: Path, entry: Mapping[str, Any]) -> bool:
    """Whether a file is what an entry says."""
    if not path.is_file() or path.stat().st_size != entry["size"]:
        return False
    return bool(entry_of(path)["sha256"] == entry["sha256"])


def _is_well_formed(content: Any) -> bool:
    return isinstance(content, dict) and all(
        isinstance(files, dict)
        and all(isinstance(entry, dict) and {"size", "sha256"} <= set(entry) for entry in files.values())
        for files in content.values()
    )
