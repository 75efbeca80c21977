"""Which earlier runs tell what a run will cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tabib.benchmark.estimate import earlier_records, estimate, like
from tabib.config.load import run_config_from
from tabib.records.record import write_record
from tabib.runs.prepare import prepare
from tabib.runs.run import run

CONFIG = {
    "dataset": "emea",
    "seed": 1,
    "backend_args": {"max_length": 512},
    "training": {"max_steps": 100, "learning_rate": 1e-3, "per_device_train_batch_size": 16, "precision": "fp32"},
}


def test_seed_steps_and_rates_do_not_change_what_a_step_costs() -> None:
    training = {**CONFIG["training"], "max_steps": 4000, "learning_rate": 5e-5}  # type: ignore[dict-item]
    assert like({**CONFIG, "seed": 2, "training": training}) == like(CONFIG)


def test_batch_size_and_length_do() -> None:
    training = {**CONFIG["training"], "per_device_train_batch_size": 32}  # type: ignore[dict-item]
    assert like({**CONFIG, "training": training}) != like(CONFIG)
    assert like({**CONFIG, "backend_args": {"max_length": 128}}) != like(CONFIG)
    assert like({**CONFIG, "training": None}) != like(CONFIG)


def test_a_record_of_settings_that_are_no_more_is_passed_over(tmp_path: Path) -> None:
    content = {"dataset": "mini_triage_pl", "model": "majority", "evaluation": {"resamples": 10}}
    config = run_config_from(content, "test")
    prepared = prepare(config)
    finished = run(config, runs=tmp_path, prepared=prepared)
    cell: Any = SimpleNamespace(prepared=prepared, spec=SimpleNamespace(config=config))
    assert estimate(cell, earlier_records(tmp_path), 1).source.startswith("the run of seed 42")
    old = replace(finished.record, config={**finished.record.config, "colour": "red"})
    write_record(finished.folder.path, old)
    assert estimate(cell, earlier_records(tmp_path), 1).source.startswith("a probe")


def test_a_server_is_not_asked_for_an_estimate() -> None:
    backend = {"backend": "openai", "base_url": "http://127.0.0.1:9/v1"}
    content = {"dataset": "mini_triage_fr", "model": "llm", "model_name_or_path": "m", "backend_args": backend}
    config = run_config_from(content, "test")
    cell: Any = SimpleNamespace(prepared=prepare(config), spec=SimpleNamespace(config=config))
    cost = estimate(cell, [], 1)
    assert cost.seconds is None
    assert cost.source.startswith("not estimated: a server's answers may cost")
