"""``tabib list corpora|tasks|models``: what the registry knows, plug-ins included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tabib.cli.arguments import DataDir

if TYPE_CHECKING:
    from pathlib import Path

    from tabib.data.corpus import Card


def register(app: typer.Typer) -> None:
    listing = typer.Typer(help="List the corpora, tasks and models that can be named.", no_args_is_help=True)
    listing.command("corpora")(corpora)
    listing.command("tasks")(tasks)
    listing.command("models")(models)
    app.add_typer(listing, name="list")


def corpora(data_dir: DataDir = None) -> None:
    """Every corpus: its task, languages, size and licence, and whether it is on this machine."""
    from tabib import registry
    from tabib.cli.console import print_table, stdout, table
    from tabib.data.load import card_of, data_directories

    data_directories(data_dir)  # a directory that does not exist is a mistake, not an absent corpus
    shown = table("corpus", "task", "languages", ("documents", "right"), "on this machine", "licence")
    absent = []
    for entry in registry.corpora().values():
        card = card_of(entry.name)
        documents = sum(counts["documents"] for counts in card.statistics.values())
        place = _place(card, data_dir)
        absent += [entry.name] if place == "no" else []
        shown.add_row(
            _names(entry.name, entry.aliases),
            card.task,
            ", ".join(card.languages),
            f"{documents}",
            place,
            card.licence,
        )
    console = stdout()
    print_table(console, shown)
    if absent and console.is_terminal:
        console.print(f"[dim]Where to get one that is absent: tabib data show {absent[0]}[/dim]")


def tasks() -> None:
    """Every task: what it is, its first metric, and who does it on what."""
    from tabib import registry
    from tabib.cli.console import print_table, stdout, table
    from tabib.tasks.load import get_task

    shown = table("task", "summary", "primary metric", "models", "corpora")
    for entry in registry.tasks().values():
        able = [model.name for model in registry.models().values() if entry.name in model.targets]
        posed = [corpus.name for corpus in registry.corpora().values() if corpus.task == entry.name]
        shown.add_row(
            _names(entry.name, entry.aliases),
            entry.summary,
            get_task(entry.name).primary,
            ", ".join(able),
            ", ".join(posed),
        )
    print_table(stdout(), shown)


def models() -> None:
    """Every model family: what it is, its tasks, whether it starts from pretrained weights."""
    from tabib import registry
    from tabib.cli.console import print_table, stdout, table

    shown = table("model", "summary", "tasks", "weights", "settings (backend_args)")
    for entry in registry.models().values():
        settings = registry.resolve(entry.options).model_fields
        shown.add_row(
            _names(entry.name, entry.aliases),
            entry.summary,
            ", ".join(entry.targets),
            "pretrained" if entry.pretrained else "none",
            ", ".join(settings) or "none",
        )
    print_table(stdout(), shown)


def _names(name: str, aliases: tuple[str, ...]) -> str:
    """The canonical name, and the others in brackets."""
    return f"{name} ({', '.join(aliases)})" if aliases else name


def _place(card: Card, data_dir: Path | None) -> str:
    """``shipped``, ``yes`` or ``no``."""
    from tabib.core.errors import DataError
    from tabib.data.load import SHIPPED, locate

    try:
        folder = locate(card, data_dir)
    except DataError:
        return "no"
    return "shipped" if folder.resolve().is_relative_to(SHIPPED.resolve()) else "yes"
