"""``tabib list corpora|tasks|models``: what the registry knows, plug-ins included."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.arguments import DataDir

if TYPE_CHECKING:
    from pathlib import Path

    from tabib.data.corpus import Card
    from tabib.registry import ModelEntry

ModelName = Annotated[
    str | None, typer.Argument(metavar="[MODEL]", help="Show this one's settings.", show_default=False)
]


def register(app: typer.Typer) -> None:
    listing = typer.Typer(help="List the corpora, tasks and models that can be named.", no_args_is_help=True)
    listing.command("corpora")(corpora)
    listing.command("tasks")(tasks)
    listing.command("models")(models)
    app.add_typer(listing, name="list")


def corpora(data_dir: DataDir = None) -> None:
    """Every corpus: its task, languages, size and licence, and whether it is here (on this machine)."""
    from tabib import registry
    from tabib.cli.console import print_table, stdout, table
    from tabib.data.load import card_of, data_directories

    data_directories(data_dir)  # a directory that does not exist is a mistake, not an absent corpus
    shown = table(("corpus", "name"), ("task", "name"), "lang", ("docs", "right"), ("here", "name"), "licence")
    absent = []
    for entry in registry.corpora().values():
        card = card_of(entry.name)
        documents = sum(counts.get("documents", 0) for counts in card.statistics.values())
        place = _place(card, data_dir)
        absent += [entry.name] if place == "no" else []
        shown.add_row(
            _names(entry.name, entry.aliases),
            card.task,
            ", ".join(card.languages),
            f"{documents}" if documents else "–",
            place,
            card.licence,
        )
    console = stdout()
    print_table(console, shown)
    if absent and console.is_terminal:
        console.print(f"\n[dim]Where to get one that is absent: tabib data show {absent[0]}[/dim]")


def tasks() -> None:
    """Every task: what it is, the metric that tables show first, and its corpora."""
    from tabib import registry
    from tabib.cli.console import print_table, stdout, table
    from tabib.tasks.load import get_task

    shown = table(("task", "name"), "summary", ("metric", "name"), ("corpora", "name"))
    for entry in registry.tasks().values():
        posed = [corpus.name for corpus in registry.corpora().values() if corpus.task == entry.name]
        shown.add_row(
            _names(entry.name, entry.aliases),
            entry.summary,
            get_task(entry.name).primary,
            _several(posed),
        )
    print_table(stdout(), shown)


def models(model: ModelName = None) -> None:
    """Every model family; or, for one of them, its settings (backend_args) with their defaults."""
    from tabib import registry
    from tabib.cli.console import print_table, stdout, table

    if model is not None:
        _settings(registry.find(registry.models(), model, "model"))
        return
    shown = table(
        ("model", "name"),
        ("also called", "name"),
        ("tasks", "name"),
        ("weights", "name"),
        ("training", "name"),
        "summary",
    )
    for entry in registry.models().values():
        shown.add_row(
            entry.name,
            _several(entry.aliases),
            _several(entry.targets),
            "pretrained" if entry.pretrained else "none",
            "by steps" if entry.by_steps else "in one call" if entry.needs_train else "not needed",
            entry.summary,
        )
    console = stdout()
    print_table(console, shown)
    if console.is_terminal:
        console.print("\n[dim]Its settings: tabib list models MODEL[/dim]")


def _settings(entry: ModelEntry) -> None:
    from rich.text import Text

    from tabib import registry
    from tabib.cli.console import print_table, stdout, table

    console = stdout()
    console.print(Text(entry.name, "bold"), Text(entry.summary))
    fields = registry.resolve(entry.options).model_fields
    if not fields:
        console.print("It has no settings.")
        return
    shown = table(("backend_args", "name"), ("default", "name"), "meaning")
    for name, field in fields.items():
        shown.add_row(name, json.dumps(field.default).strip('"'), Text(field.description or ""))
    print_table(console, shown)


def _several(names: Iterable[str]) -> str:
    """One below the other where there is a terminal, side by side where lines have no end."""
    return ("\n" if sys.stdout.isatty() else ", ").join(names)


def _names(name: str, aliases: tuple[str, ...]) -> str:
    """The canonical name, and the others in brackets; below each other where there is a terminal."""
    if not aliases:
        return name
    return f"{name}\n({_several(aliases)})" if sys.stdout.isatty() else f"{name} ({', '.join(aliases)})"


def _place(card: Card, data_dir: Path | None) -> str:
    """``shipped``, ``yes``, ``no``, or ``sample`` where only the invented sample is."""
    from tabib.core.errors import DataError
    from tabib.data.load import SHIPPED, locate
    from tabib.data.sample import is_sample

    try:
        folder = locate(card, data_dir)
    except DataError:
        return "no"
    if is_sample(folder):
        return "sample"
    return "shipped" if folder.resolve().is_relative_to(SHIPPED.resolve()) else "yes"
