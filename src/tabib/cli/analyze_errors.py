"""``tabib analyze errors``: what kinds of errors a run makes, on what, and examples of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, Split, check_output, write_output
from tabib.cli.arguments import DataDir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tabib.analysis.features import Vocabulary
    from tabib.analysis.runs import RunData
    from tabib.data.corpus import Corpus

Examples = Annotated[int, typer.Option("--examples", "-n", min=0, help="How many errors are shown in context.")]
Seed = Annotated[int, typer.Option("--seed", help="Of the sample of examples.")]


def errors(
    run: RunPath,
    split: Split = "test",
    output: Output = None,
    examples: Examples = 30,
    seed: Seed = 0,
    data_dir: DataDir = None,
) -> None:
    """Every entity in one class of right and wrong; errors by length; patterns that go with errors; examples.

    Examples, and patterns of writing and vocabulary, need the texts: the corpus is read where the configuration of
    the run finds it.
    """
    from tabib.analysis.error_rates import error_rates
    from tabib.analysis.errors import matches_of
    from tabib.analysis.examples import sample_examples
    from tabib.analysis.lengths import analyse_lengths
    from tabib.analysis.mentions import mentions_of
    from tabib.analysis.patterns import find_patterns
    from tabib.analysis.runs import load_run_data
    from tabib.cli.analyze_corpus import corpus_of
    from tabib.cli.console import show_notices, stdout
    from tabib.records.scoring import resampling_of_record
    from tabib.reports.error_tables import print_error_rates, print_examples, print_lengths, print_patterns

    check_output(output)
    data = load_run_data(run, split)
    resampling = resampling_of_record(data.record)
    matches = matches_of(data)
    corpus, why = corpus_of(data, data_dir)
    if corpus is None:
        show_notices([f"no examples, and no patterns of writing and vocabulary: {why}"])
    texts, vocabulary = _texts(corpus, data), _vocabulary(corpus)
    rates = error_rates(matches, data.ids, resampling)
    lengths = analyse_lengths(data, matches, resampling)
    mentions, absent = mentions_of(data, matches, texts, vocabulary)
    patterns = find_patterns(mentions, data.ids, resampling, absent)
    sampled = [] if texts is None else sample_examples(matches, texts, n=examples, seed=seed)
    console = stdout()
    print_error_rates(console, data.title, rates)
    print_lengths(console, lengths)
    print_patterns(console, patterns)
    print_examples(console, sampled)
    if output is not None:
        write_output(
            output,
            "errors",
            {
                "run": data.title,
                "rates": rates.to_json(),
                "lengths": lengths.to_json(),
                "patterns": patterns.to_json(),
                "examples": {"seed": seed, "sampled": [example.to_json() for example in sampled]},
            },
            {
                "errors": rates.rows(),
                "lengths": lengths.rows(),
                "patterns": patterns.rows(),
                "examples": [example.to_row() for example in sampled],
            },
            {},
        )


def _texts(corpus: Corpus | None, data: RunData) -> Mapping[str, str] | None:
    if corpus is None:
        return None
    wanted = set(data.ids)
    examples = (*corpus.train, *corpus.dev, *corpus.test)
    return {example.id: example.document.text for example in examples if example.id in wanted}


def _vocabulary(corpus: Corpus | None) -> Vocabulary | None:
    """What train held; None where the corpus has no train."""
    from tabib.analysis.features import Vocabulary

    if corpus is None or not corpus.train:
        return None
    return Vocabulary.of((example.document.text, example.gold) for example in corpus.train)
