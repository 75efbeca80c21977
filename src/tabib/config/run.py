"""One run: a corpus, a model, how it is trained and what is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import yaml
from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from tabib import registry
from tabib.config.errors import Loc, Mark, Problem
from tabib.config.explain import line_error, line_errors, mark_of
from tabib.config.names import CorpusName, ModelName, TaskName, corpus_entry, model_entry, task_entry
from tabib.config.output import RunOutput
from tabib.config.paths import PathText
from tabib.config.preprocessing import WHOLE, Preprocessing, asks_to_cut
from tabib.config.schema import Schema
from tabib.config.training import TrainingConfig

OPERATIONAL = ("description", "data_dir", "offline_dir", "threads", "output")
"""Keys that say where and how a run is done, not what comes out of it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the values of a configuration were written; no part of what it says, so all are equal."""

    marks: Mapping[Loc, Mark] = field(default_factory=dict, compare=False)


class EvaluationConfig(Schema):
    """What is scored, and the bootstrap behind the intervals."""

    split: Literal["train", "dev", "test"] = "test"
    resamples: int = Field(default=10_000, ge=0, le=1_000_000, description="0: no intervals")
    seed: int = Field(default=0, ge=0, description="of the bootstrap")


class RunConfig(Schema):
    """One run. Names of tasks, corpora and models are canonical here, whichever alias was written.

    Raises:
        pydantic.ValidationError: with every mistake; ``tabib.config.load`` turns it into a ``ConfigError``.
    """

    description: str = ""
    task: TaskName = Field(default="", description="the corpus's, which is also the default")
    dataset: CorpusName
    dataset_args: dict[str, Any] = Field(default={}, description="passed to the corpus's loader")
    data_dir: PathText | None = Field(default=None, description="where real corpora are; relative to the cwd")
    model: ModelName
    model_name_or_path: PathText | None = Field(default=None, description="pretrained weights: Hub name or folder")
    backend_args: dict[str, Any] = Field(default={}, description="settings of the model family")
    preprocessing: Preprocessing = Field(
        default=WHOLE, description="how texts are cut before any model sees them; for entities only"
    )
    training: TrainingConfig | None = Field(
        default=None, description="of models trained by steps, which always have it"
    )
    evaluation: EvaluationConfig = EvaluationConfig()
    offline_dir: PathText | None = Field(default=None, description="holds models/<org>--<name>")
    seed: int = Field(default=42, ge=0, lt=2**32)
    threads: int | None = Field(default=None, ge=1, description="CPU threads; default: torch's own choice")
    output: RunOutput | None = Field(default=None, description="trackers that are told of the run")

    _places: Places = PrivateAttr(default=Places())

    @field_validator("dataset_args", "backend_args", "preprocessing", "evaluation", mode="before")
    @classmethod
    def _empty_section(cls, value: Any) -> Any:
        """``backend_args:`` with nothing below it (null) clears what an extended file said."""
        return {} if value is None else value

    @model_validator(mode="wrap")
    @classmethod
    def _all_mistakes_at_once(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        data = dict(value)
        corpus = corpus_entry(data.get("dataset"))
        if data.get("task") is None:
            data.pop("task", None)
            if corpus is not None:
                data["task"] = corpus.task
        model = model_entry(data.get("model"))
        if model is not None and model.by_steps:
            data["training"] = _with_defaults(data.get("training"), model)
        errors = _contradictions(data)
        try:
            config = handler(data)
        except ValidationError as error:
            errors = line_errors(error) + errors
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return config

    @property
    def entry(self) -> registry.ModelEntry:
        """The model family's row of the registry."""
        return registry.models()[self.model]

    def options(self) -> Any:
        """``backend_args`` as an instance of the model family's schema, defaults filled in."""
        options = registry.resolve(self.entry.options).model_validate(self.backend_args)
        servers = (getattr(options, "backend", None), getattr(options, "backend_fallback", None))
        if "openai" in servers and options.served_model is None:
            options = options.model_copy(update={"served_model": self.model_name_or_path})
        return options

    @property
    def remote(self) -> bool:
        """Whether the model is on a server: what names its weights is then its name there, and none are read."""
        return bool(getattr(self.options(), "remote", False))

    def semantic(self) -> dict[str, Any]:
        """What determines the trained model and its predictions, defaults filled in, JSON-able.

        Two configurations that mean the same give the same dict, as far as can be told without the task and the
        corpus: names of metrics are as they are written (``tabib.runs.identity.meaning`` resolves them). Left out:
        operational switches (``OPERATIONAL``, ``output_dir``, ``save_steps``), settings without effect
        (``notices``), ``dataset_args`` and ``model_name_or_path`` (the fingerprints of the corpus and of the
        weights stand for them) and ``evaluation`` (which split is scored, and the bootstrap, do not change the
        trained model; whoever keeps scores adds it).
        """
        from tabib.config.notices import idle_options

        options = self.options()
        defaults = {key: type(options).model_fields[key].default for key in idle_options(self)}
        meaning = {
            "task": self.task,
            "dataset": self.dataset,
            "model": self.model,
            "backend_args": options.model_copy(update=defaults).model_dump(
                mode="json", exclude=set(getattr(options, "operational", ()))
            ),
            "preprocessing": self.preprocessing.model_dump(mode="json"),
            "training": None,
            "seed": self.seed,
        }
        if self.entry.by_steps and self.training is not None:
            meaning["training"] = semantic_training(self.training)
        return meaning

    def to_yaml(self) -> str:
        """The resolved configuration, every default spelled out; loading it gives an equal configuration."""
        dump = self.model_dump(mode="json", by_alias=True)
        dump["backend_args"] = self.options().model_dump(mode="json")
        return yaml.safe_dump(dump, sort_keys=False, allow_unicode=True, width=100)

    def problem(self, loc: Loc, message: str) -> Problem:
        """A mistake that shows only where the task and the corpus are known, with its place in the files."""
        return Problem(message, loc, mark_of(loc, self._places.marks))

    @property
    def notices(self) -> tuple[str, ...]:
        """Settings that were given and have no effect, one sentence each."""
        from tabib.config.notices import run_notices

        return run_notices(self)


def written_at(config: RunConfig, marks: Mapping[Loc, Mark]) -> RunConfig:
    """``config``, which now knows where its values were written."""
    config._places = Places(marks)
    return config


def _with_defaults(given: Any, model: registry.ModelEntry) -> Any:
    """The model's own defaults for what the section ``training`` leaves out."""
    if given is None:
        return dict(model.training)
    if not isinstance(given, Mapping):
        return given
    own = {
        key: value
        for key, value in model.training.items()
        if key != "max_steps" or "num_train_epochs" not in given
    }
    return {**own, **given}


def semantic_training(training: TrainingConfig) -> dict[str, Any]:
    """``training`` without what has no effect: each meaning is spelled in one way only."""
    dump = training.model_dump(mode="json")
    for key in ("output_dir", "save_steps", "bf16", "fp16"):
        del dump[key]
    dump["precision"] = training.mixed_precision
    dump["bert_learning_rate"] = training.encoder_learning_rate
    if training.max_steps is not None:
        del dump["num_train_epochs"]
    if training.max_tokens_per_batch is not None:
        del dump["per_device_train_batch_size"]
    if training.warmup_steps is not None:
        del dump["warmup_ratio"]
    if training.metric_for_best_model is not None:
        dump["metric_for_best_model"] = training.metric_for_best_model.removeprefix("eval_")
    return dump


def _contradictions(data: Mapping[str, Any]) -> list[InitErrorDetails]:
    """Mistakes between fields. Names that do not exist are left to the fields' own checks."""
    errors: list[InitErrorDetails] = []
    corpus, model, task = corpus_entry(data.get("dataset")), model_entry(data.get("model")), data.get("task")
    named = task_entry(task)
    if corpus is not None and named is not None and named.name != corpus.task:
        message = f"found {task!r}, but the task of the corpus {corpus.name!r} is {corpus.task!r}"
        errors.append(line_error(("task",), message, task))
    if named is not None and not named.in_pieces and asks_to_cut(data.get("preprocessing")):
        able = sorted(row.name for row in registry.tasks().values() if row.in_pieces)
        message = (
            f"a {named.name} document has one answer, which its parts do not add up to; expected document (the"
            f" default). Other units are for {', '.join(able)}"
        )
        errors.append(line_error(("preprocessing",), message, data.get("preprocessing")))
    if model is None:
        return errors
    if corpus is not None and corpus.task not in model.targets:
        able = sorted(name for name, row in registry.models().items() if corpus.task in row.targets)
        message = (
            f"{model.name!r} does {', '.join(sorted(model.targets))}, but the task of the corpus"
            f" {corpus.name!r} is {corpus.task}; models that do it: {', '.join(able)}"
        )
        errors.append(line_error(("model",), message, data.get("model")))
    if model.pretrained and data.get("model_name_or_path") is None:
        message = f"is missing; {model.name!r} starts from weights: a name on the Hugging Face Hub or a folder"
        errors.append(line_error(("model_name_or_path",), message))
    errors.extend(_backend_errors(model, data.get("backend_args")))
    return errors


def _backend_errors(model: registry.ModelEntry, given: Any) -> list[InitErrorDetails]:
    if not isinstance(given, Mapping):
        return []
    from tabib.config.explain import explain_options

    schema = registry.resolve(model.options)
    try:
        schema.model_validate(dict(given))
    except ValidationError as error:
        return [
            line_error(("backend_args", *loc), message)
            for loc, message in explain_options(error, schema, model.name)
        ]
    return []
