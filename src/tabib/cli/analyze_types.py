"""``tabib analyze types``: scores by entity type and tier, and which types are taken for which."""

from __future__ import annotations

from typing import Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, Split, check_output, write_output
from tabib.cli.arguments import DataDir

RareBelow = Annotated[int, typer.Option("--rare-below", help="Types with fewer gold entities in train are rare.")]
FrequentAbove = Annotated[
    int, typer.Option("--frequent-above", help="Types with more gold entities in train are frequent.")
]
Top = Annotated[int, typer.Option("--top", min=1, help="How many types the confusion shows, the most frequent.")]


def types(
    run: RunPath,
    split: Split = "test",
    output: Output = None,
    rare_below: RareBelow = 100,
    frequent_above: FrequentAbove = 1000,
    top: Top = 15,
    data_dir: DataDir = None,
) -> None:
    """Precision, recall and F1 of each entity type and of frequent, medium and rare types; confused types."""
    from tabib.analysis.confusion import confuse
    from tabib.analysis.runs import load_run_data
    from tabib.analysis.types import Thresholds, analyse_types
    from tabib.cli.console import show_notices, stdout
    from tabib.records.scoring import resampling_of_record
    from tabib.reports.type_tables import print_confused, print_types
    from tabib.runs.corpus_of_run import with_train_counts

    thresholds = Thresholds(rare_below, frequent_above)
    check_output(output)
    data, why = with_train_counts(load_run_data(run, split), data_dir)
    show_notices([why] if why else [])
    analysis = analyse_types(data, thresholds, resampling_of_record(data.record))
    confusion = confuse(data, top)
    console = stdout()
    print_types(console, data.title, analysis)
    print_confused(console, confusion)
    if output is not None:
        from tabib.reports.bundles import types_bundle

        write_output(output, types_bundle(data.title, analysis, confusion))
