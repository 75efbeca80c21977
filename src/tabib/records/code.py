"""Which version of the program's own code a result came from: a hash of the sources that it used.

The sources are found from a few root modules by following their imports of tabib (also those inside function
bodies), so a change to a part that a run does not use leaves that run valid.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "tabib"

# Parts that are reached and yet determine no result: names and messages, validated settings (their values are
# hashed with the configuration), and what only draws on the terminal.
NOT_RESULTS = (
    "tabib.registry",
    "tabib.config",
    "tabib.core.errors",
    "tabib.records",
    "tabib.training.progress",
)


def fingerprint_code(roots: Iterable[str], without: Iterable[str] = ()) -> str:
    """SHA-256 over the names and sources of the modules used by ``roots``, hexadecimal.

    Args:
        roots: modules by dotted name; one outside tabib (a plug-in) counts with its own source.
        without: dotted names of further modules or packages that are neither hashed nor followed.
    """
    total = hashlib.sha256()
    for name in used_modules(roots, without):
        total.update(name.encode())
        total.update(hashlib.sha256(_source(name) or b"").digest())
        for path in _templates(name):
            total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def used_modules(roots: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    """The modules that ``roots`` import, directly or not, themselves included; sorted."""
    excluded = (*NOT_RESULTS, *without)
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in seen or any(name == other or name.startswith(f"{other}.") for other in excluded):
            continue
        seen.add(name)
        waiting.extend(_imports(name))
    return sorted(seen)


@cache
def _templates(name: str) -> tuple[Path, ...]:
    """The Jinja templates that a package carries below its folder: they are worded results, as code is."""
    package, *inner = name.split(".")
    spec = find_spec(package)
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place, *inner)
        if inner and (folder / "__init__.py").is_file():
            return tuple(sorted(folder.glob("*/*.j2")))
    return ()


@cache
def _imports(name: str) -> frozenset[str]:
    source = _source(name)
    if source is None:
        return frozenset()
    return frozenset(module for module in _named(ast.parse(source), name) if _source(module) is not None)


def _named(tree: ast.AST, importer: str) -> Iterator[str]:
    """Dotted names of tabib that the import statements of ``tree`` may mean as modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = importer.split(".")[: -node.level]
                base = ".".join([*parents, base] if base else parents)
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name == PACKAGE or name.startswith(f"{PACKAGE}."))


@cache
def _source(name: str) -> bytes | None:
    """The source of a module, None where there is no such module (a class of that name, say). Imports nothing."""
    top, *inner = name.split(".")
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        return None
    if not inner:
        return Path(spec.origin).read_bytes() if spec.origin.endswith(".py") else None
    for place in spec.submodule_search_locations or ():
        base = Path(place, *inner)
        for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if path.is_file():
                return path.read_bytes()
    return None
