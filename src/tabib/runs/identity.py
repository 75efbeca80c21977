"""What makes two runs the same run: a hash of everything that determines the trained model and its predictions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tabib.config.run import RunConfig
from tabib.models.weights import fingerprint_tokenizer, fingerprint_weights
from tabib.records.code import fingerprint_code
from tabib.registry import tasks
from tabib.tasks.load import get_task

# Parts that the common code names and a model does not reach, unless it starts from weights; is trained by steps.
_ONLY_FOR_WEIGHTS = ("tabib.models.backbone", "tabib.models.heads")
_ONLY_FOR_STEPS = ("tabib.training",)


@dataclass(frozen=True, slots=True)
class Identity:
    """The parts of a run's identity.

    Args:
        config: the configuration's ``meaning``, the seed among it.
        corpus: hash of the corpus's content; the code that read it, and the ``dataset_args`` that it was read
            with, are therefore no part of the identity.
        weights, tokenizer: hashes of the pretrained files; empty for baselines.
        code: hash of the sources of the model, and, where it is trained by steps, of the training loop and of
            the task, whose dev score chooses the checkpoint. How scores are computed afterwards is no part:
            saved predictions are scored anew instead.
    """

    config: Mapping[str, Any]
    corpus: str
    weights: str
    tokenizer: str
    code: str

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON of the parts, hexadecimal."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def fingerprints(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("corpus", "weights", "tokenizer", "code")}

    def to_json(self) -> dict[str, Any]:
        return {"identity": self.hash} | asdict(self)


def identify(config: RunConfig, corpus: str, weights: Path | None) -> Identity:
    """The identity of a run.

    Args:
        config: the resolved configuration.
        corpus: ``fingerprint_corpus`` of its corpus.
        weights: the folder of its pretrained files; None for baselines.

    Raises:
        ModelError: the folder holds no weights.
    """
    return Identity(
        config=meaning(config),
        corpus=corpus,
        weights="" if weights is None else fingerprint_weights(weights),
        tokenizer="" if weights is None else fingerprint_tokenizer(weights),
        code=training_code(config),
    )


def meaning(config: RunConfig) -> dict[str, Any]:
    """``RunConfig.semantic`` with the metric that chooses weights by its own name, and null for the task's first.

    Raises:
        ConfigError: the task has no such metric.
    """
    found = config.semantic()
    training = found["training"]
    if training is None:
        return found
    task = get_task(config.task)
    metric = task.known_metric(training["metric_for_best_model"] or task.primary)
    greater = training["greater_is_better"]
    found["training"] = training | {
        "metric_for_best_model": None if metric == task.primary else metric,
        "greater_is_better": metric not in task.lower_is_better if greater is None else greater,
    }
    return found


def training_code(config: RunConfig) -> str:
    """Hash of the sources that the fitted model comes from."""
    model = config.entry.targets[config.task].partition(":")[0]
    roots = [model, "tabib.models.build"]
    if config.entry.by_steps:
        return fingerprint_code([*roots, "tabib.training.fit", tasks()[config.task].target.partition(":")[0]])
    return fingerprint_code(
        roots, without=_ONLY_FOR_STEPS if config.entry.pretrained else _ONLY_FOR_WEIGHTS + _ONLY_FOR_STEPS
    )
