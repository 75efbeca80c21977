"""Runs of several precisions in one process."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from tabib.config.training import TrainingConfig
from tabib.core.errors import ConfigError
from tabib.training.engine import Engine
from tabib.training.fit import fit


def losses(tiny: ModuleType, folder: Path, recorder: Any, **settings: Any) -> list[float]:
    config = TrainingConfig(max_steps=5, learning_rate=0.01, **settings)
    fit(tiny.head(), tiny.examples(40), [], config, task=tiny.TASK, seed=1, folder=folder, observer=recorder)
    return list(recorder.losses)


def test_precisions_alternate_and_leave_nothing_behind(
    tiny: ModuleType, tmp_path: Path, make_recorder: Any
) -> None:
    runs = [
        losses(tiny, tmp_path / str(index), make_recorder(), precision=precision)
        for index, precision in enumerate(["fp32", "bf16", "fp32", "bf16"])
    ]
    assert runs[0] == runs[2]
    assert runs[1] == runs[3]
    assert runs[1] != runs[0]
    assert runs[1] == pytest.approx(runs[0], rel=0.02)


def test_the_switch_means_the_precision(tiny: ModuleType, tmp_path: Path, make_recorder: Any) -> None:
    assert losses(tiny, tmp_path / "a", make_recorder(), bf16=True) == losses(
        tiny, tmp_path / "b", make_recorder(), precision="bf16"
    )


def test_autocast_is_for_training_only(tiny: ModuleType) -> None:
    engine = Engine("bf16")
    head = tiny.head().to(engine.device)
    batch = head.to_device(head.collate(head.encode([tiny.examples(1)[0].document]).features))
    with engine.autocast():
        assert head(batch).logits.dtype == torch.bfloat16
    assert head(batch).logits.dtype == torch.float32


def test_an_environment_variable_does_not_change_the_gradients(
    tiny: ModuleType, tmp_path: Path, make_recorder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, other = make_recorder(), make_recorder()
    losses(tiny, tmp_path / "a", plain)
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "4")
    losses(tiny, tmp_path / "b", other)
    assert [step.grad_norm for step in other.steps] == [step.grad_norm for step in plain.steps]


@pytest.mark.skipif(torch.cuda.is_available(), reason="fp16 works with a GPU")
def test_fp16_without_a_gpu_is_refused(tiny: ModuleType, tmp_path: Path, recorder: Any) -> None:
    with pytest.raises(ConfigError, match=r"fp16 needs a CUDA device.*expected fp32 or bf16"):
        losses(tiny, tmp_path, recorder, precision="fp16")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_fp16_trains_on_a_gpu(tiny: ModuleType, tmp_path: Path, make_recorder: Any) -> None:
    half = losses(tiny, tmp_path / "a", make_recorder(), precision="fp16")
    assert half == pytest.approx(losses(tiny, tmp_path / "b", make_recorder()), rel=0.05)
