"""A setting without effect is said, never passed over in silence."""

from __future__ import annotations

from typing import Any

import pytest

from tabib.config.load import run_config_from

BASELINE = {"dataset": "emea", "model": "majority"}
AS_IT_IS = {"dataset": "stsbenchmark", "model": "sentence_cosine", "model_name_or_path": "all-MiniLM-L6-v2"}
ENCODER = {"dataset": "morfitt", "model": "text", "model_name_or_path": "camembert-base"}


@pytest.mark.parametrize(
    ("settings", "notices"),
    [
        (BASELINE, []),
        (BASELINE | {"training": {"output_dir": "runs/x"}}, []),
        (
            BASELINE | {"training": {"max_steps": 5}},
            ["training has no effect: 'majority' is not trained by steps"],
        ),
        (
            BASELINE | {"model_name_or_path": "camembert-base"},
            ["model_name_or_path has no effect: 'majority' does not start from weights"],
        ),
        (AS_IT_IS, []),
        (
            AS_IT_IS | {"model": "llm", "backend_args": {"scale": [0, 5], "continuation": "text"}},
            ["backend_args.continuation has no effect on the task similarity"],
        ),
        (
            AS_IT_IS | {"training": {"learning_rate": 1e-3}},
            ["training has no effect: 'sentence_cosine' is not trained by steps"],
        ),
        (ENCODER, []),
        (ENCODER | {"backend_args": {"focal_gamma": 2.0, "at_least_one_label": True}}, []),
        (
            ENCODER | {"backend_args": {"class_weights": "balanced"}},
            ["backend_args.class_weights has no effect on the task multilabel"],
        ),
        (
            ENCODER | {"dataset": "doctor_patient_questions_fr", "backend_args": {"focal_gamma": 2.0}},
            ["backend_args.focal_gamma has no effect on the task classification"],
        ),
        (
            ENCODER | {"training": {"max_steps": 5, "num_train_epochs": 2}},
            ["training.num_train_epochs has no effect: training.max_steps is given"],
        ),
        (
            ENCODER | {"training": {"max_tokens_per_batch": 64, "per_device_train_batch_size": 4}},
            ["training.per_device_train_batch_size has no effect: training.max_tokens_per_batch is given"],
        ),
    ],
)
def test_notices(settings: dict[str, Any], notices: list[str]) -> None:
    assert list(run_config_from(settings, "run.yaml").notices) == notices
