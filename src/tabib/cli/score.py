"""``tabib score``: scores from saved predictions, without a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)]


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(run: RunPath) -> None:
    """Compute all scores of a run again from its saved gold and predictions. Needs neither the model nor torch."""
    from tabib.cli.console import show_notices, stdout
    from tabib.core.errors import RecordError
    from tabib.records.folder import RunFolder, read_scores
    from tabib.records.record import read_record
    from tabib.records.scoring import rescore
    from tabib.reports.terminal import print_scores
    from tabib.tasks.base import Resampling

    record, folder = read_record(run), RunFolder(run)
    splits = folder.predicted_splits()
    if not splits:
        why = f": the run failed ({record.error.message})" if record.error else ""
        raise RecordError(f"{run} holds no predictions to score{why}")
    before = read_scores(folder)
    evaluation = record.config.get("evaluation", {})
    resampling = Resampling(evaluation.get("resamples", 10_000), evaluation.get("seed", 0))
    after = rescore(folder, splits, record.task, record.labels, resampling)
    console = stdout()
    for split in splits:
        print_scores(console, f"{record.dataset}, {record.name}, seed {record.seed}, {split}", after[split].scores)
    changed = [split for split in splits if split in before and before[split].scores != after[split].scores]
    if changed:
        show_notices([f"the scores of {', '.join(changed)} are not those that were saved before"])
