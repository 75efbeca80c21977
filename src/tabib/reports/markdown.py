"""Results as Markdown: one table per dataset, with all that is needed to believe it and to make it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tabib.records.files import write_atomically
from tabib.records.results import Environment, Results
from tabib.reports.markdown_text import escape, table
from tabib.reports.table import (
    MARKS,
    SCORERS,
    Row,
    by_dataset,
    count_text,
    interval_text,
    marks_text,
    minutes_text,
    spread_text,
    state_text,
    train_seconds,
    train_tokens,
    value_text,
)

_HEAD = ("Model", "Score", "95% interval", "Seeds", "Training", "Tokens")
_NUMBERS = range(1, len(_HEAD))


def write_markdown(path: Path, results: Results) -> None:
    """Write the Markdown page, atomically."""
    write_atomically(path, render_markdown(results))


def render_markdown(results: Results) -> str:
    """The whole page."""
    title = results.description or "Benchmark"
    parts = [f"# {escape(title)}", _summary(results)]
    notes: dict[str, int] = {}
    for group, datasets in by_dataset(results).items():
        parts.append(f"## {escape(group)}")
        for dataset, rows in datasets.items():
            parts.append(_dataset(dataset, rows, notes))
    if notes:
        parts.append("\n".join(f"<sup>{number}</sup> {escape(note)}  " for note, number in notes.items()).rstrip())
    parts += ["## How to read this", _legend(results), "## How it was made", _provenance(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(results: Results) -> str:
    runs = [seed for cell in results.cells for seed in cell.seeds]
    done = sum(seed.state == "done" for seed in runs)
    text = f"{done} of {len(runs)} runs done, seeds {', '.join(map(str, results.seeds))}."
    for state in ("failed", "partial", "missing"):
        count = sum(seed.state == state for seed in runs)
        if count:
            text += f" **{count} {state}.**"
    return text


def _dataset(dataset: str, rows: Sequence[Row], notes: dict[str, int]) -> str:
    first = rows[0].cell
    metric = next((row.cell.primary for row in rows if row.cell.primary), "")
    documents = max(row.cell.documents for row in rows)
    scorer = SCORERS.get(first.task, "tabib")
    facts = [f"Metric: `{metric}` in %, higher is better.", f"Scorer: {scorer}.", f"Split: {first.split}"]
    facts[-1] += f", {documents} documents." if documents else "."
    facts += [f"{_sentence(note)}" for note in dict.fromkeys(note for row in rows for note in row.cell.notes)]
    lost = next((row.cell.lost for row in rows if row.cell.lost), {})
    if lost:
        counts = ", ".join(f"{count} {reason}" for reason, count in lost.items())
        facts.append(f"Gold annotations of this split that are not part of this task: {counts}.")
    body = [_cells(row, notes) for row in rows]
    return "\n\n".join(
        [f"### {escape(dataset)}", " ".join(map(_escape_text, facts)), table(_HEAD, body, _NUMBERS)]
    )


def _cells(row: Row, notes: dict[str, int]) -> list[str]:
    cell, summary = row.cell, row.cell.score
    value = value_text(summary)
    if value:
        value = " ".join(part for part in (value, spread_text(summary)) if part)
        value = f"**{value}**" if row.best else value
        value += marks_text(cell)
    else:
        value = state_text(cell)
    numbers = [str(notes.setdefault(note, len(notes) + 1)) for note in row.notes]
    if numbers:
        value += f" <sup>{','.join(numbers)}</sup>"
    tokens = train_tokens(cell)
    return [
        escape(cell.model),
        value,
        interval_text(summary),
        f"{len(cell.done)}/{len(cell.seeds)}" if cell.planned else "",
        minutes_text(train_seconds(cell)),
        "" if tokens is None else count_text(tokens),
    ]


def _legend(results: Results) -> str:
    lines = [
        "Score: mean over seeds ± sample standard deviation over seeds (n − 1); one seed has no ±.",
        f"95% interval: {results.interval}.",
        "Bold: the highest mean, where its interval lies wholly above that of every other model. This is"
        " cautious, and no substitute for a paired test.",
        f"{MARKS['suspect']} suspect: at or below the majority baseline, a constant prediction, or close to zero;"
        " the majority baseline itself carries no mark.",
        f"{MARKS['incomplete']}: a mean over fewer seeds than were asked for.",
        f"{MARKS['failed']} failed, {MARKS['partial']} partial, {MARKS['missing']} missing: there is no score."
        " None of them is a zero.",
        "Seeds: done / asked for. Training: wall time of one run, mean over seeds. Tokens: sub-tokens read in"
        " training by one run, padding not counted.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _provenance(results: Results) -> str:
    lines = [f"- Command: `{results.command}`" if results.command else "", f"- Date: {results.created} (UTC)"]
    lines += [_environment(environment) for environment in results.environments]
    if len(results.environments) > 1:
        lines.append(
            "- These runs were not all made with the same machine, versions and number of threads; small"
            " differences between them may come from that."
        )
    weights = {cell.model: cell.weights for cell in results.cells if cell.weights}
    lines += [f"- {escape(model)}: `{name}`" for model, name in weights.items()]
    return "\n".join(line for line in lines if line)


def _environment(environment: Environment) -> str:
    machine = environment.hardware
    parts = [
        str(machine.get("cpu", "")),
        f"{machine.get('cores')} cores, {environment.threads} thread{'s' * (environment.threads != 1)} per run",
        f"{machine.get('memory_gib')} GiB",
        str(machine.get("gpu") or "no GPU"),
    ]
    packages = ", ".join(f"{name} {version}" for name, version in environment.versions.items())
    return f"- {environment.runs} runs on {escape('; '.join(part for part in parts if part))}; {packages}"


def _escape_text(text: str) -> str:
    """Sentences of our own, in which backticks mean code."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
