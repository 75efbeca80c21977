"""Where results go: trackers of a benchmark and of a run, without secrets in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tabib.config.load import load_benchmark_config, load_run_config, run_config_from
from tabib.core.errors import ConfigError
from tabib.runs.identity import meaning

BENCHMARK: dict[str, Any] = {
    "datasets": {"cls": ["mini_triage_fr"]},
    "model_groups": {"g": {"configs": {"cls": "base/majority.yaml"}, "models": {"m": None}}},
}
RUN: dict[str, Any] = {"dataset": "mini_triage_fr", "model": "majority"}


def write(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "file.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_trackers_of_a_benchmark(tmp_path: Path) -> None:
    output = {"wandb": {"project": "p"}, "mlflow": {"experiment": "e"}}
    found = load_benchmark_config(write(tmp_path, BENCHMARK | {"output": output})).output
    assert found.wandb is not None
    assert found.mlflow is not None
    assert (found.wandb.project, found.wandb.table, found.wandb.entity, found.wandb.mode) == (
        "p",
        "results",
        None,
        None,
    )
    assert (found.mlflow.experiment, found.mlflow.tracking_uri) == ("e", None)


def test_a_relative_database_of_a_benchmark_lies_beside_its_other_outputs(tmp_path: Path) -> None:
    output = {"mlflow": {"experiment": "e", "tracking_uri": "sqlite:///results/runs.db"}}
    found = load_benchmark_config(write(tmp_path, BENCHMARK | {"output": output})).output
    assert found.mlflow is not None
    assert found.mlflow.tracking_uri == f"sqlite:///{tmp_path / 'results' / 'runs.db'}"


@pytest.mark.parametrize(
    "uri", ["sqlite:////data/mlflow.db", "https://mlflow.example.org", "postgresql://db.example.org/mlflow"]
)
def test_an_address_stays_as_it_is(uri: str, tmp_path: Path) -> None:
    output = {"mlflow": {"experiment": "e", "tracking_uri": uri}}
    found = load_benchmark_config(write(tmp_path, BENCHMARK | {"output": output})).output
    assert found.mlflow is not None
    assert found.mlflow.tracking_uri == uri


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ({"wandb": {"table": "t"}}, "output.wandb.project: is missing"),
        ({"wandb": {"project": "p", "mode": "of"}}, "output.wandb.mode"),
        ({"wandb": {"project": "p", "api_key": "k"}}, "output.wandb.api_key: unknown key"),
        ({"mlflow": {"experiment": ""}}, "output.mlflow.experiment"),
        ({"mlflow": {"experiment": "e", "tracking_uri": "mlflow.db"}}, "expected an address such as sqlite:///"),
        ({"mlflow": {"experiment": "e", "tracking_uri": "https://me:pw@x.org"}}, "no user name or password"),
    ],
)
def test_mistakes_are_named(output: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_benchmark_config(write(tmp_path, BENCHMARK | {"output": output}))
    assert message in str(caught.value)


def test_the_trackers_of_a_run_are_no_part_of_what_it_is(tmp_path: Path) -> None:
    output = {"wandb": {"project": "p"}, "mlflow": {"experiment": "e"}}
    tracked, plain = load_run_config(write(tmp_path, RUN | {"output": output})), run_config_from(RUN, "plain")
    assert tracked.output is not None
    assert tracked.output.wandb is not None
    assert meaning(tracked) == meaning(plain)


def test_a_run_has_no_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"output\.wandb\.table: unknown key"):
        load_run_config(write(tmp_path, RUN | {"output": {"wandb": {"project": "p", "table": "t"}}}))


def test_the_output_of_a_base_configuration_has_no_effect_in_a_benchmark(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        yaml.safe_dump({"model": "majority", "output": {"wandb": {"project": "p"}}})
    )
    groups = {"g": {"configs": {"cls": "base.yaml"}, "models": {"m": None}}}
    config = load_benchmark_config(write(tmp_path, BENCHMARK | {"model_groups": groups}))
    assert config.notices == ("output of a base configuration has no effect in a benchmark, which has its own",)
