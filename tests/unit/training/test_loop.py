"""The generator of steps: what it counts, how it accumulates, and when it gives up."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from tabib.config.training import TrainingConfig
from tabib.core.errors import TrainingError
from tabib.training.engine import Engine
from tabib.training.fit import fit
from tabib.training.loop import Loop
from tabib.training.schedule import make_plan


def make_loop(tiny: ModuleType, head: Any, n: int = 24, **settings: Any) -> Loop:
    config = TrainingConfig(**settings)
    data = tiny.examples(n)
    features = head.encode([one.document for one in data], [one.gold for one in data]).features
    engine = Engine(config.mixed_precision)
    head.to(engine.device)
    plan = make_plan([row.length for row in features], config, 0, has_dev=False)
    return Loop(head, features, config, plan, engine, 0)


def test_steps_say_where_the_run_is(tiny: ModuleType) -> None:
    loop = make_loop(tiny, tiny.head(), per_device_train_batch_size=10, num_train_epochs=2)
    steps = list(loop.steps())
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.epoch for step in steps] == pytest.approx([1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2])
    lengths = sum(row.length for row in loop.features)
    assert sum(step.tokens for step in steps) == loop.position.tokens == 2 * lengths
    assert loop.position.padded_tokens >= loop.position.tokens
    assert all(step.grad_norm > 0 for step in steps)
    assert (loop.position.epoch, loop.position.batch) == (2, 0)


def test_it_learns(tiny: ModuleType) -> None:
    steps = list(make_loop(tiny, tiny.head(), max_steps=60, learning_rate=0.02).steps())
    assert steps[-1].loss < steps[0].loss / 4


@pytest.mark.parametrize("sizes", [(24, 1), (8, 3), (7, 4), (1, 24)])
def test_accumulated_batches_weigh_as_one_big_batch(tiny: ModuleType, sizes: tuple[int, int]) -> None:
    """24 rows as 8 + 8 + 8, or 7 + 7 + 7 + 3, whose mean of means would be another."""
    weights, losses = [], []
    for size, accumulation in ((24, 1), sizes):
        head = tiny.head(dropout=0.0)
        loop = make_loop(
            tiny,
            head,
            per_device_train_batch_size=size,
            gradient_accumulation_steps=accumulation,
            max_steps=3,
            learning_rate=0.01,
        )
        losses.append([step.loss for step in loop.steps()])
        weights.append(torch.cat([parameter.detach().flatten() for parameter in head.parameters()]).cpu())
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    torch.testing.assert_close(weights[1], weights[0], rtol=1e-4, atol=1e-5)


def test_a_head_says_what_its_loss_is_a_mean_over(tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a weight of zero, a batch has no part in the step."""
    head = tiny.head(dropout=0.0)
    monkeypatch.setattr(head, "loss_weight", lambda rows: float(len(rows) == 8))
    loop = make_loop(tiny, head, n=12, per_device_train_batch_size=8, gradient_accumulation_steps=2, max_steps=1)
    alone = tiny.head(dropout=0.0).train()
    (step,) = loop.steps()
    (full,) = (rows for rows in _batches(loop) if len(rows) == 8)
    expected = alone(alone.collate([loop.features[row] for row in full])).loss
    assert step.loss == pytest.approx(expected.item())


def _batches(loop: Loop) -> list[list[int]]:
    from tabib.training.batching import epoch_batches

    return epoch_batches([row.length for row in loop.features], loop.config, loop.seed, 0)


def test_gradients_are_clipped(tiny: ModuleType) -> None:
    loop = make_loop(tiny, tiny.head(), max_steps=1, gradient_clip=1e-3)
    seen: list[float] = []
    loop.optimiser.register_step_pre_hook(
        lambda *_: seen.append(
            float(torch.cat([p.grad.flatten() for p in loop.model.parameters() if p.grad is not None]).norm())
        )
    )
    (step,) = loop.steps()
    assert step.grad_norm > 1e-3
    assert seen == [pytest.approx(1e-3, rel=1e-3)]


def test_an_infinite_loss_stops_the_run_and_says_what_to_try(tiny: ModuleType, tmp_path: Path) -> None:
    head = tiny.head()
    head.explodes_at = 3
    config = TrainingConfig(max_steps=9, bert_learning_rate=0.5)
    with pytest.raises(TrainingError) as caught:
        fit(head, tiny.examples(40), [], config, task=tiny.TASK, seed=0, folder=tmp_path)
    message = str(caught.value)
    assert "stopped at step 3: the loss is inf" in message
    for advice in ("learning_rate (now 5e-05)", "bert_learning_rate (now 0.5)", "warm-up", "gradient_clip"):
        assert advice in message
    assert "precision" not in message, "it is fp32 already"


def test_infinite_gradients_stop_the_run_too(tiny: ModuleType) -> None:
    loop = make_loop(tiny, tiny.head(), max_steps=2)
    loop.model.linear.weight.register_hook(lambda gradient: gradient / 0.0)  # type: ignore[union-attr, operator]
    with pytest.raises(TrainingError, match="step 1: the gradients are not finite"):
        next(loop.steps())
