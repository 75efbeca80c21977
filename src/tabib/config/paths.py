"""Paths as a configuration writes them: ``~`` and ``$VAR`` are expanded, and base configurations are found."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

import tabib
from tabib.core.errors import ConfigError
from tabib.registry import nearest

_LONGEST, _LONGEST_PART = 4095, 255
"""Bytes of a path, and of a name in it, on Linux and its usual file systems."""

_VARIABLE = re.compile(r"\$(\w+|\{\w+\})")


def expand(text: str) -> str:
    """``text`` with ``~`` and ``$VAR`` or ``${VAR}`` replaced.

    Raises:
        PydanticCustomError: a variable or a user is not there, or the path is empty or longer than paths can be.
    """
    if not text.strip():
        raise PydanticCustomError("tabib", "is empty, expected a path or name")

    def value(match: re.Match[str]) -> str:
        name = match.group(1).strip("{}")
        if name not in os.environ:
            raise _wrong(f"found {shown(text)}, but the environment variable {name} is not set")
        return os.environ[name]

    expanded = _VARIABLE.sub(value, text)
    if expanded.startswith("~"):
        expanded = os.path.expanduser(expanded)
        if expanded.startswith("~"):
            user = expanded.partition("/")[0]
            raise _wrong(f"found {shown(text)}, but there is no user {user[1:]!r}")
    # Such a path is nowhere, and asking the system for it is an error.
    if len(expanded.encode()) > _LONGEST or any(
        len(part.encode()) > _LONGEST_PART for part in expanded.split("/")
    ):
        raise _wrong(
            f"found {shown(text)}, which is longer than a path can be ({_LONGEST_PART} bytes for each name)"
        )
    return expanded


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("tabib", "{message}", {"message": message})


def shown(text: str) -> str:
    """A path as an error shows it: a long one by its beginning."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


PathText = Annotated[str, AfterValidator(expand)]
"""A path, or a name on the Hub, with ``~`` and ``$VAR`` expanded."""


def find_config(name: str, folder: Path) -> Path:
    """A configuration file named by another one.

    Looked for relative to ``folder`` (where the naming file is), then to each folder above it that is called
    ``configs``, then among the configurations that the package ships.

    Raises:
        ConfigError: found nowhere; says where it was looked for and the nearest names.
    """
    try:
        name = expand(name)
    except PydanticCustomError as error:
        raise ConfigError(error.message()) from None
    looked = list(dict.fromkeys(_places(folder)))
    for place in looked:
        if (place / name).is_file():
            return place / name
    known = {str(path.relative_to(place)) for place in looked[1:] for path in place.rglob("*.y*ml")}
    known |= {path.name for path in looked[0].glob("*.y*ml")} if looked[0].is_dir() else set()
    hint = nearest(name, sorted(known)) if known else ""
    raise ConfigError(f"no such file {name!r} in {', '.join(map(str, looked))}{hint}")


def shipped_configs() -> Path:
    """The folder of the configurations that come with the package."""
    package = Path(tabib.__file__).parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parents[1] / "configs"


def _places(folder: Path) -> Iterator[Path]:
    yield folder
    yield from (parent for parent in folder.resolve().parents if parent.name == "configs")
    yield shipped_configs()
