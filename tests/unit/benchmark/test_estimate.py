"""Which earlier runs tell what a run will cost."""

from __future__ import annotations

from tabib.benchmark.estimate import like

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
