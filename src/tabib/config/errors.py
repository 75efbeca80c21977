"""Mistakes in a configuration: where each one is, what was found there and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tabib.core.errors import ConfigError

Loc = tuple[str | int, ...]
"""Keys and list positions from the root of a configuration to a value."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value was written: a file and its 1-based line, or an override (line 0)."""

    source: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    Args:
        message: what is wrong and what was expected.
        loc: the path in the configuration; empty for the file as a whole.
        mark: where it was written, if known.
    """

    message: str
    loc: Loc = ()
    mark: Mark | None = None

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.mark or ""), dotted(self.loc), self.message) if part)


class InvalidConfig(ConfigError):  # noqa: N818 - not one error but several
    """All the mistakes of a configuration at once; ``problems`` holds them one by one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        lines = [str(problem) for problem in self.problems]
        if len(lines) > 1:
            lines = [f"{len(lines)} mistakes in the configuration", *(f"  {line}" for line in lines)]
        super().__init__("\n".join(lines))


def dotted(loc: Sequence[str | int]) -> str:
    """``a.b[0].c``, as overrides spell it; a key that holds a dot is quoted."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (f'"{part}"' if "." in part else part)
    return text
