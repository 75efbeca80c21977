"""``tabib data show``: what a corpus holds; and the group that ``tabib data check`` belongs to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tabib.cli.arguments import DataDir
from tabib.cli.data_check import check

if TYPE_CHECKING:
    from rich.console import Console

    from tabib.data.corpus import Card, Corpus, SplitName

CorpusName = Annotated[str, typer.Argument(metavar="CORPUS", help="A name of [cyan]tabib list corpora[/cyan].")]
Split = Annotated[str, typer.Option("--split", help="Where the examples are taken from: train, dev or test.")]
Number = Annotated[int, typer.Option("-n", min=0, help="How many examples are shown.")]
Full = Annotated[bool, typer.Option("--full", help="Show whole documents, not their beginnings.")]


_LABELS = 50
"""How many labels are shown, the most frequent of train first."""


def register(app: typer.Typer) -> None:
    data = typer.Typer(help="Look into a corpus, or check it.", no_args_is_help=True)
    data.command("show")(show)
    data.command("check")(check)
    app.add_typer(data, name="data")


def show(
    corpus: CorpusName, split: Split = "train", n: Number = 3, full: Full = False, data_dir: DataDir = None
) -> None:
    """A corpus: its card, its splits, its labels and some examples."""
    from tabib.cli.console import stdout
    from tabib.cli.examples import print_example
    from tabib.core.errors import DataError
    from tabib.data.load import card_of, load_corpus

    name = _split(split)
    card = card_of(corpus)
    console = stdout()
    try:
        loaded = load_corpus(corpus, data_dir=data_dir, refuse=False)
    except DataError:
        _print_card(console, card)
        raise
    _print_card(console, loaded.card)
    _print_splits(console, loaded)
    _print_labels(console, loaded)
    colours = {label: index for index, label in enumerate(loaded.card.labels)}
    if loaded.card.test_only and name != "test":
        console.print(f"{name} has no examples; these are of test")
        name = "test"
    for example in loaded.split(name)[:n]:
        print_example(console, example, colours, None if full else 600)


def _split(name: str) -> SplitName:
    from tabib.core.errors import ConfigError
    from tabib.data.corpus import SPLITS
    from tabib.registry import nearest

    for split in SPLITS:
        if name == split:
            return split
    raise ConfigError(f"--split: found {name!r}{nearest(name, SPLITS)}")


def _print_card(console: Console, card: Card) -> None:
    from rich.table import Table
    from rich.text import Text

    from tabib.cli.console import print_table

    console.print(Text(card.name, "bold"), Text(card.summary) if card.summary else "")
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in (
        ("task", card.task),
        ("languages", ", ".join(card.languages)),
        ("licence", card.licence),
        ("citation", card.citation),
        ("access", card.access),
    ):
        facts.add_row(name, Text(value))
    print_table(console, facts)
    console.print()


def _print_splits(console: Console, corpus: Corpus) -> None:
    from rich.text import Text

    from tabib.cli.console import print_table, table
    from tabib.data.corpus import SPLITS
    from tabib.tasks.load import get_task

    task = get_task(corpus.task)
    shown = table(
        "split", ("documents", "right"), ("annotations", "right"), ("lost", "right"), ("characters", "right")
    )
    for split in SPLITS:
        examples = corpus.split(split)
        annotations = sum(len(task.gold_labels(example.gold)) for example in examples)
        characters = sum(len(example.document.text) for example in examples)
        lost = corpus.lost.get(split, ())
        shown.add_row(split, f"{len(examples)}", f"{annotations}", f"{len(lost)}", f"{characters}")
    print_table(console, shown)
    for reason, count in Counter(
        lost.reason.value for part in corpus.lost.values() for lost in part
    ).most_common():
        console.print(f"lost: {count} {reason}", markup=False)
    for note in corpus.notes:
        console.print(Text("note: ", "bold yellow") + Text(note))
    console.print()


def _print_labels(console: Console, corpus: Corpus) -> None:
    from rich.text import Text

    from tabib.cli.console import print_table, table
    from tabib.data.corpus import SPLITS
    from tabib.tasks.load import get_task

    task = get_task(corpus.task)
    supports: dict[str, Counter[str]] = {
        split: Counter(label for example in corpus.split(split) for label in task.gold_labels(example.gold))
        for split in SPLITS
    }
    labels: set[str] = set(corpus.card.labels).union(*supports.values())
    if not labels:
        return
    shown = table("label", *((split, "right") for split in SPLITS))
    for label in sorted(labels, key=lambda name: (-supports["train"][name], name))[:_LABELS]:
        shown.add_row(Text(label), *(_count(supports[split][label]) for split in SPLITS))
    print_table(console, shown)
    if len(labels) > _LABELS:
        console.print(f"… and {len(labels) - _LABELS} more labels", markup=False)
    console.print()


def _count(value: Any) -> str:
    return str(value) if value else "–"
