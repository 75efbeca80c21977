"""What all schemas share: unknown keys are errors, values are immutable, and ``"3"`` is not a number."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

ItemT = TypeVar("ItemT")


class Schema(BaseModel):
    """Base of every configuration schema."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        protected_namespaces=(),
        strict=True,
        allow_inf_nan=False,
    )


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


ListOf = Annotated[tuple[ItemT, ...], BeforeValidator(_frozen)]
"""A list in YAML, a tuple in Python: a schema's values do not change."""
