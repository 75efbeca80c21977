"""``tabib data check``: whether corpora keep what their cards say, and what could make a score mean less."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.arguments import DataDir

if TYPE_CHECKING:
    from rich.console import Console

    from tabib.data.check import CheckReport
    from tabib.data.corpus import Corpus, SplitName
    from tabib.data.leaks import CountTokens, CrossLeak

_FEW_LABELS = 25

CorpusNames = Annotated[
    list[str], typer.Argument(metavar="CORPUS", help="Names of [cyan]tabib list corpora[/cyan].")
]
Tokenizer = Annotated[
    str | None,
    typer.Option(
        "--tokenizer",
        metavar="MODEL",
        help="Also count the texts that are longer than this model (or folder) reads.",
        show_default=False,
    ),
]
MaxLength = Annotated[
    int | None,
    typer.Option(
        "--max-length",
        min=1,
        help="Sub-tokens that are read, special ones included; by default all that the model can.",
        show_default=False,
    ),
]


def check(
    corpora: CorpusNames, data_dir: DataDir = None, tokenizer: Tokenizer = None, max_length: MaxLength = None
) -> None:
    """Hold corpora to their cards: ids, offsets, labels, counts, texts shared between splits and with each other.

    Exit code 1 where there are problems, 2 where a corpus is absent or cannot be read. Texts that two corpora
    share are a fact about the pair and no problem of either.
    """
    from tabib import registry
    from tabib.cli.console import show_error, stdout
    from tabib.core.errors import DataError
    from tabib.data.check import check_corpus
    from tabib.data.leaks import beyond, cross_leaks
    from tabib.data.load import load_corpus

    entries = [registry.find(registry.corpora(), name, "corpus") for name in dict.fromkeys(corpora)]
    count, limit = _counter(tokenizer, max_length)
    console = stdout()
    loaded: list[Corpus] = []
    worst = 0
    for entry in entries:
        try:
            corpus = load_corpus(entry.name, data_dir=data_dir, refuse=False)
        except DataError as error:
            show_error(error)
            worst = 2
            continue
        loaded.append(corpus)
        report = check_corpus(corpus)
        _print_report(console, report, repeating=corpus.card.texts_repeat)
        if count is not None:
            _print_longer(console, report, beyond(corpus, count, limit), limit)
        _print_problems(console, report)
        worst = max(worst, 1 if report.problems else 0)
    _print_leaks(console, loaded, cross_leaks(loaded) if len(loaded) > 1 else [])
    raise typer.Exit(worst)


def _counter(tokenizer: str | None, max_length: int | None) -> tuple[CountTokens | None, int]:
    """What counts sub-tokens, and the most that are read; (None, 0) where nobody asked.

    Raises:
        ConfigError: a length without a tokeniser, or none at all.
    """
    from tabib.core.errors import ConfigError

    if tokenizer is None:
        if max_length is not None:
            raise ConfigError("--max-length counts a model's sub-tokens: say which with --tokenizer")
        return None, 0
    from tabib.models.token_counts import token_counter

    count, limit = token_counter(tokenizer)
    chosen = max_length or limit
    if chosen is None:
        raise ConfigError(f"the tokeniser of {tokenizer} does not say how much the model reads: add --max-length")
    return count, chosen


def _print_report(console: Console, report: CheckReport, *, repeating: bool) -> None:
    from rich.text import Text

    from tabib.cli.console import print_table, table

    verdict = Text("problems", "bold red") if report.problems else Text("ok", "bold green")
    console.print(Text(f"{report.name}: ", "bold") + verdict)
    columns = ("docs", "without", "annotations", "nested", "discontinuous", "lost", "median length")
    shown = table("split", *((column, "right") for column in columns))
    for split, facts in report.splits.items():
        numbers = (
            facts.documents,
            facts.without_annotations,
            facts.annotations,
            facts.nested,
            facts.discontinuous,
            sum(facts.lost.values()),
            round(facts.lengths.median),
        )
        shown.add_row(split, *map(str, numbers))
    print_table(console, shown)
    _print_lost(console, report)
    _print_support(console, report)
    for (one, other), count in report.shared_texts.items():
        why = " (mentions: they come again by nature)" if repeating else ""
        console.print(Text(f"equal texts in {one} and {other}: {count}{why}"))
    if not repeating:
        for (one, other), count in report.near_duplicates.items():
            console.print(Text(f"near-duplicates in {one} and {other}: {count}"))


def _print_lost(console: Console, report: CheckReport) -> None:
    from rich.text import Text

    for split, facts in report.splits.items():
        if facts.lost:
            reasons = ", ".join(f"{count} {reason}" for reason, count in facts.lost.items())
            console.print(Text(f"lost in {split}: {reasons}"), soft_wrap=True)


def _print_support(console: Console, report: CheckReport) -> None:
    """Label by label where there are few; else how long the tail is."""
    from rich.text import Text

    from tabib.cli.console import print_table, table

    support = {split: facts.support for split, facts in report.splits.items()}
    labels = support["train"]
    if not labels:
        return
    if len(labels) <= _FEW_LABELS:
        shown = table("label", *((split, "right") for split in support))
        for label in sorted(labels, key=lambda name: (-labels[name], name)):
            shown.add_row(Text(label), *(str(support[split][label] or "–") for split in support))
        print_table(console, shown)
        return
    shown = table("label support", *((split, "right") for split in support))
    rows: dict[str, list[str]] = {
        f"labels with support, of {len(labels)}": [str(len(_positive(counts))) for counts in support.values()],
        "of them with one annotation": [
            str(sum(n == 1 for n in _positive(counts))) for counts in support.values()
        ],
        "median annotations": [f"{median(_positive(counts) or [0]):g}" for counts in support.values()],
        "most annotations": [str(max(_positive(counts) or [0])) for counts in support.values()],
    }
    for name, values in rows.items():
        shown.add_row(name, *values)
    print_table(console, shown)


def _positive(counts: Mapping[str, int]) -> list[int]:
    return [n for n in counts.values() if n]


def _print_longer(console: Console, report: CheckReport, longer: Mapping[SplitName, int], max_length: int) -> None:
    from rich.text import Text

    parts = [
        f"{split} {n} of {report.splits[split].documents}"
        + (f" ({n / report.splits[split].documents:.0%})" if n else "")
        for split, n in longer.items()
    ]
    console.print(Text(f"longer than {max_length} sub-tokens: {', '.join(parts)}"), soft_wrap=True)


def _print_problems(console: Console, report: CheckReport) -> None:
    from rich.text import Text

    for problem in report.problems:
        console.print(Text("✗ ", "bold red") + Text(problem), soft_wrap=True)
    console.print()


def _print_leaks(console: Console, corpora: list[Corpus], leaks: list[CrossLeak]) -> None:
    from rich.text import Text

    for leak in leaks:
        console.print(
            Text("cross-corpus leak: ", "bold red")
            + Text(
                f"{leak.shared} of the {leak.documents} texts of {leak.other} are (nearly) texts of {leak.one}:"
                " never train on one and test on the other"
            ),
            soft_wrap=True,
        )
        places = ", ".join(f"{one}–{other} {n}" for (one, other), n in leak.by_split.items())
        where = "all in the same split of both" if not leak.across else f"{leak.across} in different splits"
        console.print(Text(f"  {leak.one}–{leak.other}: {places}; {where}"), soft_wrap=True)
    mentions = [corpus.card.name for corpus in corpora if corpus.card.texts_repeat]
    if mentions and len(corpora) > 1:
        console.print(Text(f"not compared with other corpora, as their texts are mentions: {', '.join(mentions)}"))
