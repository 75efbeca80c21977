"""``tabib``: the command line. Every command is a module of this package with ``register(app)``.

A command's module imports nothing heavier than typer; what it needs is imported inside the function, so that
``tabib --help`` and a mistake in a configuration cost no second.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated

import typer

from tabib import __version__
from tabib.core.errors import TabibError

COMMANDS = ("train", "eval", "benchmark", "study", "predict", "score", "analyze", "list_", "data", "download")
"""Modules of ``tabib.cli``, in the order of ``tabib --help``."""

app = typer.Typer(
    name="tabib",
    help="Fine-tune, benchmark and honestly compare language models on clinical text.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tabib {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version


for _name in COMMANDS:
    import_module(f"tabib.cli.{_name}").register(app)


def main() -> None:
    """The console script: exits with 0, or with the error's own code and one message on stderr."""
    for stream in (sys.stdout, sys.stderr):
        # What the encoding lacks is a question mark to a reader; in a pipe, as data, it is spelled out.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace" if stream.isatty() else "backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command line, and its exit code: 0 done, 1 done with findings, 2 a mistake, 130 interrupted.

    A bug (any other exception) is not caught: its traceback is what its report needs.
    """
    try:
        app(list(arguments), prog_name="tabib")
    except TabibError as error:
        from tabib.cli.console import show_error

        show_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except SystemExit as finished:  # how typer ends every command
        if finished.code == 130:
            return _interrupted()
        return finished.code if isinstance(finished.code, int) else int(finished.code is not None)
    return 0


def _interrupted() -> int:
    sys.stderr.write("interrupted\n")
    return 130
