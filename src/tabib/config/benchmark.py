"""A benchmark: every model of each group on every corpus that the group is configured for, for every seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from tabib.config.explain import line_error, line_errors
from tabib.config.names import CorpusName
from tabib.config.output import OutputConfig
from tabib.config.paths import PathText
from tabib.config.run import EvaluationConfig, RunConfig
from tabib.config.schema import ListOf, Schema
from tabib.config.study import StudySettings
from tabib.config.yaml_file import describe
from tabib.registry import nearest


@dataclass(frozen=True, slots=True)
class CellSpec:
    """One cell of the benchmark: one run, and where it stands in the table."""

    dataset_group: str
    dataset: str
    model_group: str
    model_name: str
    seed: int
    config: RunConfig


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """A corpus on which a model is not run, since its group has no configuration for the corpus's group."""

    dataset_group: str
    dataset: str
    model_group: str
    model_name: str


def _model_spec(value: Any) -> Any:
    if value is not None and not isinstance(value, (str, Mapping)):
        expected = "a name or path of weights, null, or a mapping of run settings"
        raise PydanticCustomError(
            "tabib", "{message}", {"message": f"found {describe(value)}, expected {expected}"}
        )
    return value


ModelSpec = Annotated[Any, AfterValidator(_model_spec)]
"""What a model's display name stands for: weights, nothing (null), or settings put over the base's."""


class ModelGroup(Schema):
    """Models that share their base configurations."""

    configs: dict[str, str] = Field(min_length=1, description="group of corpora → base configuration")
    models: dict[str, ModelSpec] = Field(min_length=1, description="name in the table → weights or settings")


class BenchmarkConfig(Schema):
    """A benchmark file, as ``tabib.config.load.load_benchmark_config`` gives it: all its cells are valid."""

    description: str = ""
    seeds: ListOf[Annotated[int, Field(ge=0, lt=2**32)]] = Field(default=(42,), min_length=1)
    parallel_seeds: int = Field(default=1, ge=1, description="seeds trained at once, in processes")
    cleanup_checkpoints: bool = Field(default=True, description="delete this benchmark's checkpoints afterwards")
    datasets: dict[str, Annotated[ListOf[CorpusName], Field(min_length=1)]] = Field(min_length=1)
    model_groups: dict[str, ModelGroup] = Field(min_length=1)
    training: dict[str, Any] = Field(
        default={}, description="put over the training of every model that is trained by steps"
    )
    evaluation: EvaluationConfig | None = Field(default=None, description="put over every base's")
    output: OutputConfig = OutputConfig()
    study: StudySettings = Field(default=StudySettings(), description="of ``tabib study``; entities only")
    data_dir: PathText | None = None
    offline_dir: PathText | None = None
    threads: int | None = Field(
        default=None, ge=1, description="CPU threads of each run; default: cores / parallel_seeds"
    )

    _cells: tuple[CellSpec, ...] = PrivateAttr(default=())
    _not_planned: tuple[NotPlanned, ...] = PrivateAttr(default=())
    _path: Path | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _empty_sections(cls, value: Any) -> Any:
        """A section with nothing below it (null) is as if it were not there."""
        if not isinstance(value, Mapping):
            return value
        optional = ("output", "training", "seeds", "study")
        return {key: item for key, item in value.items() if item is not None or key not in optional}

    @model_validator(mode="wrap")
    @classmethod
    def _all_mistakes_at_once(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            return handler(value)
        errors = list(_contradictions(value))
        try:
            config = handler(value)
        except ValidationError as error:
            errors = line_errors(error) + errors
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return config

    def cells(self) -> list[CellSpec]:
        """Every cell, by dataset group, dataset, model group, model and seed, in the file's order."""
        return list(self._cells)

    def not_planned(self) -> list[NotPlanned]:
        """Pairs of a corpus and a model that the file leaves out; no seeds, since there are no runs."""
        return list(self._not_planned)

    @property
    def path(self) -> Path | None:
        """The benchmark file."""
        return self._path

    @property
    def notices(self) -> tuple[str, ...]:
        """Settings that were given and have no effect, one sentence each."""
        own = []
        if any(cell.config.output is not None for cell in self._cells):
            own.append("output of a base configuration has no effect in a benchmark, which has its own")
        if self.parallel_seeds > len(self.seeds):
            own.append(
                f"parallel_seeds: only {len(self.seeds)} of {self.parallel_seeds} at once, for want of seeds"
            )
        if self.training and not any(cell.config.entry.by_steps for cell in self._cells):
            own.append("training has no effect: none of the models is trained by steps")
        covered = {group for settings in self.model_groups.values() for group in settings.configs}
        own += [
            f"datasets.{group} is not run: no model group has a configuration for it"
            for group in self.datasets
            if group not in covered
        ]
        return (*own, *_cells_notices([cell for cell in self._cells if cell.seed == self.seeds[0]]))


def _cells_notices(cells: Iterable[CellSpec]) -> Iterable[str]:
    """Each notice once, with the first of the cells that it is about."""
    about: dict[str, list[str]] = {}
    for cell in cells:
        for notice in cell.config.notices:
            about.setdefault(notice, []).append(f"{cell.model_name} on {cell.dataset}")
    for notice, names in about.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield f"{notice} ({', '.join(names[:3])}{more})"


_CHOSEN = {"dataset": "datasets", "seed": "seeds"}
"""Settings of a run that are no setting of one model → the benchmark's key that they come from."""


def _contradictions(data: Mapping[str, Any]) -> Iterable[InitErrorDetails]:
    """Mistakes between parts; parts of the wrong type are left to the fields' own checks."""
    datasets, groups = _mapping(data.get("datasets")), _mapping(data.get("model_groups"))
    seeds = data.get("seeds")
    yield from _repeated([(("seeds", i), s) for i, s in enumerate(seeds)] if isinstance(seeds, list) else [])
    yield from _repeated(
        [
            (("datasets", group, index), name)
            for group, names in datasets.items()
            if isinstance(names, list)
            for index, name in enumerate(names)
        ]
    )
    display: list[tuple[tuple[str | int, ...], Any]] = []
    for group, settings in groups.items():
        here = ("model_groups", group)
        models = _mapping(_mapping(settings).get("models"))
        display += [((*here, "models", name), name) for name in models]
        for name, own in models.items():
            if not str(name).strip():
                yield line_error(
                    (*here, "models", name), "a model needs a name, under which it stands in the table"
                )
            for key in _CHOSEN.keys() & _mapping(own).keys():
                message = (
                    f"a benchmark's models are run on all of its {_CHOSEN[key]}; remove this, or change those"
                )
                yield line_error((*here, "models", name, key), message)
        for wanted in _mapping(_mapping(settings).get("configs")):
            if datasets and wanted not in datasets:
                message = f"no group of datasets has this name{nearest(str(wanted), map(str, datasets))}"
                yield line_error((*here, "configs", wanted), message)
    yield from _repeated(display)
    covered = {key for settings in groups.values() for key in _mapping(_mapping(settings).get("configs"))}
    if datasets and covered and not covered & set(datasets):
        yield line_error(("datasets",), "no model group has a configuration for any of these groups")


def _repeated(values: list[tuple[tuple[str | int, ...], Any]]) -> Iterable[InitErrorDetails]:
    seen: set[str] = set()
    for loc, value in values:
        if repr(value) in seen:
            yield line_error(loc, f"{value!r} is given twice")
        seen.add(repr(value))


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
