"""``tabib analyze errors``: what kinds of errors a run makes, on what, and examples of them."""

from __future__ import annotations

from typing import Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, Split, check_output, write_output
from tabib.cli.arguments import DataDir

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
    from tabib.analysis.error_analysis import analyse_errors
    from tabib.analysis.runs import load_run_data
    from tabib.cli.console import show_notices, stdout
    from tabib.records.scoring import resampling_of_record
    from tabib.reports.error_tables import print_error_rates, print_examples, print_lengths, print_patterns
    from tabib.runs.corpus_of_run import corpus_of, texts_of, vocabulary_of

    check_output(output)
    data = load_run_data(run, split)
    corpus, why = corpus_of(data, data_dir)
    if corpus is None:
        show_notices([f"no examples, and no patterns of writing and vocabulary: {why}"])
    analysis = analyse_errors(
        data,
        texts_of(corpus, data),
        vocabulary_of(corpus),
        resampling_of_record(data.record),
        examples=examples,
        seed=seed,
    )
    console = stdout()
    print_error_rates(console, data.title, analysis.rates)
    print_lengths(console, analysis.lengths)
    print_patterns(console, analysis.patterns)
    print_examples(console, analysis.examples)
    if output is not None:
        from tabib.reports.bundles import errors_bundle

        write_output(output, errors_bundle(data.title, analysis))
