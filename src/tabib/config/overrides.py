"""``key.path=value`` on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tabib.config.errors import InvalidConfig, Loc, Mark, Problem, dotted
from tabib.config.merge import put
from tabib.config.yaml_file import Marked, describe, parse_yaml
from tabib.registry import nearest

_POSITION = re.compile(r"(?P<name>.+?)(?P<positions>(?:\[\d+\])+)")


def override(marked: Marked, overrides: Sequence[str], named: Sequence[Loc] = ()) -> Marked:
    """A configuration with values replaced.

    Args:
        marked: the configuration, before it is validated (which finds keys that no schema has).
        overrides: ``a.b=value`` with the value in YAML; mappings are merged, anything else replaces, and
            ``a.b=`` or ``a.b=null`` clears. A key that holds a dot is found as it is, or quoted: ``a."b.c"=1``.
            ``a[0]=value`` replaces an item that a list has (the first is 0).
        named: paths of mappings whose keys are names that the file chooses (``"*"`` stands for any key);
            overrides reach the names that exist and add none.

    Raises:
        InvalidConfig: not of the form ``key=value``, not YAML, or a path that leads nowhere.
    """
    problems: list[Problem] = []
    for text in overrides:
        try:
            marked = _apply(marked, text, named)
        except InvalidConfig as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidConfig(problems)
    return marked


def _apply(marked: Marked, text: str, named: Sequence[Loc]) -> Marked:
    source = f"override {text!r}"
    key, equals, written = text.partition("=")
    if not equals or not key.strip():
        raise InvalidConfig([Problem("expected key.path=value", mark=Mark(source))])
    value = parse_yaml(written, source, lines=False)
    loc = _locate(_split(key.strip(), source), marked.data, source, named)
    return put(marked, loc, value)


def _split(key: str, source: str) -> list[str]:
    """Parts between dots; a part in double quotes may hold dots."""
    pieces = key.split('"')
    if len(pieces) % 2 == 0:
        raise InvalidConfig([Problem("a quotation mark is not closed", mark=Mark(source))])
    parts = [""]
    for index, piece in enumerate(pieces):
        if index % 2:
            parts[-1] += piece
        else:
            first, *rest = piece.split(".")
            parts[-1] += first
            parts.extend(rest)
    if "" in parts:
        raise InvalidConfig([Problem("the path has an empty part", mark=Mark(source))])
    return parts


def _locate(parts: Sequence[str], data: Any, source: str, named: Sequence[Loc]) -> Loc:
    """The path that ``parts`` mean: keys that exist are taken even where they hold dots."""
    loc: Loc = ()
    rest = list(parts)
    while rest:
        if data is not None and not isinstance(data, Mapping):
            message = f"holds {describe(data)}, which has no parts of its own; give it a whole new value"
            if isinstance(data, list):
                message = (
                    f"holds a list; name an item by its position, such as {dotted((*loc, 0))}=, or give a new list"
                )
            raise InvalidConfig([Problem(message, loc, Mark(source))])
        known = data or {}
        taken = next(
            (end for end in range(len(rest), 0, -1) if ".".join(rest[:end]) in known),
            1,
        )
        key = ".".join(rest[:taken])
        item = _POSITION.fullmatch(key)
        if key not in known and item is not None and isinstance(known.get(item["name"]), list):
            loc, data = _item((*loc, item["name"]), known[item["name"]], item["positions"], source)
            rest = rest[taken:]
            continue
        if key not in known and any(_matches(loc, pattern) for pattern in named):
            message = f"no such name{nearest(key, known)}" if known else "no such name"
            raise InvalidConfig([Problem(message, (*loc, key), Mark(source))])
        loc, rest, data = (*loc, key), rest[taken:], known.get(key)
    return loc


def _item(loc: Loc, data: Any, positions: str, source: str) -> tuple[Loc, Any]:
    """The path and the value of an item of a list."""
    for text in positions[1:-1].split("]["):
        if not isinstance(data, list):
            message = f"holds {describe(data)}, which is no list"
            raise InvalidConfig([Problem(message, loc, Mark(source))])
        position = int(text)
        if position >= len(data):
            there = f"[0] to [{len(data) - 1}]" if data else "no items"
            raise InvalidConfig(
                [Problem(f"there is no such item; the list has {there}", (*loc, position), Mark(source))]
            )
        loc, data = (*loc, position), data[position]
    return loc, data


def _matches(loc: Loc, pattern: Loc) -> bool:
    return len(loc) == len(pattern) and all(want in ("*", part) for part, want in zip(loc, pattern, strict=True))
