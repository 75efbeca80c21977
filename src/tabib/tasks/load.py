"""A task by its name or alias."""

from __future__ import annotations

from typing import Any

from tabib import registry
from tabib.tasks.base import Task


def get_task(name: str) -> Task[Any, Any]:
    """The task that the registry has under ``name``.

    Raises:
        ConfigError: no such task; says the nearest names.
    """
    task = registry.resolve(registry.find(registry.tasks(), name, "task").target)
    assert isinstance(task, Task), f"{name}: the registry must name an instance of Task"
    return task
