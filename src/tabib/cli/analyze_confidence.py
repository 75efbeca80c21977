"""``tabib analyze confidence``: whether a run's confidences can be trusted, and from which one on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tabib.cli.analyze_arguments import Output, RunPath, Split, check_output, write_output

if TYPE_CHECKING:
    from rich.console import Console

    from tabib.analysis.confidence import ConfidenceAnalysis
    from tabib.analysis.thresholds import Rule, ThresholdRow
    from tabib.core.scores import Score

Target = Annotated[
    float | None,
    typer.Option(
        "--target",
        help="The threshold chosen on dev keeps the most entities with at least this precision (by default 0.9).",
        show_default=False,
    ),
]
Beta = Annotated[
    float | None,
    typer.Option(
        "--beta",
        help="The threshold chosen on dev is that with the highest F-beta instead (1: F1).",
        show_default=False,
    ),
]
MinKept = Annotated[
    int, typer.Option("--min-kept", help="Thresholds that keep fewer entities of dev are not chosen.")
]
ThresholdList = Annotated[
    list[float] | None,
    typer.Option(
        "--threshold",
        min=0,
        max=1,
        help="A row of the table; may be repeated. By default 0.5, 0.6, 0.7, 0.8, 0.85, 0.9 and 0.95.",
        show_default=False,
    ),
]
Bins = Annotated[int, typer.Option("--bins", min=1, help="Bins of the calibration error.")]


def confidence(
    run: RunPath,
    split: Split = "test",
    output: Output = None,
    target: Target = None,
    beta: Beta = None,
    min_kept: MinKept = 10,
    threshold: ThresholdList = None,
    bins: Bins = 15,
) -> None:
    """Confidences of right and wrong entities: precision and coverage by threshold, calibration, risk by coverage.

    A threshold and a temperature are chosen on dev, and what they do is reported on the split.
    """
    from tabib.analysis.confidence import analyse_confidence
    from tabib.analysis.judged import judge
    from tabib.analysis.runs import load_dev_data, load_run_data
    from tabib.analysis.thresholds import THRESHOLDS
    from tabib.cli.console import stdout
    from tabib.records.scoring import resampling_of_record

    rule = _rule(target, beta, min_kept)
    check_output(output)
    data, dev = load_run_data(run, split), load_dev_data(run, split)
    analysis = analyse_confidence(
        judge(data.references, data.predictions),
        None if dev is None else judge(dev.references, dev.predictions),
        rule=rule,
        resampling=resampling_of_record(data.record),
        thresholds=sorted(set(threshold or THRESHOLDS)),
        bins=bins,
    )
    _print(stdout(), data.title, analysis)
    if output is not None:
        from tabib.reports.bundles import confidence_bundle

        write_output(output, confidence_bundle(data.title, analysis))


def _rule(target: float | None, beta: float | None, min_kept: int) -> Rule:
    from tabib.analysis.thresholds import Rule
    from tabib.core.errors import ConfigError

    if beta is None:
        return Rule("precision", target=0.9 if target is None else target, min_kept=min_kept)
    if target is not None:
        raise ConfigError("--target and --beta are two rules for one threshold; give one of them")
    return Rule("f_beta", beta=beta, min_kept=min_kept)


# On the terminal --------------------------------------------------------------------------------------------


def _print(console: Console, title: str, analysis: ConfidenceAnalysis) -> None:
    from rich.text import Text

    console.print(Text(title, "bold"))
    console.print(
        f"{analysis.documents} documents, {analysis.gold} gold entities, {analysis.predicted} predicted,"
        f" {analysis.right} of them right (same type, same characters)",
        soft_wrap=not console.is_terminal,
    )
    _print_means(console, analysis)
    if analysis.reason:
        console.print(f"nothing can be said of confidences: {analysis.reason}", soft_wrap=not console.is_terminal)
        return
    _print_thresholds(console, analysis)
    _print_calibration(console, analysis)
    for note in _notes(analysis):
        console.print(Text(note, "dim"), soft_wrap=not console.is_terminal)


def _print_means(console: Console, analysis: ConfidenceAnalysis) -> None:
    from tabib.cli.console import print_table, table

    means = analysis.means
    shown = table("entities", ("mean", "right"), ("95% interval", "right"), "of what")
    for name, score, what in (
        ("right (TP)", means.tp, "the confidence"),
        ("wrong (FP)", means.fp, "the confidence"),
        ("missed (FN)", means.fn, "the probability of no entity, over the words"),
        ("found", means.found, "the same, to compare with"),
    ):
        shown.add_row(name, *_cells(score), score.reason or what)
    console.print()
    print_table(console, shown)


def _print_thresholds(console: Console, analysis: ConfidenceAnalysis) -> None:
    from tabib.cli.console import print_table, table
    from tabib.reports.numbers import interval_text, percent_text

    right = [(name, "right") for name in ("kept", "precision %", "95% interval", "coverage %", "recall %", "F1 %")]
    shown = table("threshold", *right)  # type: ignore[arg-type]
    for name, row in _threshold_lines(analysis):
        rates = (percent_text(score.value) for score in (row.coverage, row.recall, row.f1))
        shown.add_row(name, str(row.kept), percent_text(row.precision.value), interval_text(row.precision), *rates)
    console.print()
    print_table(console, shown)
    spot = analysis.sweet_spot
    chosen = f"{spot.threshold:.7g}" if spot.threshold is not None else f"none, {spot.reason}"
    console.print(f"chosen on dev: {chosen} (rule: {spot.rule.sentence})", soft_wrap=not console.is_terminal)


def _threshold_lines(analysis: ConfidenceAnalysis) -> Iterator[tuple[str, ThresholdRow]]:
    for row in analysis.thresholds:
        yield f"{row.threshold:g}", row
    if analysis.sweet_spot.test is not None and analysis.sweet_spot.dev is not None:
        yield "chosen on dev", analysis.sweet_spot.test
        yield "  on dev itself", analysis.sweet_spot.dev


def _print_calibration(console: Console, analysis: ConfidenceAnalysis) -> None:
    from tabib.cli.console import print_table, table

    fitted, scaled = analysis.temperature, analysis.scaled
    heads = ["as it is", "95% interval"]
    if scaled is not None:
        heads += [f"temperature {fitted.value:.3g}", "95% interval"]
    shown = table("calibration", *((head, "right") for head in heads))
    for name, title in (
        ("ece_width", "ECE, bins of equal width"),
        ("ece_mass", "ECE, bins of equal mass"),
        ("gap", "mean confidence - share of right"),
        ("brier", "Brier score"),
        ("nll", "negative log-likelihood"),
    ):
        both = [getattr(part, name) for part in (analysis.calibration, scaled) if part is not None]
        shown.add_row(title, *(cell for score in both for cell in _cells(score)))
    risk = analysis.risk_coverage
    for title, score in (("AURC", risk.aurc), ("AURC above the best order's", risk.excess)):
        shown.add_row(title, *(cell for _ in heads[::2] for cell in _cells(score)))
    console.print()
    print_table(console, shown)


def _notes(analysis: ConfidenceAnalysis) -> Iterator[str]:
    if analysis.temperature.value is None:
        yield f"no temperature was fitted: {analysis.temperature.reason}"
    else:
        yield f"the temperature was fitted to the {analysis.temperature.n} entities of dev"
    if analysis.without_confidence:
        yield f"{analysis.without_confidence} predicted entities have no confidence: no threshold keeps them"


def _cells(score: Score) -> tuple[str, str]:
    from tabib.reports.numbers import UNDEFINED

    if score.value is None:
        return UNDEFINED, ""
    interval = "" if score.low is None or score.high is None else f"[{score.low:.3f}, {score.high:.3f}]"
    return f"{score.value:.3f}", interval
