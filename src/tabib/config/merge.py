"""Putting one mapping over another, with the place where each value of the result was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tabib.config.errors import Loc, Mark
from tabib.config.yaml_file import Marked


def merge(base: Marked, over: Marked) -> Marked:
    """``over`` put over ``base``: mappings are merged key by key; lists, scalars and null replace."""
    marks: dict[Loc, Mark] = {}
    data = _merge(base, over, (), marks)
    return Marked(data, marks)


def below(marked: Marked, loc: Loc) -> Marked:
    """The part at a path, as a root of its own."""
    data = marked.data
    for part in loc:
        data = data[part]
    depth = len(loc)
    return Marked(data, {path[depth:]: mark for path, mark in marked.marks.items() if path[:depth] == loc})


def above(marked: Marked, loc: Loc) -> Marked:
    """The same values with mappings of one key around them, so that they sit at ``loc``."""
    data = marked.data
    for part in reversed(loc):
        data = {part: data}
    return Marked(data, {(*loc, *path): mark for path, mark in marked.marks.items()})


def put(base: Marked, loc: Loc, value: Marked) -> Marked:
    """``value`` put over what ``base`` holds at ``loc``; a list keeps its other items.

    Mappings that ``base`` lacks on the way (or has as null) are made, and were written where ``value`` was.

    Args:
        loc: keys, and positions of lists that exist.
    """
    if not loc:
        return merge(base, value)
    key, rest = loc[0], loc[1:]
    if base.data is None:
        base = Marked({}, {path: mark for path, mark in value.marks.items() if not path})
    there = isinstance(key, int) or key in base.data
    inner = put(below(base, (key,)) if there else Marked(None, {}), rest, value)
    marks = {path: mark for path, mark in base.marks.items() if path[:1] != (key,)}
    marks |= {(key, *path): mark for path, mark in inner.marks.items()}
    if isinstance(key, int):
        return Marked([*base.data[:key], inner.data, *base.data[key + 1 :]], marks)
    return Marked({**base.data, key: inner.data}, marks)


def without(marked: Marked, *keys: str) -> Marked:
    """A mapping without some of its keys."""
    data = {key: value for key, value in marked.data.items() if key not in keys}
    return Marked(
        data, {path: mark for path, mark in marked.marks.items() if path[:1] not in {(k,) for k in keys}}
    )


def _merge(base: Marked, over: Marked, loc: Loc, marks: dict[Loc, Mark]) -> Any:
    if not (isinstance(base.data, Mapping) and isinstance(over.data, Mapping)):
        marks.update({(*loc, *path): mark for path, mark in over.marks.items()})
        return over.data
    mark = over.marks.get(()) or base.marks.get(())
    if mark is not None:
        marks[loc] = mark
    merged = {}
    for key in dict.fromkeys([*base.data, *over.data]):
        if key in base.data and key in over.data:
            merged[key] = _merge(below(base, (key,)), below(over, (key,)), (*loc, key), marks)
        else:
            part = below(over if key in over.data else base, (key,))
            marks.update({(*loc, key, *path): mark for path, mark in part.marks.items()})
            merged[key] = part.data
    return merged
