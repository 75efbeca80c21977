"""A budget that ran out is raised for a model that is saved already, and the run goes on."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tabib.config.options import LlmOptions
from tabib.core.errors import BudgetError
from tabib.core.examples import Document
from tabib.models.build import build_model, load_model, save_model
from tabib.registry import models


@pytest.mark.usefixtures("connect")  # with short waits, and without a key of this machine's user
def test_a_larger_budget_goes_on(tmp_path: Path, server: Any, loopback: ModuleType) -> None:
    server.script = lambda *_: loopback.completion("low")  # 12 tokens each
    options = LlmOptions(
        backend="openai",
        base_url=server.url,
        served_model="tiny",
        scoring="generate",
        budget_tokens=50,
        concurrency=1,
    )
    documents = [Document(str(number), f"Call {number}.") for number in range(10)]
    made = build_model(models()["llm"], "classification", ["low", "high"], options, weights=None, seed=0)
    made.keep_in(tmp_path)
    with pytest.raises(BudgetError, match="5 requests are answered and kept, 5 are left"):
        made.predict(documents)
    assert len(server.asked) == 5
    save_model(made, "llm", tmp_path / "model")
    made.backend.close()  # type: ignore[attr-defined]

    again = load_model(tmp_path / "model", options.model_copy(update={"budget_tokens": 200}))
    again.keep_in(tmp_path)
    assert [prediction.label for prediction in again.predict(documents)] == ["low"] * 10
    assert len(server.asked) == len(set(server.asked)) == 10
    again.backend.close()  # type: ignore[attr-defined]
