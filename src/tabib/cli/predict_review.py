"""``tabib predict --threshold``: what is sure is annotated, all else goes on a list for a reader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tabib.records.record import RunRecord
    from tabib.runs.deployment import Deployment, Divided

Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        min=0,
        max=1,
        help="Annotate entities with at least this confidence only; all others go into review.csv and review.jsonl"
        " beside them. In jsonl every entity says auto or review.",
        show_default=False,
    ),
]
ReviewTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--review-type",
        metavar="TYPE",
        help="With --threshold: a type that goes to review whatever its confidence; may be repeated.",
        show_default=False,
    ),
]
PolicyPath = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Threshold and types as production.json recommends them, which 'tabib analyze production -o' writes.",
        show_default=False,
    ),
]


def deployment_of(
    record: RunRecord, threshold: float | None, review_types: Sequence[str], policy: Path | None
) -> Deployment | None:
    """What the options ask for; None where they ask for nothing. Raises: ConfigError: they do not go together."""
    from tabib.cli.console import show_notices
    from tabib.core.errors import ConfigError
    from tabib.runs.deployment import deployment_from_options, read_deployment

    if policy is not None:
        if threshold is not None or review_types:
            raise ConfigError(
                "--policy gives the threshold and the types; leave out --threshold and --review-type"
            )
        found, note = read_deployment(policy, record)
        show_notices([note] if note else [])
        return found
    if threshold is None:
        if review_types:
            raise ConfigError("--review-type needs --threshold: without one, all entities are annotated")
        return None
    return deployment_from_options(threshold, review_types, record)


def write_deployed(divided: Sequence[Divided], output: Path) -> None:
    """The review list first, so that what is not annotated is on it whatever happens; then BRAT."""
    from tabib.cli.console import stderr
    from tabib.reports.review_list import review_paths, write_review
    from tabib.runs.annotate import write_annotations

    items = [item for one in divided for item in one.review]
    write_review(output, items)
    for one in divided:
        write_annotations(one.document, one.coded, output)
    coded = sum(len(one.coded.entities) for one in divided)
    entities = sum(item.entity is not None for item in items)
    whole = len(items) - entities
    parts = (
        _counted(len(divided), "document", "documents"),
        f"{_counted(coded, 'entity', 'entities')} annotated: {output}",
        f"to review {_counted(entities, 'entity', 'entities')} and {_counted(whole, 'document', 'documents')} as a"
        f" whole: {review_paths(output)[0]}",
    )
    stderr().print("; ".join(parts), soft_wrap=True, markup=False)


def warn_without_confidences(divided: Sequence[Divided]) -> None:
    """Say so where the model gave no confidence at all: a threshold keeps nothing then."""
    from tabib.cli.console import show_notices

    scored = [entity for one in divided for entity in one.prediction.entities]
    if scored and all(entity.confidence is None for entity in scored):
        show_notices(["the model gives no confidence with its entities: everything goes to review"])


def _counted(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"
