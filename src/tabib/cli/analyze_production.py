"""``tabib analyze production``: what would happen if a run's model coded documents, and how it may be deployed."""

from __future__ import annotations

from typing import Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, Split, check_output, write_output

Threshold = Annotated[
    float,
    typer.Option("--threshold", min=0, max=1, help="The confidence at which types and errors are looked at."),
]
HighValue = Annotated[
    list[str] | None,
    typer.Option(
        "--high-value",
        metavar="TYPE",
        help="A type whose errors cost most; may be repeated. By default Disease_disorder, Therapeutic_procedure"
        " and Medication, those of them that the corpus has.",
        show_default=False,
    ),
]
Target = Annotated[
    float, typer.Option("--target", help="The precision that what is coded without a reader should have.")
]
MinEntities = Annotated[
    int, typer.Option("--min-entities", help="Nothing is claimed of the precision of fewer entities.")
]
AssistPrecision = Annotated[
    float,
    typer.Option(
        "--assist-precision",
        min=0,
        max=1,
        help="The share of right predictions on dev from which they are worth showing to a reader.",
    ),
]


def production(
    run: RunPath,
    split: Split = "test",
    output: Output = None,
    threshold: Threshold = 0.85,
    high_value: HighValue = None,
    target: Target = 0.9,
    min_entities: MinEntities = 10,
    assist_precision: AssistPrecision = 0.5,
) -> None:
    """Code or review: by entity and by document, high-value types, wrong entities by type, and a recommendation.

    Threshold and types are chosen on dev, and what they do is reported on the split. With -o, production.json is
    what [cyan]tabib predict --policy[/cyan] takes.
    """
    from tabib.analysis.production.analysis import analyse_production
    from tabib.analysis.production.settings import ProductionSettings
    from tabib.analysis.runs import load_dev_data, load_run_data
    from tabib.cli.console import show_notices, stdout
    from tabib.records.scoring import resampling_of_record
    from tabib.reports.production_tables import print_production

    settings = ProductionSettings(
        threshold=threshold,
        high_value=None if high_value is None else tuple(high_value),
        target=target,
        min_entities=min_entities,
        assist_precision=assist_precision,
    )
    check_output(output)
    data = load_run_data(run, split)
    analysis = analyse_production(data, load_dev_data(run, split), settings, resampling_of_record(data.record))
    if analysis.absent:
        names = ", ".join(analysis.absent)
        show_notices([f"high-value types: the corpus does not have {names}; --high-value names others"])
    print_production(stdout(), analysis)
    if output is not None:
        from tabib.reports.bundles import production_bundle

        write_output(output, production_bundle(analysis))
