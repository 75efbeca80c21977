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

_VARIABLE = re.compile(r"\$(\w+|\{\w+\})")


def expand(text: str) -> str:
    """``text`` with ``~`` and ``$VAR`` or ``${VAR}`` replaced.

    Raises:
        PydanticCustomError: a variable is not set, or the path is empty.
    """
    if not text.strip():
        raise PydanticCustomError("tabib", "is empty, expected a path or name")

    def value(match: re.Match[str]) -> str:
        name = match.group(1).strip("{}")
        if name not in os.environ:
            raise PydanticCustomError(
                "tabib",
                "{message}",
                {"message": f"found {text!r}, but the environment variable {name} is not set"},
            )
        return os.environ[name]

    expanded = _VARIABLE.sub(value, text)
    return os.path.expanduser(expanded) if expanded.startswith("~") else expanded


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
