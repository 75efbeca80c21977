"""What all tables share: rows by dataset, their marks, the best one, and how numbers look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tabib.records.results import CellResult, Results, Summary

SCORERS = {
    "ner_span": "tabib, character spans; exact: same start, end and label, one-to-one",
    "ner_token": "tabib, strict IOB2 entities over words, equal to seqeval (strict)",
    "classification": "tabib, one label per document",
    "multilabel": "tabib, label sets",
    "similarity": "tabib, equal to SciPy's spearmanr and pearsonr; no answer counts as the mean answer",
    "mcqa": "tabib, exact match of letter sets; an answer that cannot be read is the empty set",
}
"""Task → who scored, and by what convention; scorers differ enough to change the winner, so tables name it."""

_PHASES = ("training", "prediction")

MARKS = {
    "failed": "✗",
    "missing": "–",
    "partial": "…",
    "not planned": "",
    "suspect": "?",
    "incomplete": "!",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One model on one dataset, as a table shows it.

    Args:
        cell: the result.
        best: its mean is the highest, clearly (see ``best_of``).
        notes: footnotes, in the order in which they were met; the table numbers them.
    """

    cell: CellResult
    best: bool
    notes: tuple[str, ...]


def by_dataset(results: Results) -> dict[str, dict[str, list[Row]]]:
    """Dataset group → dataset → its rows, all in the order of the benchmark's file."""
    groups: dict[str, dict[str, list[CellResult]]] = {}
    for cell in results.cells:
        groups.setdefault(cell.dataset_group, {}).setdefault(cell.dataset, []).append(cell)
    table: dict[str, dict[str, list[Row]]] = {}
    for group, datasets in groups.items():
        for dataset, cells in datasets.items():
            best = best_of(cells)
            rows = [Row(cell, cell is best, tuple(notes_of(cell))) for cell in cells]
            table.setdefault(group, {})[dataset] = rows
    return table


def best_of(cells: Iterable[CellResult]) -> CellResult | None:
    """The model with the highest mean, where calling it the best means something.

    All models have all their seeds, at least two have a score (a correlation with a constant answer is undefined),
    and the interval of the highest mean lies wholly above that of every other one. Suspect scores never win. This
    is cautious, and no substitute for a paired test.
    """
    planned = [cell for cell in cells if cell.planned]
    scored = [cell for cell in planned if cell.score.mean is not None]
    if len(scored) < 2 or not all(cell.complete for cell in planned):
        return None
    best, *others = sorted(scored, key=lambda cell: -_mean(cell))
    low = best.score.low
    if best.suspect or low is None:
        return None
    if all(cell.score.high is not None and cell.score.high < low for cell in others):
        return best
    return None


_INSTEAD = "backend_fallback: "
"""Begins the note of a run that was computed by something other than what its configuration names."""


def notes_of(cell: CellResult) -> Iterable[str]:
    """What a reader must know before believing a cell, one sentence each."""
    if not cell.planned:
        return
    for seed in cell.seeds:
        if seed.state != "done":
            yield f"{MARKS[seed.state]} seed {seed.seed} {seed.state}" + (
                f": {seed.detail}" if seed.detail else ""
            )
    if cell.done and not cell.complete:
        yield f"{MARKS['incomplete']} mean of {len(cell.done)} of {len(cell.seeds)} seeds"
    if cell.reading:
        yield cell.reading
    if cell.done and cell.score.mean is None:
        yield f"undefined: {cell.score.reason}"
    for reason in cell.suspect:
        yield f"{MARKS['suspect']} suspect: {reason}"
    for what in ("unparsed", "truncated", "failed"):
        count = max((getattr(seed.items, what) for seed in cell.done), default=0)
        if count:
            yield f"{count} of {cell.documents} predictions {what}"
    yield from dict.fromkeys(note for seed in cell.done for note in seed.notes if note.startswith(_INSTEAD))
    yield from _attention_notes([seed.attention for seed in cell.done])


def _attention_notes(seeds: Sequence[Mapping[str, str | None]]) -> Iterable[str]:
    """What was used in place of the attention that was asked for, and where seeds did not use the same."""
    said = []
    for attention in seeds:
        asked = attention.get("asked")
        phases = {phase: attention[phase] for phase in _PHASES if phase in attention}
        if asked is not None and any(used != asked for used in phases.values()):
            used = " and ".join(f"{used} in {phase}" for phase, used in phases.items())
            said.append(f"attention: {asked} was asked for, {used} was used: {attention.get('why')}")
    yield from dict.fromkeys(said)
    for phase in _PHASES:
        kinds = {str(attention[phase]) for attention in seeds if phase in attention}
        if len(kinds) > 1:
            yield f"attention differs between seeds: {', '.join(sorted(kinds))} in {phase}"


def value_text(summary: Summary) -> str:
    """``73.1``, in percent; empty for no value."""
    if summary.mean is None:
        return ""
    return f"{summary.mean * 100:.1f}"


def spread_text(summary: Summary) -> str:
    """``± 0.8``, the sample standard deviation over seeds; empty for one seed."""
    return "" if summary.std is None or summary.mean is None else f"± {summary.std * 100:.1f}"


def interval_text(summary: Summary) -> str:
    """``[70.2, 75.9]``; empty where there is none."""
    if summary.mean is None or summary.low is None or summary.high is None:
        return ""
    return f"[{summary.low * 100:.1f}, {summary.high * 100:.1f}]"


def marks_text(cell: CellResult) -> str:
    """What stands right after a number: ``?``: suspect, ``!``: a mean over fewer seeds than were asked for."""
    marks = MARKS["suspect"] if cell.suspect else ""
    return marks + (MARKS["incomplete"] if cell.done and not cell.complete else "")


def state_text(cell: CellResult) -> str:
    """What stands in place of a number: ``✗ failed``, ``– missing``, ``undefined``, ``not planned``."""
    if not cell.planned:
        return "not planned"
    if cell.done:
        return "undefined"
    for state in ("failed", "partial", "missing"):
        if any(seed.state == state for seed in cell.seeds):
            return f"{MARKS[state]} {state}"
    raise AssertionError("a seed has a state")


def minutes_text(seconds: float | None) -> str:
    """``8 s``, ``3.2 min``, ``1.5 h``."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def count_text(n: float) -> str:
    """``950``, ``12.3k``, ``4.5M``."""
    if n < 1000:
        return f"{n:.0f}"
    return f"{n / 1000:.1f}k" if n < 1_000_000 else f"{n / 1_000_000:.1f}M"


def train_seconds(cell: CellResult) -> float | None:
    """Mean wall time of training over the seeds that are done."""
    times = [seed.seconds["fit"] for seed in cell.done if "fit" in seed.seconds]
    return sum(times) / len(times) if times else None


def train_tokens(cell: CellResult) -> float | None:
    """Mean of the sub-tokens read in training, without padding; None for models that read none."""
    counts = [seed.tokens.get("train", 0) for seed in cell.done]
    mean = sum(counts) / len(counts) if counts else 0
    return mean or None


def _mean(cell: CellResult) -> float:
    assert cell.score.mean is not None
    return cell.score.mean
