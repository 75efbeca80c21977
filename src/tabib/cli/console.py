"""What commands print with: rich on a terminal; plain, unwrapped and uncoloured text in a pipe or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from tabib.core.errors import Interrupted, TabibError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_PIPE_WIDTH = 10_000
"""Columns of a line that nobody looks at: nothing is wrapped or cut."""

_WORD = 12
"""Longest word that a column of text keeps in one piece where the terminal is narrow."""

Kind = Literal["text", "right", "name"]


def stdout() -> Console:
    """The console for results."""
    return _console(stderr=False)


def stderr() -> Console:
    """The console for errors, notices and progress."""
    return _console(stderr=True)


def show_error(error: TabibError) -> None:
    """One message on stderr, without a traceback. Its text is printed as it is: no markup, no wrapping."""
    from rich.text import Text

    console = stderr()
    head, _, rest = str(error).partition("\n")
    label = Text("interrupted: ", "bold yellow") if isinstance(error, Interrupted) else Text("error: ", "bold red")
    console.print(label + Text(head, "bold" if rest else ""), soft_wrap=True)
    if rest:
        console.print(Text(rest), soft_wrap=True)


def show_notices(notices: Iterable[str]) -> None:
    """Settings without effect, and whatever else a user should know before a run starts."""
    from rich.text import Text

    console = stderr()
    for notice in notices:
        console.print(Text("note: ", "bold yellow") + Text(notice), soft_wrap=True)


def print_table(console: Console, shown: Table) -> None:
    """Print a table; row by row on a terminal too narrow for it; in a pipe its lines end where their text ends."""
    if console.is_terminal:
        if _fits(shown, console.width):
            console.print(shown)
        else:
            _print_rows(console, shown)
        return
    with console.capture() as captured:
        console.print(shown)
    console.file.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def _fits(shown: Table, width: int) -> bool:
    """Whether nothing has to be cut; gives the columns their least widths, and breaks their heads at blanks."""
    for column in shown.columns:
        head = str(column.header)
        lines = [line for cell in column.cells for line in str(cell).split("\n")]
        body = max(map(len, lines), default=0)
        if not column.no_wrap:
            body = min(_WORD, max((len(word) for line in lines for word in line.split()), default=0))
        if len(head) > body:
            column.header = head.replace(" ", "\n")
        column.min_width = max(body, *map(len, head.split()), 1)
    return sum(column.min_width or 0 for column in shown.columns) + 2 * (len(shown.columns) - 1) <= width


def _print_rows(console: Console, shown: Table) -> None:
    """Each row as lines of its own, one for each column."""
    from rich.table import Table

    heads = [str(column.header).replace("\n", " ") for column in shown.columns]
    for cells in zip(*(column.cells for column in shown.columns), strict=True):
        row = Table.grid(padding=(0, 2))
        row.add_column(style="bold", no_wrap=True)
        row.add_column(overflow="fold")
        for head, cell in zip(heads, cells, strict=True):
            row.add_row(head, cell)
        console.print(row)
        console.print()


def table(*columns: str | tuple[str, Kind], title: str = "") -> Table:
    """A table with a head line; in a pipe the columns are parted by blanks only.

    Args:
        columns: names; with ``"right"`` for numbers, with ``"name"`` for what is not to be broken into lines.
    """
    from rich import box
    from rich.table import Table

    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD if sys.stdout.isatty() else None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0) if sys.stdout.isatty() else (0, 2, 0, 0),
        header_style="bold",
    )
    for column in columns:
        name, kind = column if isinstance(column, tuple) else (column, "text")
        made.add_column(
            name, justify="right" if kind == "right" else "left", no_wrap=kind != "text", overflow="fold"
        )
    return made


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(stderr=stderr, highlight=False)
    return Console(stderr=stderr, highlight=False, width=_PIPE_WIDTH, no_color=True)


def entity_style(index: int) -> str:
    """A colour for the ``index``-th label; they come round again after twelve."""
    colours = (
        "black on bright_cyan", "black on bright_yellow", "black on bright_green", "black on bright_magenta",
        "white on blue", "white on red", "black on cyan", "black on yellow", "black on green",
        "black on magenta", "black on bright_red", "black on bright_blue",
    )  # fmt: skip
    return colours[index % len(colours)]
