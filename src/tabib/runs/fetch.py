"""Gathering what a benchmark needs into one folder, for a machine without internet: weights and corpora.

Layout: ``<folder>/models/<org>--<name>`` and ``<folder>/data/<corpus as published>``; a manifest (``manifest.py``)
holds the size and SHA-256 of every file, so that a second call sees what is complete, damaged or not there yet.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from tabib.config.run import RunConfig
from tabib.core.errors import DataError, ModelError, RecordError
from tabib.data.corpus import Card
from tabib.data.load import SHIPPED, card_of, data_directories, locate
from tabib.models.weights import find_weights, require_whole
from tabib.runs.lock import locked
from tabib.runs.manifest import Manifest, entry_of, files_below, is_same
from tabib.runs.present import corpora_of, needs_weights
from tabib.runs.publishers import get_corpus, is_offline
from tabib.runs.receive import Watch

KeyT = TypeVar("KeyT", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Item:
    """One model or corpus.

    Args:
        state: ``there``: complete since an earlier call; ``gathered`` now from this machine or the Hub;
            ``downloaded`` now from the publishers; ``shipped`` with the package, so nothing is needed; ``absent``:
            not to be had, ``detail`` says why and what to do.
        place: below the folder; empty where there is none.
        size: bytes.
    """

    kind: Literal["model", "corpus"]
    name: str
    state: Literal["there", "gathered", "downloaded", "shipped", "absent"]
    place: str = ""
    size: int = 0
    detail: str = ""


def gather(
    configs: Iterable[RunConfig],
    folder: Path,
    tell: Callable[[str], None] = lambda _: None,
    watch: Watch = lambda *_: None,
) -> list[Item]:
    """Gather the weights and corpora of some runs.

    Weights come from where a run would find them, the Hub included; corpora from where they lie on this machine,
    else from their publishers, where these serve them to everybody.

    Args:
        configs: the runs.
        folder: made if absent.
        tell: told what is being gathered, one line each.
        watch: told how far the file is that publishers are serving.

    Returns:
        One item for each, models first; those that are absent have not stopped the others.

    Raises:
        RecordError: the manifest is damaged, a file cannot be read or written, or another process is gathering
            into the folder.
    """
    configs = list(configs)
    with locked(folder / ".lock"):
        manifest = Manifest(folder)
        models = _unique((c.model_name_or_path, c.offline_dir) for c in configs if needs_weights(c))
        items = [_model(str(name), offline or str(folder), manifest, tell) for name, offline in models]
        corpora = _Corpora(manifest, tell, watch)
        needed = _unique((name, c.data_dir, c.offline_dir) for c in configs for name in corpora_of(c))
        items += [
            corpora.get(card_of(name), data_dir, offline or str(folder)) for name, data_dir, offline in needed
        ]
    return items


def _model(name: str, offline: str, manifest: Manifest, tell: Callable[[str], None]) -> Item:
    place = f"models/{name.replace('/', '--')}"
    wrong = manifest.wrong_files(place)
    if wrong == []:
        return Item("model", name, "there", place, manifest.size(place))
    tell(f"model {name}")
    try:
        source = find_weights(name, offline, besides=manifest.target(place, "") if wrong else None)
        require_whole(source)
    except ModelError as error:
        return Item("model", name, "absent", detail=f"{manifest.damage(place, wrong)}{error}")
    _copy(source, place, manifest)
    return Item("model", name, "gathered", place, manifest.size(place))


@dataclass(frozen=True, slots=True)
class _Corpora:
    """What all corpora of one call share.

    Args:
        failed: place that publishers make → why they did not; several corpora are made of the same files, and
            are not waited for again.
    """

    manifest: Manifest
    tell: Callable[[str], None]
    watch: Watch
    failed: dict[str, str] = field(default_factory=dict)

    def get(self, card: Card, data_dir: str | None, offline: str) -> Item:
        """Args: data_dir, offline: where corpora are looked for on this machine."""
        name, manifest = card.name, self.manifest
        damaged: dict[str, list[str]] = {}
        for below in (*card.folders, *card.archives):
            wrong = manifest.wrong_files(f"data/{below}")
            if wrong == []:
                return Item("corpus", name, "there", f"data/{below}", manifest.size(f"data/{below}"))
            if wrong:
                damaged[below] = wrong
        self.tell(f"corpus {name}")
        said = "".join(manifest.damage(f"data/{below}", wrong) for below, wrong in damaged.items())
        try:
            data_directories(data_dir, offline)
        except DataError as error:  # a mistake of the user's, which another copy of the corpus would only hide
            return Item("corpus", name, "absent", detail=f"{said}{error}")
        try:
            besides = [manifest.target(f"data/{below}", "") for below in damaged]
            source = locate(card, data_dir, offline, besides=besides, by_hand=True)
        except DataError as error:
            return self._from_publishers(card, list(damaged), f"{said}{error}")
        if source.resolve().is_relative_to(SHIPPED.resolve()):
            return Item("corpus", name, "shipped")
        below = next(name for name in (*card.folders, *card.archives) if source.as_posix().endswith(f"/{name}"))
        place = f"data/{below}"
        _copy(source, place, manifest)
        return Item("corpus", name, "gathered", place, manifest.size(place))

    def _from_publishers(self, card: Card, damaged: Sequence[str], by_hand: str) -> Item:
        """Args: by_hand: that it is nowhere, and how to get it otherwise."""
        if card.remote is None:
            return Item("corpus", card.name, "absent", detail=by_hand)
        if is_offline():
            why = "HF_HUB_OFFLINE is set, so its publishers were not asked"
            return Item("corpus", card.name, "absent", detail=f"{why}; {by_hand}")
        # What is left of a damaged place would be found before anything that lies beside it.
        left = [below for below in damaged if self.manifest.target(f"data/{below}", "").exists()]
        below = left[0] if left else card.remote.place
        if (below in card.archives) != (card.remote.place in card.archives):
            path = self.manifest.target(f"data/{below}", "")
            why = f"{path} is damaged and stands before what its publishers serve: remove it, and call this again"
            return Item("corpus", card.name, "absent", detail=f"{why}. {by_hand}")
        failed = self.failed.get(card.remote.place)
        if failed is None:
            try:
                get_corpus(card, self.manifest, f"data/{below}", self.tell, self.watch)
            except DataError as error:
                failed = self.failed[card.remote.place] = str(error)
            else:
                return Item(
                    "corpus", card.name, "downloaded", f"data/{below}", self.manifest.size(f"data/{below}")
                )
        detail = (
            f"its publishers did not serve it: {failed}\nCall this again to go on, or get it by hand: {by_hand}"
        )
        return Item("corpus", card.name, "absent", detail=detail)


def _copy(source: Path, place: str, manifest: Manifest) -> None:
    """Copy file by file, keeping those that are right already."""
    names = {"": source} if source.is_file() else dict(files_below(source))
    files = {below: entry_of(path) for below, path in names.items()}
    manifest.enter(place, files)
    for below, path in names.items():
        target = manifest.target(place, below)
        if path.resolve() != target.resolve() and not is_same(target, files[below]):
            _copy_file(path, target)


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


def _unique(needed: Iterable[KeyT]) -> list[KeyT]:
    return list(dict.fromkeys(needed))
