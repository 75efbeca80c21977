"""``tabib train``: fit a model and score dev."""

from __future__ import annotations

from typing import Annotated

import typer

from tabib.cli.arguments import ConfigPath, Overrides

Force = Annotated[bool, typer.Option("--force", help="Start anew, even if this run is there already.")]


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(config: ConfigPath, overrides: Overrides = None, force: Force = False) -> None:
    """Train one model on one corpus, and score it on dev. Test is not looked at.

    A run that was stopped goes on from its last checkpoint.
    """
    from tabib.cli.console import show_notices, stdout
    from tabib.config.load import load_run_config

    loaded = load_run_config(config, overrides or ())
    from tabib.cli.tracking import tell_run, trackers_of_run
    from tabib.runs.settings import settings_notices

    trackers = trackers_of_run(loaded)
    show_notices((*loaded.notices, *settings_notices([loaded])))
    from tabib.reports.terminal import print_scores
    from tabib.runs.run import run
    from tabib.training.progress import training_observer

    observer = training_observer(f"{loaded.dataset}, {loaded.model}")
    finished = run(loaded, stages="fit", force=force, observer=observer)
    console = stdout()
    if not finished.did:
        show_notices(["this run is trained already; --force trains it anew"])
    if finished.scores["dev"].items.total:
        print_scores(console, f"{loaded.dataset}, dev", finished.scores["dev"])
    else:
        console.print(f"{loaded.dataset} has no dev split to score.", soft_wrap=True, markup=False)
    console.print(f"run: {finished.folder.path}", soft_wrap=True, markup=False)
    tell_run(trackers, finished.folder)
