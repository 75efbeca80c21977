"""How baselines are kept: one JSON file that a person can read."""

from __future__ import annotations

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

from tabib.models.base import Learner

LEARNER = "learner.json"


class StoredLearner(Learner):
    """A learner whose settings and state are JSON; arrays may be kept beside it by a subclass."""

    @classmethod
    @abstractmethod
    def options_type(cls) -> type:
        """The pydantic schema of ``options``."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What ``fit`` learnt, as JSON types; ``restore`` gets it back."""

    @abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Take back what ``state`` returned."""

    def save(self, folder: Path) -> None:
        row = {
            "task": self.task,
            "labels": list(self.labels),
            "options": self.options.model_dump(mode="json"),
            "seed": self.seed,
            "state": self.state(),
        }
        (folder / LEARNER).write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        row = json.loads((folder / LEARNER).read_text(encoding="utf-8"))
        learner = cls(row["labels"], cls.options_type()(**row["options"]), row["seed"], row["task"])
        learner.restore(row["state"])
        return learner
