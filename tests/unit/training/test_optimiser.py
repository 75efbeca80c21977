"""Two learning rates, and decay for matrices only."""

from __future__ import annotations

from types import ModuleType

from tabib.config.training import TrainingConfig
from tabib.training.optimiser import make_optimiser, set_rates


def test_groups_by_origin_and_decay(tiny: ModuleType) -> None:
    head = tiny.head()
    config = TrainingConfig(learning_rate=1e-3, bert_learning_rate=5e-5, weight_decay=0.1)
    names = {parameter: name for name, parameter in head.named_parameters()}
    groups = {
        (group["lr"], group["weight_decay"]): sorted(names[parameter] for parameter in group["params"])
        for group in make_optimiser(head, config).param_groups
    }
    assert groups == {
        (5e-5, 0.1): ["backbone.embedding.weight"],
        (1e-3, 0.1): ["linear.weight"],
        (1e-3, 0.0): ["linear.bias", "norm.bias", "norm.weight"],
    }


def test_frozen_parameters_are_left_out(tiny: ModuleType) -> None:
    head = tiny.head()
    head.backbone.requires_grad_(False)
    groups = make_optimiser(head, TrainingConfig()).param_groups
    assert sum(len(group["params"]) for group in groups) == 4


def test_rates_are_multiples_of_each_groups_own(tiny: ModuleType) -> None:
    optimiser = make_optimiser(tiny.head(), TrainingConfig(learning_rate=1e-3, bert_learning_rate=1e-5))
    for _ in range(2):  # a factor replaces the one before
        set_rates(optimiser, 0.5)
    assert sorted({group["lr"] for group in optimiser.param_groups}) == [0.5e-5, 0.5e-3]
