"""Gathering what a benchmark needs into one folder, for a machine without internet: weights and corpora.

Layout: ``<folder>/models/<org>--<name>`` and ``<folder>/data/<corpus as published>``; ``manifest.json`` holds the
size and SHA-256 of every file, so that a second call sees what is complete, damaged or not there yet.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from tabib.config.run import RunConfig
from tabib.core.errors import DataError, ModelError, RecordError
from tabib.data.load import SHIPPED, card_of, locate
from tabib.models.weights import find_weights, require_whole
from tabib.records.files import read_json, write_json
from tabib.runs.present import corpora_of, needs_weights

MANIFEST = "manifest.json"
KeyT = TypeVar("KeyT", bound=Hashable)
Manifest = dict[str, dict[str, dict[str, Any]]]
"""Place below the folder → file below that place → ``size`` (bytes) and ``sha256``."""


@dataclass(frozen=True, slots=True)
class Item:
    """One model or corpus.

    Args:
        state: ``there``: complete since an earlier call; ``gathered`` now; ``shipped`` with the package, so
            nothing is needed; ``absent``: not to be had, ``detail`` says why and what to do.
        place: below the folder; empty where there is none.
        size: bytes.
    """

    kind: Literal["model", "corpus"]
    name: str
    state: Literal["there", "gathered", "shipped", "absent"]
    place: str = ""
    size: int = 0
    detail: str = ""


def gather(configs: Iterable[RunConfig], folder: Path, tell: Callable[[str], None] = lambda _: None) -> list[Item]:
    """Gather the weights and corpora of some runs.

    Args:
        configs: the runs.
        folder: made if absent.
        tell: told what is being gathered, one line each.

    Returns:
        One item for each, models first; those that are absent have not stopped the others.

    Raises:
        RecordError: the manifest is damaged, or a file cannot be read or written.
    """
    configs = list(configs)
    manifest = _read_manifest(folder)
    items = []
    for name, offline in _unique((c.model_name_or_path, c.offline_dir) for c in configs if needs_weights(c)):
        items.append(_model(str(name), offline or str(folder), folder, manifest, tell))
    for name, data_dir, offline in _unique(
        (name, c.data_dir, c.offline_dir) for c in configs for name in corpora_of(c)
    ):
        items.append(_corpus(str(name), data_dir, offline or str(folder), folder, manifest, tell))
    return items


def _model(name: str, offline: str, folder: Path, manifest: Manifest, tell: Callable[[str], None]) -> Item:
    place = f"models/{name.replace('/', '--')}"
    wrong = _wrong_files(folder, place, manifest)
    if wrong == []:
        return Item("model", name, "there", place, _size(manifest[place]))
    tell(f"model {name}")
    try:
        source = find_weights(name, offline, besides=folder / place if wrong else None)
        require_whole(source)
    except ModelError as error:
        return Item("model", name, "absent", detail=f"{_damage(folder, place, wrong)}{error}")
    return Item("model", name, "gathered", place, _copy(source, folder, place, manifest))


def _corpus(
    name: str,
    data_dir: str | None,
    offline: str,
    folder: Path,
    manifest: Manifest,
    tell: Callable[[str], None],
) -> Item:
    card = card_of(name)
    damaged: dict[str, list[str]] = {}
    for below in (*card.folders, *card.archives):
        place = f"data/{below}"
        wrong = _wrong_files(folder, place, manifest)
        if wrong == []:
            return Item("corpus", name, "there", place, _size(manifest[place]))
        if wrong:
            damaged[place] = wrong
    tell(f"corpus {name}")
    try:
        source = locate(card, data_dir, offline, besides=[folder / place for place in damaged])
    except DataError as error:
        said = "".join(_damage(folder, place, wrong) for place, wrong in damaged.items())
        return Item("corpus", name, "absent", detail=f"{said}{error}")
    if source.resolve().is_relative_to(SHIPPED.resolve()):
        return Item("corpus", name, "shipped")
    below = next(name for name in (*card.folders, *card.archives) if source.as_posix().endswith(f"/{name}"))
    place = f"data/{below}"
    return Item("corpus", name, "gathered", place, _copy(source, folder, place, manifest))


def _copy(source: Path, folder: Path, place: str, manifest: Manifest) -> int:
    """Copy file by file, keeping those that are right already.

    The manifest says what is to come before the first file is copied: what an interruption leaves is then known
    not to be whole, and is never a source itself.
    """
    names = {"": source} if source.is_file() else dict(_files(source))
    files: dict[str, dict[str, Any]] = {
        below: {"size": path.stat().st_size, "sha256": _sha256(path)} for below, path in names.items()
    }
    manifest[place] = files
    write_json(folder / MANIFEST, manifest)
    for below, path in names.items():
        target = _target(folder, place, below)
        if path.resolve() != target.resolve() and not _same(target, files[below]):
            _copy_file(path, target)
    return _size(files)


def _copy_file(path: Path, target: Path) -> None:
    """Raises: RecordError: it cannot be read or written."""
    partial = target.with_name(f"{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, partial)
        partial.replace(target)
    except OSError as error:
        raise RecordError(
            f"{path} cannot be copied to {target}: {error.strerror or error}. The same command goes on from there"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder by their names below it, sorted; links are followed."""
    for root, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _target(folder: Path, place: str, below: str) -> Path:
    return folder / place / below if below else folder / place


def _wrong_files(folder: Path, place: str, manifest: Manifest) -> list[str] | None:
    """The files of a place that are not what they were when they were gathered; None where none ever were."""
    if not (files := manifest.get(place)):
        return None
    return [below for below, entry in files.items() if not _same(_target(folder, place, below), entry)]


def _damage(folder: Path, place: str, wrong: Sequence[str] | None) -> str:
    """Why what lies in a place is not taken, before the words that say that there is nothing else."""
    if not wrong:
        return ""
    named = ", ".join(str(_target(folder, place, below)) for below in wrong[:3])
    return (
        f"{len(wrong)} files are absent or not what {folder / MANIFEST} says (for example {named}), and nothing"
        " else was found to mend them with. Where they are right, remove the manifest. "
    )


def _same(path: Path, entry: Mapping[str, Any]) -> bool:
    return path.is_file() and path.stat().st_size == entry["size"] and _sha256(path) == entry["sha256"]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(files: Mapping[str, Mapping[str, Any]]) -> int:
    return sum(entry["size"] for entry in files.values())


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    manifest = read_json(path)
    well_formed = isinstance(manifest, dict) and all(
        isinstance(files, dict)
        and all(isinstance(entry, dict) and {"size", "sha256"} <= set(entry) for entry in files.values())
        for files in manifest.values()
    )
    if not well_formed:
        raise RecordError(f"{path} is damaged; remove it, and everything is looked at anew")
    return dict(manifest)


def _unique(needed: Iterable[KeyT]) -> list[KeyT]:
    return list(dict.fromkeys(needed))
