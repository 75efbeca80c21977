"""A language model that is asked in words and used as it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from tabib.config.options import LlmOptions
from tabib.core.errors import ConfigError, ModelError
from tabib.core.examples import Document, Example
from tabib.core.predictions import Prediction
from tabib.models.base import Learner, Progress
from tabib.models.decoders.answering import (
    answer,
    count_outcomes,
    count_ways,
    outcome_notes,
    scale_of,
    way_notes,
)
from tabib.models.decoders.asking import Asker, Way
from tabib.models.decoders.backends.choose import open_backend
from tabib.models.decoders.base import Backend, Request, Response
from tabib.models.decoders.ledger import Ledger
from tabib.models.decoders.prompts import check_template
from tabib.models.decoders.shots import draw_shots
from tabib.models.decoders.store import ResponseStore, cache_folder, complete_with
from tabib.tasks.load import get_task

FILE = "llm.json"


class Llm(Learner):
    """Answers every task by prompts. Nothing is trained: of train it takes examples for the prompt, and the scale
    of similarities.

    Args:
        weights: the folder of the model; None where it is on a server.
        backend: completes the prompts.
    """

    options: LlmOptions

    def __init__(
        self,
        labels: Sequence[str],
        options: LlmOptions,
        seed: int,
        task: str,
        *,
        weights: Path | None,
        backend: Backend,
    ) -> None:
        super().__init__(labels, options, seed, task)
        self.weights = weights
        self.backend = backend
        self.shots: tuple[Example[Any], ...] = ()
        self.scale = scale_of(task, options.scale, ())
        self.ledger = Ledger.of(options, self.model_name)
        self.counts: Counter[str] = Counter()
        self.ways: Counter[Way] = Counter()
        self._before = self.ledger.usage
        self._kept_in: Path | None = None
        self._closed = False
        if options.scoring == "loglikelihood" and "loglikelihood" not in backend.can:
            raise ConfigError(
                f"backend_args.scoring: the backend {backend.name!r} has no log-likelihoods; use generate or auto"
            )
        self.asker()  # refuses what the task cannot be asked by

    @classmethod
    def build(cls, task: str, labels: Sequence[str], options: Any, *, weights: Path | None, seed: int) -> Self:
        if options.template is not None:
            check_template(options.template)
        return cls(labels, options, seed, task, weights=weights, backend=open_backend(options, weights))

    @property
    def model_name(self) -> str:
        return self.options.served_model or (self.weights.name if self.weights else "")

    def asker(self) -> Asker:
        """How documents are asked about."""
        return Asker.of(self.task, self.labels, self.options, self.scale, can=self.backend.can, shots=self.shots)

    def fit(self, train: Sequence[Example[Any]], dev: Sequence[Example[Any]]) -> None:  # noqa: ARG002
        """Draw the examples.

        Raises:
            ConfigError: examples are asked for and there is no train split.
        """
        if self.options.shots and not train:
            raise ConfigError(
                "backend_args.shots: the corpus has no train to draw examples from; expected 0, or shots_from"
            )
        self.shots = draw_shots(train, self.options.shots, self.seed)
        self.scale = scale_of(self.task, self.options.scale, train)

    def keep_in(self, folder: Path) -> None:
        """Answers are kept below the run's folder, so that a run that was cut off asks only what is left."""
        self._kept_in = folder

    def predict(self, documents: Sequence[Document], progress: Progress | None = None) -> list[Prediction]:
        self._before = self.ledger.usage
        asker = self.asker()
        predictions = answer(asker, documents, self._complete, progress)
        self.counts = count_outcomes(predictions)
        self.ways = count_ways(asker, documents)
        return predictions

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.backend.close()

    def _complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        if self._kept_in is None:
            yield from complete_with(None, self.backend, requests, self.ledger)
            return
        with ResponseStore(cache_folder(self._kept_in), self.backend.identity) as store:
            yield from complete_with(store, self.backend, requests, self.ledger)

    @property
    def notes(self) -> tuple[str, ...]:
        """The backend's remarks, what the answers took, and what became of them."""
        usage = self.ledger.since(self._before)
        took = f"{usage.requests} requests ({usage.cached} stored before, {usage.errors} without an answer)"
        if usage.cost is not None:
            took += f", cost {usage.cost:.4g}"
        asked = f"asked by {self.backend.name}: {took}"
        return (*self.backend.remarks, asked, *way_notes(self.ways), *outcome_notes(self.counts))

    @property
    def attention(self) -> Mapping[str, str | None]:
        return self.backend.attention

    @property
    def tokens(self) -> Mapping[str, int]:
        usage = self.ledger.since(self._before)
        return {"prompt": usage.prompt_tokens, "completion": usage.completion_tokens}

    def took_before(self, tokens: Mapping[str, int]) -> None:
        self.ledger.begin_at(tokens.get("prompt", 0), tokens.get("completion", 0))
        self._before = self.ledger.usage

    def save(self, folder: Path) -> None:
        """Settings and examples; of the weights only where they are."""
        task = get_task(self.task)
        row = {
            "task": self.task,
            "labels": list(self.labels),
            "options": self.options.model_dump(mode="json"),
            "seed": self.seed,
            "weights": None if self.weights is None else str(self.weights.resolve()),
            "identity": dict(self.backend.identity),
            "scale": list(self.scale),
            "shots": [
                {"document": asdict(shot.document), "gold": task.gold_to_json(shot.gold)} for shot in self.shots
            ],
        }
        (folder / FILE).write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote. Raises: ModelError: the weights are gone, or are others now."""
        return cls._load(folder, None)

    @classmethod
    def load_for(cls, folder: Path, options: LlmOptions) -> Self:
        """``load``, with the budget and whatever else is operational in ``options``. Raises: ModelError: as it."""
        return cls._load(folder, {name: getattr(options, name) for name in LlmOptions.operational})

    @classmethod
    def _load(cls, folder: Path, operational: Mapping[str, Any] | None) -> Self:
        row = json.loads((folder / FILE).read_text(encoding="utf-8"))
        options = LlmOptions.model_validate_json(json.dumps(row["options"]))
        if operational is not None:
            options = options.model_copy(update=dict(operational))
        weights = None if row["weights"] is None else Path(row["weights"])
        if weights is not None and not (weights / "config.json").is_file():
            raise ModelError(
                f"{folder} asks the model in {weights}, which is no longer there: put it back, or a link to it"
            )
        backend = open_backend(options, weights)
        for part in ("weights", "tokenizer"):
            if row["identity"].get(part) != backend.identity.get(part):
                raise ModelError(f"the {part} in {weights} are not those that the model in {folder} was made with")
        model = cls(row["labels"], options, row["seed"], row["task"], weights=weights, backend=backend)
        task = get_task(model.task)
        low, high = row["scale"]
        model.scale = (low, high)
        model.shots = tuple(
            Example(_document(shot["document"]), task.gold_from_json(shot["gold"])) for shot in row["shots"]
        )
        return model


def _document(row: dict[str, Any]) -> Document:
    words = tuple((start, end) for start, end in row["words"])
    return Document(**{**row, "words": words, "options": tuple(row["options"])})
