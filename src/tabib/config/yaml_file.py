"""YAML as plain data, with the line of every value. Safe, and without the surprises of YAML 1.1.

Differences from PyYAML's defaults, each of which has turned a mistake into a wrong run: ``5e-5`` is a number,
``no`` and ``on`` are text, ``1:30`` and ``010`` are not numbers in base 60 or 8, dates stay text, a key given
twice is an error, and keys are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tabib.config.errors import InvalidConfig, Loc, Mark, Problem

MAX_VALUES = 100_000
"""Values of one file, aliases expanded; more is a file of aliases to aliases."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain data and, for each path in it, where the value was written."""

    data: Any
    marks: Mapping[Loc, Mark]


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's API
    yaml_constructors = {  # noqa: RUF012 - the same; what JSON knows, and no dates, bytes or sets
        tag: make
        for tag, make in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in ("null", "bool", "int", "float", "str", "seq", "map")
    }


_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")

_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*\.[0-9]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+.0123456789"),
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])


def read_yaml(path: Path) -> Marked:
    """A YAML file that holds a mapping.

    Raises:
        InvalidConfig: the file is absent, not UTF-8, not YAML, or not a mapping; a key is repeated or not text.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidConfig([Problem("no such file", mark=Mark(str(path)))]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        message = f"not UTF-8: byte 0x{byte:02x}; save the file as UTF-8"
        raise InvalidConfig([Problem(message, mark=Mark(str(path), line))]) from None
    except OSError as error:
        raise InvalidConfig([Problem(f"cannot be read: {error.strerror}", mark=Mark(str(path)))]) from None
    marked = parse_yaml(text, str(path))
    if not isinstance(marked.data, dict):
        found = "nothing" if marked.data is None else describe(marked.data)
        message = f"found {found}, expected a mapping (key: value)"
        raise InvalidConfig([Problem(message, mark=Mark(str(path), 1))])
    return marked


def parse_yaml(text: str, source: str, *, lines: bool = True) -> Marked:
    """One YAML document; ``lines=False`` for text that is not a file (an override).

    Raises:
        InvalidConfig: not YAML; a key is repeated or not text; a text holds what is no character.
    """
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return Marked(None, {(): Mark(source, int(lines))})
            problems = [*_bad_keys(node, source, lines), *_bad_text(node, source, lines)]
            if problems:
                raise InvalidConfig(problems)
            marks = _marks(node, source, lines)
            return Marked(loader.construct_document(node), marks)
        finally:
            loader.dispose()
    except InvalidConfig:  # which is a ValueError too
        raise
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        line = place.line + 1 if place and lines else 0
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise InvalidConfig([Problem(f"not valid YAML: {what}", mark=Mark(source, line))]) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1 if lines else 0
        message = f"not valid YAML: the character U+{_code(error.character):04X} is not allowed"
        raise InvalidConfig([Problem(message, mark=Mark(source, line))]) from None
    except (ValueError, KeyError, RecursionError) as error:  # KeyError: !!bool of what is none
        raise InvalidConfig([Problem(f"not valid YAML: {error}", mark=Mark(source))]) from None


def describe(value: Any) -> str:
    """A value as an error shows it: ``'abc' (text)``."""
    kinds = {bool: "true or false", int: "whole number", float: "number", str: "text"}
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    return shown if isinstance(value, bool) else f"{shown} ({kinds.get(type(value), type(value).__name__)})"


def _code(character: int | str) -> int:
    """PyYAML gives a number or a character, by where it reads from."""
    return character if isinstance(character, int) else ord(character)


def _line(node: yaml.Node, lines: bool) -> int:
    return node.start_mark.line + 1 if lines else 0


def _walk(node: yaml.Node) -> Iterator[tuple[Loc, yaml.Node, yaml.Node]]:
    """(path, the node that names the value, the value) of every value, aliases expanded."""
    stack: list[tuple[Loc, yaml.Node, yaml.Node, tuple[int, ...]]] = [((), node, node, ())]
    seen = 0
    while stack:
        loc, name, value, above = stack.pop()
        seen += 1
        if seen > MAX_VALUES:
            raise ValueError(f"more than {MAX_VALUES} values")
        if id(value) in above:
            raise ValueError(f"an alias holds itself (line {value.start_mark.line + 1})")
        yield loc, name, value
        inside = (*above, id(value))
        if isinstance(value, yaml.MappingNode):
            for key, item in value.value:
                stack.append(((*loc, str(key.value)), key, item, inside))
        elif isinstance(value, yaml.SequenceNode):
            for index, item in enumerate(value.value):
                stack.append(((*loc, index), item, item, inside))


def _bad_keys(node: yaml.Node, source: str, lines: bool) -> Iterator[Problem]:
    for loc, _name, value in _walk(node):
        if not isinstance(value, yaml.MappingNode):
            continue
        first: dict[str, int] = {}
        for key, _item in value.value:
            mark = Mark(source, _line(key, lines))
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            if key.tag != "tag:yaml.org,2002:str":
                shown = key.value if isinstance(key, yaml.ScalarNode) else "a list or mapping"
                yield Problem(f"the key {shown} is not text; put it in quotes", loc, mark)
            elif key.value in first:
                where = f" (first on line {first[key.value]})" if lines else ""
                yield Problem(f"the key is given twice{where}", (*loc, key.value), mark)
            else:
                first[key.value] = mark.line


def _bad_text(node: yaml.Node, source: str, lines: bool) -> Iterator[Problem]:
    """Halves of characters (``"\\ud800"``), which no file and no terminal can hold, and NUL, which no path can."""
    for loc, name, value in _walk(node):
        texts = dict.fromkeys(part.value for part in (name, value) if isinstance(part, yaml.ScalarNode))
        for text in texts:
            found = _NO_CHARACTER.search(text)
            if found is not None:
                shown = tuple(_NO_CHARACTER.sub("\ufffd", part) if isinstance(part, str) else part for part in loc)
                message = f"holds U+{ord(found.group()):04X}, which is no character of a text"
                yield Problem(message, shown, Mark(source, _line(name, lines)))


def _marks(node: yaml.Node, source: str, lines: bool) -> dict[Loc, Mark]:
    """Merge keys (``<<``) are marked where they are written, not where their values come from."""
    return {loc: Mark(source, _line(name, lines)) for loc, name, _ in _walk(node)}
