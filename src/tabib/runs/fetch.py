"""Gathering what a benchmark needs into one folder, for a machine without internet: weights and corpora.

Layout: ``<folder>/models/<org>--<name>`` and ``<folder>/data/<corpus as published>``; ``manifest.json`` holds the
size and SHA-256 of every file, so that a second call sees what is complete, damaged or not there yet.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tabib.config.run import RunConfig
from tabib.core.errors import DataError, ModelError, RecordError
from tabib.data.load import SHIPPED, card_of, locate
from tabib.models.weights import find_weights
from tabib.records.files import read_json, write_json

MANIFEST = "manifest.json"
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
        RecordError: the manifest is damaged.
    """
    configs = list(configs)
    manifest = _read_manifest(folder)
    items = []
    for name, offline in _unique((c.model_name_or_path, c.offline_dir) for c in configs if c.entry.pretrained):
        items.append(_model(str(name), offline, folder, manifest, tell))
    for name, data_dir in _unique((config.dataset, config.data_dir) for config in configs):
        items.append(_corpus(str(name), data_dir, folder, manifest, tell))
    return items


def _model(name: str, offline: str | None, folder: Path, manifest: Manifest, tell: Callable[[str], None]) -> Item:
    place = f"models/{name.replace('/', '--')}"
    if _complete(folder, place, manifest):
        return Item("model", name, "there", place, _size(manifest[place]))
    tell(f"model {name}")
    try:
        source = find_weights(name, offline)
    except ModelError as error:
        return Item("model", name, "absent", detail=str(error))
    return Item("model", name, "gathered", place, _copy(source, folder, place, manifest))


def _corpus(
    name: str, data_dir: str | None, folder: Path, manifest: Manifest, tell: Callable[[str], None]
) -> Item:
    card = card_of(name)
    for below in (*card.folders, *card.archives):
        place = f"data/{below}"
        if _complete(folder, place, manifest):
            return Item("corpus", name, "there", place, _size(manifest[place]))
    tell(f"corpus {name}")
    try:
        source = locate(card, data_dir).resolve()
    except DataError as error:
        return Item("corpus", name, "absent", detail=str(error))
    if source.is_relative_to(SHIPPED):
        return Item("corpus", name, "shipped")
    below = next(name for name in (*card.folders, *card.archives) if source.as_posix().endswith(f"/{name}"))
    place = f"data/{below}"
    return Item("corpus", name, "gathered", place, _copy(source, folder, place, manifest))


def _copy(source: Path, folder: Path, place: str, manifest: Manifest) -> int:
    """Copy file by file, keeping those that are right already; the manifest is written after each place."""
    files: dict[str, dict[str, Any]] = {}
    paths = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    for path in paths:
        below = "" if source.is_file() else path.relative_to(source).as_posix()
        target = folder / place / below if below else folder / place
        entry = {"size": path.stat().st_size, "sha256": _sha256(path)}
        if path.resolve() != target.resolve() and not _same(target, entry):
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f"{target.name}.partial")
            shutil.copyfile(path, partial)
            partial.replace(target)
        files[below] = entry
    manifest[place] = files
    write_json(folder / MANIFEST, manifest)
    return _size(files)


def _complete(folder: Path, place: str, manifest: Manifest) -> bool:
    """All files of a place are there, and are what they were when they were gathered."""
    files = manifest.get(place, {})
    return bool(files) and all(
        _same(folder / place / below if below else folder / place, entry) for below, entry in files.items()
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


def _unique(pairs: Iterable[tuple[str | None, str | None]]) -> list[tuple[str | None, str | None]]:
    return list(dict.fromkeys(pairs))
