"""``tabib predict``: annotate new documents with a trained run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.predict_review import PolicyPath, ReviewTypes, Threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tabib.core.examples import Document
    from tabib.core.predictions import NerPrediction

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a trained run.", show_default=False)]
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES",
        help="Texts (.txt), or JSON lines (.jsonl): id and text; pairs: second; questions: options.",
        show_default=False,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="brat (entities only) or jsonl. Default: brat for entities with --output, else jsonl. BRAT holds a"
        " copy of each text, without a byte order mark: the offsets are the copy's. Confidences are notes.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="A folder for brat; a file for jsonl, which else goes to the output."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files of an earlier call; never inputs.")]


def register(app: typer.Typer) -> None:
    app.command("predict")(predict)


def predict(
    run: RunPath,
    files: Files,
    format: Format = None,
    output: Output = None,
    overwrite: Overwrite = False,
    threshold: Threshold = None,
    review_type: ReviewTypes = None,
    policy: PolicyPath = None,
) -> None:
    """Annotate new documents with a trained run."""
    from tabib.cli.predict_review import deployment_of, warn_without_confidences, write_deployed
    from tabib.config.writable import writing
    from tabib.core.errors import ConfigError
    from tabib.records.record import read_record
    from tabib.reports.review_list import check_no_review, check_review
    from tabib.runs.annotate import check_targets, decided_json_lines, json_lines, open_run, write_json_lines
    from tabib.runs.deployment import divide
    from tabib.runs.inputs import read_documents

    record = read_record(run)
    task = record.task
    entities = task in ("ner_span", "ner_token")
    chosen = format or ("brat" if entities and output is not None else "jsonl")
    if chosen not in ("brat", "jsonl"):
        raise ConfigError(f"--format: found {chosen!r}, expected brat or jsonl")
    if chosen == "brat" and not entities:
        raise ConfigError(f"--format brat holds entities, and this run's task is {task}; use --format jsonl")
    if chosen == "brat" and output is None:
        raise ConfigError("--format brat needs --output, the folder to write to")
    if not entities and (threshold is not None or review_type or policy is not None):
        raise ConfigError(f"a threshold chooses among entities, and this run's task is {task}")
    deployment = deployment_of(record, threshold, review_type or (), policy)
    documents = read_documents(files, task)
    if chosen == "brat":
        assert output is not None
        with writing(output):
            check_targets(documents, output, files, overwrite=overwrite)
            if deployment is None:
                check_no_review(output)
            else:
                check_review(output, [document.id for document in documents], files, overwrite=overwrite)
    _, model = open_run(run)
    if output is not None:
        # Before the work, so that a path that cannot be made costs nothing.
        with writing(output):
            (output if chosen == "brat" else output.parent).mkdir(parents=True, exist_ok=True)
    predictions = model.annotate(documents)
    if deployment is not None:
        divided = [divide(*pair, deployment) for pair in zip(documents, predictions, strict=True)]
        warn_without_confidences(divided)
    if chosen == "brat":
        assert output is not None
        with writing(output):
            if deployment is None:
                _write_brat(documents, predictions, output)
            else:
                write_deployed(divided, output)
        return
    text = json_lines(documents, predictions) if deployment is None else decided_json_lines(divided)
    if output is None:
        typer.echo(text, nl=False)
    else:
        target = output / "predictions.jsonl" if output.is_dir() else output
        with writing(target):
            write_json_lines(target, text, files, overwrite=overwrite)


def _write_brat(documents: Sequence[Document], predictions: Sequence[NerPrediction], output: Path) -> None:
    from tabib.cli.console import stderr
    from tabib.runs.annotate import write_annotations

    for document, prediction in zip(documents, predictions, strict=True):
        write_annotations(document, prediction, output)
    found = sum(len(prediction.entities) for prediction in predictions)
    documents_text = f"{len(documents)} document{'s' * (len(documents) != 1)}"
    entities_text = f"{found} {'entity' if found == 1 else 'entities'}"
    stderr().print(f"{documents_text}, {entities_text}: {output}", soft_wrap=True, markup=False)
