"""Optional packages, and the environment that they read while they are used."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

from tabib.core.errors import MissingExtraError


def require_package(extra: str, *packages: str) -> None:
    """Raises: MissingExtraError: a package that the extra brings is not installed. Imports nothing."""
    for package in packages:
        spec = find_spec(package)
        # A folder of that name (wandb writes one) is no package, though Python takes it for one.
        if spec is None or spec.origin is None:
            raise MissingExtraError(package, extra)


@contextmanager
def defaults(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for a while; those that the user has set stay as they are."""
    added = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
