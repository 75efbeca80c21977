"""Which files in the folder of a report are the report's own: no others are ever removed or replaced."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabib.core.errors import ConfigError, RecordError
from tabib.records.files import read_json, write_json

MANIFEST = "files.json"
PAGES = ("report.html", "report.md", "insights.md", "statements.json", "production.json", "summary.ipynb")
_OWN = re.compile(
    "|".join([*map(re.escape, PAGES), r"tables/[^/\\]+\.csv", r"plots/[^/\\]+\.(?:png|svg)"]), re.ASCII
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a report wrote.

    Args:
        study: its benchmark file, relative to the folder.
        files: relative to the folder, its own names alone.
        markdown: the Markdown page where it is not ``report.md`` in the folder, relative to it; else empty.
    """

    study: str
    files: tuple[str, ...]
    markdown: str = ""


def read_manifest(folder: Path) -> Manifest | None:
    """None where there is none, or one that no report wrote."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        row: Any = read_json(path)
    except RecordError:
        return None
    if not isinstance(row, Mapping) or not isinstance(row.get("study"), str):
        return None
    files, markdown = row.get("files"), row.get("markdown")
    if not isinstance(files, list) or not isinstance(markdown, str):
        return None
    return Manifest(row["study"], tuple(name for name in files if _is_own(name)), markdown)


def check_places(folder: Path, markdown: Path, study: str, outputs: Mapping[str, Path]) -> None:
    """See that a report replaces nothing but an earlier report of the same study.

    Args:
        study: its benchmark file, relative to the folder.
        outputs: setting → other files that the study writes.

    Raises:
        ConfigError: the folder holds another study's report or files of the same names, or the Markdown page would
            replace another file.
    """
    found = read_manifest(folder)
    if found is not None and found.study != study:
        raise ConfigError(f"study.folder: {folder} holds the report of {found.study}; choose another folder")
    if found is None:
        there = [name for name in (*PAGES, MANIFEST) if (folder / name).exists()]
        if there:
            raise ConfigError(
                f"study.folder: {folder} holds {', '.join(there)}, and no report of this study says that it wrote"
                " this; choose another folder, or remove it"
            )
    page = relative(markdown, folder)
    if page != "report.md":
        if _is_own(page) or page == MANIFEST:
            raise ConfigError(f"study.markdown: {markdown} is where the report writes {page}; choose another name")
        if markdown.exists() and (found is None or found.markdown != page):
            raise ConfigError(f"study.markdown: {markdown} exists, and no report of this study wrote it")
    for key, path in outputs.items():
        if relative(path, folder) == page or _is_own(relative(path, folder)):
            raise ConfigError(f"{key} and the report would both write {path}; choose another name for one of them")


def replace_earlier(folder: Path, now: Manifest) -> tuple[str, ...]:
    """Remove what the earlier report wrote and this one did not, and keep what this one wrote.

    Returns:
        what a user should know: a Markdown page elsewhere that this report did not write again.
    """
    earlier = read_manifest(folder)
    notices: tuple[str, ...] = ()
    if earlier is not None:
        for name in set(earlier.files) - set(now.files):
            path = folder / name
            if path.is_file() and not path.parent.is_symlink():
                path.unlink()
        if earlier.markdown not in ("", now.markdown):
            notices = (f"{folder / earlier.markdown} is of an earlier report, and still there",)
    content = {"study": now.study, "markdown": now.markdown, "files": sorted(now.files)}
    write_json(folder / MANIFEST, content)
    return notices


def own_names(names: Iterable[str]) -> tuple[str, ...]:
    """Those that a report may call its own."""
    return tuple(name for name in names if _is_own(name))


def relative(path: Path, folder: Path) -> str:
    """``path`` as seen from ``folder``."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _is_own(name: object) -> bool:
    return isinstance(name, str) and _OWN.fullmatch(name) is not None
