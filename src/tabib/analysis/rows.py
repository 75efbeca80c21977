"""Results of analyses as JSON and as rows of tables."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from tabib.core.scores import Score


def to_json(value: Any) -> Any:
    """Dataclasses as objects, sequences as lists, scores as they are saved everywhere; all else as it is."""
    if isinstance(value, Score):
        return value.to_json()
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value


def to_row(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as columns; a score as ``name``, ``name_low`` and ``name_high``.

    Where it has scores, ``reason`` says why some of them are None; empty where none is.
    """
    cells: dict[str, Any] = {}
    reasons: dict[str, None] = {}
    scored = False
    for field in fields(value):
        cell = getattr(value, field.name)
        if isinstance(cell, Score):
            scored = True
            cells |= {field.name: cell.value, f"{field.name}_low": cell.low, f"{field.name}_high": cell.high}
            reasons |= dict.fromkeys([cell.reason] if cell.reason else [])
        else:
            cells[field.name] = cell
    return cells | ({"reason": "; ".join(reasons)} if scored else {})


def number_row(name: str, score: Score) -> dict[str, Any]:
    """One single number as a row of a table of such: ``name``, ``value``, ``low``, ``high``, ``reason``."""
    return {"name": name, **{key: getattr(score, key) for key in ("value", "low", "high", "reason")}}
