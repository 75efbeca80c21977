"""Names in a configuration that the registry must know; aliases become the canonical names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from tabib import registry
from tabib.core.errors import ConfigError


def _canonical(table: Mapping[str, registry.EntryT], name: str, what: str) -> str:
    try:
        return registry.find(table, name, what).name
    except ConfigError as error:
        raise PydanticCustomError("tabib", "{message}", {"message": str(error)}) from None


def _corpus(name: str) -> str:
    return _canonical(registry.corpora(), name, "corpus")


def _task(name: str) -> str:
    return _canonical(registry.tasks(), name, "task")


def _model(name: str) -> str:
    return _canonical(registry.models(), name, "model")


CorpusName = Annotated[str, AfterValidator(_corpus)]
TaskName = Annotated[str, AfterValidator(_task)]
ModelName = Annotated[str, AfterValidator(_model)]


def corpus_entry(name: object) -> registry.CorpusEntry | None:
    """The corpus of a name or alias; None where there is none (which a field's own check reports)."""
    return _entry(registry.corpora(), name)


def model_entry(name: object) -> registry.ModelEntry | None:
    """The model family of a name or alias; None where there is none."""
    return _entry(registry.models(), name)


def task_entry(name: object) -> registry.TaskEntry | None:
    """The task of a name or alias; None where there is none."""
    return _entry(registry.tasks(), name)


def _entry(table: dict[str, registry.EntryT], name: object) -> registry.EntryT | None:
    return next((row for row in table.values() if name in (row.name, *row.aliases)), None)
