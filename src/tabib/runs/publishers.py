"""A corpus from its publishers: received, unpacked, checked, loaded, and only then put where runs look for it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from tabib.core.errors import DataError
from tabib.data.archives import FileTree, open_tree
from tabib.data.corpus import Card
from tabib.data.load import load_corpus
from tabib.data.remote import Remote, RemoteFile, RemoteRecord
from tabib.data.soundness import count_problems
from tabib.runs.manifest import Entry, Manifest, entry_of, files_below
from tabib.runs.receive import NotReceivedError, Tell, Watch, WrongFileError, fetch_json, receive

RECEIVED = ".received"
"""Folder for what is not a corpus yet: parts of files, archives."""
_ALGORITHMS = ("md5", "sha256")


def is_offline() -> bool:
    """Whether the environment forbids the network: ``HF_HUB_OFFLINE``, as the Hub's client reads it."""
    value = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in {"1", "ON", "YES", "TRUE"}


def get_corpus(card: Card, manifest: Manifest, place: str, tell: Tell, watch: Watch) -> None:
    """Receive a corpus into the manifest's folder.

    Args:
        card: its ``remote`` says what to receive.
        place: below the folder; of the kind of ``remote.place``, a folder or an archive.
        tell: told the licence before anything is asked for, then each file with its size, one line each.
        watch: see ``receive``.

    Raises:
        DataError: a file could not be received (what was is kept for the next call), is another than expected or
            than the first time, or the corpus does not load. Whatever lay in the place before is as it was.
    """
    remote = card.remote
    assert remote is not None, "the corpus is served to everybody"
    tell(f"  licence: {card.licence}; see {remote.licence_page}")
    work = manifest.folder / RECEIVED / re.sub(r"\W+", "-", remote.place)
    tree = work / "data"
    try:
        shutil.rmtree(tree, ignore_errors=True)
        sources: dict[str, Entry] = {}
        unpacked: Counter[str] = Counter()
        for file in _files_of(remote, tell):
            path = work / _file_name(file.url)
            receive(file.url, path, checksum=file.checksum, tell=tell, watch=watch)
            entry = entry_of(path) | {"licence": card.licence, "licence_page": remote.licence_page}
            _compare(entry, manifest.source(file.url), file.url, manifest)
            sources[file.url] = entry
            unpacked.update(_lay_out(file, path, tree / remote.place))
        _require_once(unpacked, remote, sources)
        files = _checked(remote, tree / remote.place, sources)
        _load(card, tree, tell, sources)
        manifest.enter(place, files, sources)
        for below in files:
            target = manifest.target(place, below)
            target.parent.mkdir(parents=True, exist_ok=True)
            (tree / remote.place / below if below else tree / remote.place).replace(target)
        shutil.rmtree(work)
        with suppress(OSError):  # another corpus is half received
            work.parent.rmdir()
    except NotReceivedError:
        raise
    except DataError:
        shutil.rmtree(work)  # the next call must not take it for the right file
        raise
    except OSError as error:
        raise DataError(f"{error.filename or work}: {error.strerror}") from error


def _files_of(remote: Remote, tell: Tell) -> Iterator[RemoteFile]:
    for source in remote.files:
        if isinstance(source, RemoteFile):
            yield source
        else:
            yield from _files_in(source, tell)


def _files_in(record: RemoteRecord, tell: Tell) -> list[RemoteFile]:
    """The archives of a record; each holds some of what is wanted of them all."""
    listed = fetch_json(record.url, tell=tell)
    try:
        files = listed["files"]
        rows = list(files["entries"].values()) if "entries" in files else list(files)
        found = [
            RemoteFile(
                str(row["links"].get("content") or row["links"]["self"]),
                unpack=record.unpack,
                checksum=_checksum(row.get("checksum")),
            )
            for row in rows
            if any(fnmatch(str(row["key"]), pattern) for pattern in record.files)
        ]
    except (TypeError, KeyError, AttributeError):
        raise NotReceivedError(f"{record.url}: the answer does not list the record's files") from None
    if not found:
        raise NotReceivedError(f"{record.url}: there is no file {' or '.join(record.files)} in the record")
    return found


def _checksum(stated: Any) -> str:
    """As ``RemoteFile`` has it; empty where it is of a kind that is not known."""
    algorithm, _, value = str(stated).lower().partition(":")
    return f"{algorithm}:{value}" if algorithm in _ALGORITHMS and re.fullmatch("[0-9a-f]+", value) else ""


def _file_name(url: str) -> str:
    """What a received file is called: it is no other address's, and its suffix is that of the file."""
    parts = PurePosixPath(urlsplit(url).path).parts
    last = parts[-2] if len(parts) > 1 and parts[-1] == "content" else parts[-1] if parts else ""
    return f"{hashlib.sha256(url.encode()).hexdigest()[:12]}-{re.sub(r'[^A-Za-z0-9._-]', '_', last)}"


def _compare(entry: Entry, first: Entry | None, url: str, manifest: Manifest) -> None:
    """Trust on first use, where nobody states a checksum. Raises: WrongFileError."""
    if first is not None and first["sha256"] != entry["sha256"]:
        raise WrongFileError(
            f"{url} serves another file than the first time: sha256 {entry['sha256']} ({entry['size']} bytes), and"
            f" {first['sha256']} ({first['size']} bytes) is in {manifest.path}. It was not kept; to take it,"
            " remove that entry"
        )


def _lay_out(file: RemoteFile, path: Path, into: Path) -> list[str]:
    """Put a file, or what an archive holds of the corpus, where the loader looks for it.

    Returns:
        Names of ``file.unpack`` that the archive holds.

    Raises:
        WrongFileError: the archive is damaged or refused, or holds something twice.
    """
    if not file.unpack:
        _write(into / file.name if file.name else into, path.read_bytes())
        return []
    found = []
    try:
        tree = open_tree(path)
        for name, below in file.unpack.items():
            inside = _inside(tree, name, path)
            for member, rest in inside.items():
                _write(into / PurePosixPath(below) / rest, tree.read(member))
            found += [name] if inside else []
    except DataError as error:
        raise WrongFileError(f"{file.url}: {error}") from error
    return found


def _inside(tree: FileTree, name: str, archive: Path) -> dict[str, str]:
    """Members of a file or folder of this name, wherever it is → their names below it (empty: the file itself).

    Raises:
        DataError: there are several.
    """
    members: dict[str, str] = {}
    places = set()
    for member in tree.names:
        parts = PurePosixPath(member).parts
        if name in parts:
            depth = len(parts) - parts[::-1].index(name)
            places.add(parts[:depth])
            members[member] = "/".join(parts[depth:])
    if len(places) > 1:
        several = ", ".join(sorted("/".join(place) for place in places))
        raise DataError(f"expected one {name} in the archive, found {several}", path=tree.path)
    if not members and archive.name.partition("-")[2].removesuffix(".gz").rpartition(".")[0] == name:
        return {member: member for member in tree.names}  # the archive is the folder
    return members


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _require_once(unpacked: Mapping[str, int], remote: Remote, urls: Iterable[str]) -> None:
    """Raises: WrongFileError, where something wanted is in no archive, or in several."""
    for name in {name for file in remote.files for name in file.unpack}:
        if unpacked.get(name, 0) != 1:
            n = unpacked.get(name, 0) or "none"
            raise WrongFileError(f"{', '.join(urls)}: expected {name} in one archive, found it in {n}")


def _checked(remote: Remote, root: Path, urls: Iterable[str]) -> dict[str, Entry]:
    """The entries of all files. Raises: WrongFileError, where one whose SHA-256 is known is absent or another."""
    names = {"": root} if root.is_file() else dict(files_below(root))
    files = {below: entry_of(path) for below, path in names.items()}
    for below, sha256 in remote.contents.items():
        found = files[below]["sha256"] if below in files else "nothing"
        if found != sha256:
            raise WrongFileError(f"{', '.join(urls)}: {below} has the sha256 {found}, expected {sha256}")
    return files


def _load(card: Card, data_dir: Path, tell: Tell, urls: Iterable[str]) -> None:
    """Raises: WrongFileError, where the corpus does not load."""
    try:
        corpus = load_corpus(card.name, data_dir=data_dir)
    except DataError as error:
        raise WrongFileError(f"what {', '.join(urls)} served is not the corpus as it is known: {error}") from error
    for problem in count_problems(corpus):
        tell(f"  note: {problem}")
