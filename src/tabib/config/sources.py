"""Configuration files with what they extend."""

from __future__ import annotations

from pathlib import Path

from tabib.config.errors import InvalidConfig, Loc, Mark, Problem
from tabib.config.explain import mark_of
from tabib.config.merge import merge, without
from tabib.config.paths import find_config
from tabib.config.yaml_file import Marked, describe, read_yaml
from tabib.core.errors import ConfigError


def read_config(path: Path, above: tuple[Path, ...] = ()) -> Marked:
    """A file put over the files that its ``extends`` names, in their order.

    Args:
        path: the file.
        above: the files that led here, to notice a circle.

    Raises:
        InvalidConfig: a file cannot be read, is absent or extends itself.
    """
    marked = read_yaml(path)
    chain = (*above, path.resolve())
    base = Marked({}, {})
    problems: list[Problem] = []
    for loc, name in _extended(marked):
        mark = mark_of(loc, marked.marks)
        try:
            found = resolve(name, path.parent, loc, mark)
            if found.resolve() in chain:
                circle = " extends ".join(file.name for file in (*chain, found.resolve()))
                raise InvalidConfig([Problem(f"a circle: {circle}", loc, mark)])
            base = merge(base, read_config(found, chain))
        except InvalidConfig as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidConfig(problems)
    return merge(base, without(marked, "extends"))


def resolve(name: str, folder: Path, loc: Loc, mark: Mark | None) -> Path:
    """The file that a value at ``loc`` names.

    Raises:
        InvalidConfig: found nowhere.
    """
    try:
        return find_config(name, folder)
    except ConfigError as error:
        raise InvalidConfig([Problem(str(error), loc, mark)]) from None


def _extended(marked: Marked) -> list[tuple[Loc, str]]:
    given = marked.data.get("extends")
    if given is None:
        return []
    names = (
        [(("extends",), given)]
        if not isinstance(given, list)
        else [(("extends", index), name) for index, name in enumerate(given)]
    )
    problems = [
        Problem(f"found {describe(name)}, expected the name of a file", loc, mark_of(loc, marked.marks))
        for loc, name in names
        if not isinstance(name, str)
    ]
    if problems:
        raise InvalidConfig(problems)
    return [(loc, str(name)) for loc, name in names]
