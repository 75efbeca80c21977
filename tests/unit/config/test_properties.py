"""Whatever is wrong with a configuration, it is a ConfigError that names the place; never another exception."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tabib.config.errors import InvalidConfig, dotted
from tabib.config.load import load_benchmark_config, run_config_from
from tabib.config.overrides import override
from tabib.config.yaml_file import Marked, parse_yaml

VALID: dict[str, Any] = {
    "description": "a valid run",
    "task": "ner_span",
    "dataset": "emea",
    "data_dir": "data",
    "model": "span_ner",
    "model_name_or_path": "camembert-base",
    "backend_args": {"max_length": 128, "use_crf": True, "dropout": 0.1, "threshold": 0.5},
    "training": {"max_steps": 10, "learning_rate": 0.001, "lr_scheduler_type": "cosine", "bf16": False},
    "evaluation": {"split": "dev", "resamples": 100, "seed": 1},
    "seed": 3,
    "threads": 1,
}
PATHS = [(key,) for key in VALID] + [
    (key, inner) for key, value in VALID.items() if isinstance(value, dict) for inner in value
]
fuzz = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])  # on busy machines
LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_éł{}%'", min_size=1, max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6)
# One of these is wrong wherever it stands: no setting takes a list, and only sections take mappings.
WRONG_KINDS = st.one_of(st.lists(SCALARS, min_size=1, max_size=3), st.just({"inner": 1}))


def parent(data: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for part in path[:-1]:
        data = data[part]
    return data


def problems(data: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        run_config_from(data, "run.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_the_starting_point_is_valid() -> None:
    assert run_config_from(VALID, "run.yaml").seed == 3


@given(path=st.sampled_from(PATHS), extra=LETTERS)
@fuzz
def test_a_misspelt_key_is_named(path: tuple[str, ...], extra: str) -> None:
    data = copy.deepcopy(VALID)
    holder = parent(data, path)
    holder[path[-1] + extra] = holder.pop(path[-1])
    wrong = dotted((*path[:-1], path[-1] + extra))
    assert any(line.startswith(f"run.yaml: {wrong}: ") for line in problems(data))


@given(path=st.sampled_from(PATHS), value=WRONG_KINDS)
@fuzz
def test_a_value_of_the_wrong_kind_is_named(path: tuple[str, ...], value: Any) -> None:
    data = copy.deepcopy(VALID)
    parent(data, path)[path[-1]] = value
    assert any(line.startswith(f"run.yaml: {dotted(path)}") for line in problems(data))


@given(path=st.sampled_from([("task",), ("dataset",), ("model",)]), name=LETTERS)
@fuzz
def test_an_unknown_name_is_named_with_what_it_could_have_been(path: tuple[str, ...], name: str) -> None:
    lines = problems(VALID | {path[0]: name + "_unheard_of"})
    assert any("did you mean" in line or "known:" in line for line in lines if f" {path[0]}: " in line)


@given(path=st.sampled_from(PATHS), value=ANYTHING)
@fuzz
def test_any_value_anywhere_is_valid_or_a_config_error(path: tuple[str, ...], value: Any) -> None:
    data = copy.deepcopy(VALID)
    parent(data, path)[path[-1]] = value
    try:
        config = run_config_from(data, "run.yaml")
    except InvalidConfig:
        return
    again = run_config_from(parse_yaml(config.to_yaml(), "resolved.yaml").data, "resolved.yaml")
    assert again.semantic() == config.semantic()


@given(data=st.dictionaries(st.text(), ANYTHING, max_size=4))
@fuzz
def test_any_mapping_is_a_config_error(data: dict[str, Any]) -> None:
    assert problems(data)


@given(text=st.text(max_size=60))
@fuzz
def test_any_text_is_yaml_or_a_config_error(text: str) -> None:
    with contextlib.suppress(InvalidConfig):
        parse_yaml(text, "f.yaml")


@given(text=st.text(alphabet="ab.=\"'{}[]: ,&*!|>-#%@`?~\n", max_size=20))
@fuzz
def test_any_override_is_applied_or_a_config_error(text: str) -> None:
    with contextlib.suppress(InvalidConfig):
        override(Marked({"a": {"b": 1}, "b": [1], "b.a": "x"}, {}), [text])


@given(
    path=st.sampled_from(
        [
            ("seeds",), ("parallel_seeds",), ("datasets",), ("datasets", "ner"), ("model_groups",), ("output",),
            ("model_groups", "g"), ("model_groups", "g", "configs"), ("model_groups", "g", "configs", "ner"),
            ("model_groups", "g", "models"), ("model_groups", "g", "models", "m"), ("training",), ("evaluation",),
        ]
    ),
    value=ANYTHING,
)  # fmt: skip
@fuzz
def test_any_value_anywhere_in_a_benchmark_is_valid_or_a_config_error(
    path: tuple[str, ...], value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data: dict[str, Any] = {
        "seeds": [1],
        "datasets": {"ner": ["emea"]},
        "model_groups": {"g": {"configs": {"ner": "base/majority.yaml"}, "models": {"m": None}}},
    }
    parent(data, path)[path[-1]] = value
    file = tmp_path_factory.mktemp("benchmark") / "benchmark.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True))
    with contextlib.suppress(InvalidConfig):
        load_benchmark_config(file)
