"""Pieces of Markdown: text that is shown as it is, and tables that read as tables in the source too."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence


def escape(text: str) -> str:
    """Text that Markdown shows as it is, also in a table."""
    flat = " ".join(text.split())
    # An underscore within a word is text in Markdown anyway, and names are easier to find unescaped.
    # Brackets are text unless they make a link.
    return re.sub(r"[\\|*`<>~]|&(?=\w|#)|\](?=[(\[:])|(?<!\w)_|_(?!\w)", lambda match: f"\\{match.group()}", flat)


def table(head: Sequence[str], body: Sequence[Sequence[str]], right: Collection[int]) -> str:
    """A table; its texts are escaped already.

    Args:
        right: indices of the columns that are flush right.
    """
    widths = [max(len(row[index]) for row in (head, *body)) for index in range(len(head))]

    def line(row: Sequence[str]) -> str:
        padded = [
            text.rjust(width) if index in right else text.ljust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [
        "-" * (max(width, 3) - 1) + ":" if index in right else "-" * max(width, 3)
        for index, width in enumerate(widths)
    ]
    return "\n".join([line(head), f"| {' | '.join(rule)} |", *map(line, body)])
