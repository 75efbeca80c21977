"""Where the files of a corpus are served to everybody: addresses, what becomes of the files, and their checksums.

No address is of a publisher that asks for a form, a login or an agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as it is served.

    Args:
        url: its address.
        name: what it becomes, below the corpus's place; empty: the place itself, or an archive that is unpacked.
        unpack: an archive's files and folders that the corpus is made of, by their names, wherever in the archive
            they are → what they become, below the corpus's place (empty: the place itself).
        checksum: ``sha256:…`` or ``md5:…`` of what is served, hexadecimal; empty where nobody states it.
    """

    url: str
    name: str = ""
    unpack: Mapping[str, str] = field(default_factory=dict)
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class RemoteRecord:
    """A record of Zenodo, which is asked for its files, their sizes and checksums.

    Args:
        url: of the record, for programs (``https://zenodo.org/api/records/…``).
        files: patterns of file names; all that one fits are archives to be unpacked.
        unpack: see ``RemoteFile``; each name is in one of the archives.
    """

    url: str
    files: tuple[str, ...]
    unpack: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remote:
    """All that a corpus is made of.

    Args:
        place: what the files make, below a data directory: one of the card's folders or archives.
        licence_page: where the licence is stated.
        files: what has to be received.
        contents: SHA-256 of files below the place, where they are known; for what comes inside archives.
    """

    place: str
    licence_page: str
    files: tuple[RemoteFile | RemoteRecord, ...]
    contents: Mapping[str, str] = field(default_factory=dict)


def as_named(*names: str) -> dict[str, str]:
    """For ``unpack``: what keeps its name."""
    return {name: name for name in names}
