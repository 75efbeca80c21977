"""``tabib score``: scores from saved predictions, without a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tabib.records.folder import RunFolder, SavedScores

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)]


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(run: RunPath) -> None:
    """Compute all scores of a run again from its saved gold and predictions. Needs neither the model nor torch."""
    from tabib.cli.console import show_notices, stdout
    from tabib.core.errors import RecordError
    from tabib.records.folder import RunFolder, write_scores
    from tabib.records.record import read_record
    from tabib.records.scoring import resampling_of_record, score_split
    from tabib.reports.terminal import print_scores

    record, folder = read_record(run), RunFolder(run)
    splits = folder.predicted_splits()
    if not splits:
        why = f": the run failed ({record.error.message})" if record.error else ""
        raise RecordError(f"{run} holds no predictions to score{why}")
    before = _saved(folder)
    resampling = resampling_of_record(record)
    after = {split: score_split(folder, split, record.task, record.labels, resampling) for split in splits}
    console = stdout()
    for split in splits:
        print_scores(console, f"{record.dataset}, {record.name}, seed {record.seed}, {split}", after[split].scores)
    changed = [split for split in splits if split in before and before[split].scores != after[split].scores]
    if changed:
        show_notices([f"the scores of {', '.join(changed)} are not those that were saved before"])
    try:
        write_scores(folder, before | after)
    except OSError as error:
        show_notices([f"the scores could not be saved: {error.strerror or error}"])


def _saved(folder: RunFolder) -> dict[str, SavedScores]:
    """The scores that were saved before; none where their file is damaged, since it is written anew."""
    from tabib.cli.console import show_notices
    from tabib.core.errors import RecordError
    from tabib.records.folder import read_scores

    try:
        return read_scores(folder)
    except RecordError as error:
        show_notices([str(error)])
        return {}
