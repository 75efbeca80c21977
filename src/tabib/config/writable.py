"""Whether what a configuration asks to be written can be: seen before anything runs, not when it is finished."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from tabib.core.errors import ConfigError


def require_folder(folder: Path, key: str, *, touch: bool = True) -> None:
    """Refuse a folder that cannot be made or written to. Makes nothing.

    Args:
        key: the setting that names the folder.
        touch: try it, with a file without a name in the folder or the one that it would be made in; else only the
            permissions are looked at (which a privileged user has everywhere).

    Raises:
        ConfigError: names the key, the path and the reason.
    """
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not there.is_dir():
            raise ConfigError(f"{key}: {folder} cannot be a folder: {there} is a file")
        if not os.access(there, os.W_OK | os.X_OK):
            raise ConfigError(f"{key}: {folder} cannot be written to: no permission to write in {there}")
        if touch:
            with TemporaryFile(dir=there):
                pass
    except OSError as error:
        raise ConfigError(f"{key}: {folder} cannot be written to: {error.strerror or error}") from error


@contextmanager
def writing(path: Path, key: str = "--output") -> Iterator[None]:
    """What the system refuses while what a command makes is written to ``path`` is a ConfigError that names it.

    Args:
        key: the setting that names the path.
    """
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{key} {path} cannot be written: {error.strerror or error}") from error


def require_file(path: Path, key: str, *, touch: bool = True) -> None:
    """Refuse a file that cannot be written; see ``require_folder``."""
    try:
        if path.is_dir():
            raise ConfigError(f"{key}: {path} is a folder, expected the name of a file")
    except OSError as error:
        raise ConfigError(f"{key}: {path} cannot be written: {error.strerror}") from error
    require_folder(path.parent, key, touch=touch)
