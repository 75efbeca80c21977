"""What may leave the machine: numbers and names. Prompts, paths, addresses and messages of errors may not.

A prompt or a message can quote a text of a corpus, which may be a patient's; a path or an address tells of the
inside of a hospital's network. Where it matters whether two settings are equal, their hash is told.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tabib.records.files import to_json
from tabib.records.results import CellResult, Results, SeedResult
from tabib.trackers.base import Scalar

PRIVATE = ("description", "data_dir", "offline_dir", "output", "output_dir", "base_url")
"""Keys of a configuration that say where things are, and what their author calls them."""

_NAME = re.compile(r"[\w.+-]{1,96}(/[\w.+-]{1,96})?")
"""Names of models, corpora and settings, and those of the Hub (``org/name``)."""


def public_value(value: Any) -> Scalar:
    """A setting as it may be told: a longer path by its last part, free text by its hash."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        if _is_path(value):
            value = value.rstrip("/").rpartition("/")[2]
        return value if _NAME.fullmatch(value) else _hash(value)
    if isinstance(value, list | tuple) and not any(isinstance(item, list | tuple | Mapping) for item in value):
        return ", ".join(str(public_value(item)) for item in value)
    return _hash(to_json(value, indent=None))


def public_settings(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Scalar]]:
    """Dotted key → value of what is in a configuration and may be told."""
    for key, value in config.items():
        if key in PRIVATE:
            continue
        if isinstance(value, Mapping):
            yield from public_settings(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", public_value(value)


def public_results(results: Results) -> Results:
    """The results without the command, messages of errors (their classes stay), notes and paths."""
    return replace(results, command="", cells=tuple(map(_public_cell, results.cells)))


# Both name what is told: what results come to hold one day is not told unless it is named here.
def _public_cell(cell: CellResult) -> CellResult:
    return CellResult(
        dataset_group=cell.dataset_group,
        dataset=cell.dataset,
        task=cell.task,
        model_group=cell.model_group,
        model=cell.model,
        family=cell.family,
        weights=str(public_value(cell.weights)) if cell.weights else "",
        split=cell.split,
        primary=cell.primary,
        metrics=cell.metrics,
        seeds=tuple(map(_public_seed, cell.seeds)),
        documents=cell.documents,
        lost=cell.lost,
        unlearnable=cell.unlearnable,
        reading=cell.reading,
    )


def _public_seed(seed: SeedResult) -> SeedResult:
    return SeedResult(
        seed=seed.seed,
        state=seed.state,
        detail=seed.detail.partition(":")[0] if seed.state == "failed" else "",
        run=seed.run,
        identity=seed.identity,
        metrics=seed.metrics,
        items=seed.items,
        suspect=seed.suspect,
        seconds=seed.seconds,
        tokens=seed.tokens,
        threads=seed.threads,
        attention=public_attention(seed.attention),
    )


def public_attention(attention: Mapping[str, str | None]) -> dict[str, str | None]:
    """Which implementation was asked for and used, without why."""
    return {key: value for key, value in attention.items() if key != "why"}


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _is_path(text: str) -> bool:
    return "://" not in text and (text.startswith(("/", "~", ".")) or text.count("/") > 1)
