"""``tabib analyze``: what the saved predictions of a run say. Every analysis is a module of its own."""

from __future__ import annotations

import typer

from tabib.cli.analyze_compare import compare
from tabib.cli.analyze_confidence import confidence
from tabib.cli.analyze_errors import errors
from tabib.cli.analyze_production import production
from tabib.cli.analyze_speed import speed
from tabib.cli.analyze_types import types


def register(app: typer.Typer) -> None:
    analyze = typer.Typer(
        help="Look into a run of entities. Needs only its saved predictions; speed needs its model.",
        no_args_is_help=True,
    )
    analyze.command("types")(types)
    analyze.command("errors")(errors)
    analyze.command("confidence")(confidence)
    analyze.command("production")(production)
    analyze.command("speed")(speed)
    analyze.command("compare")(compare)
    app.add_typer(analyze, name="analyze")
