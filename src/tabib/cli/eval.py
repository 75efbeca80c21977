"""``tabib eval``: score a trained run on test."""

from __future__ import annotations

import typer

from tabib.cli.arguments import ConfigPath, Overrides


def register(app: typer.Typer) -> None:
    app.command("eval")(evaluate)


def evaluate(config: ConfigPath, overrides: Overrides = None) -> None:
    """Score the run that was trained with this configuration on evaluation.split (test, unless it says otherwise).

    Give the same configuration and overrides as to [cyan]tabib train[/cyan].
    """
    from tabib.cli.console import show_notices, stdout
    from tabib.config.load import load_run_config

    loaded = load_run_config(config, overrides or ())
    from tabib.cli.tracking import tell_run, trackers_of_run

    trackers = trackers_of_run(loaded)
    show_notices(loaded.notices)
    from tabib.reports.terminal import print_scores
    from tabib.runs.run import run
    from tabib.training.progress import training_observer

    observer = training_observer(f"{loaded.dataset}, {loaded.model}")
    finished = run(loaded, stages="evaluate", observer=observer)
    split = loaded.evaluation.split
    console = stdout()
    print_scores(console, f"{loaded.dataset}, {split}", finished.scores[split])
    console.print(f"run: {finished.folder.path}", soft_wrap=True, markup=False)
    tell_run(trackers, finished.folder)
