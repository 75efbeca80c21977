"""Tokens and money are added up, and a budget says when to stop."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tabib.config.options import LlmOptions
from tabib.core.errors import BudgetError
from tabib.models.decoders.base import Response, Usage
from tabib.models.decoders.ledger import Ledger


def answer(prompt: int, completion: int) -> Response:
    return Response("x", prompt_tokens=prompt, completion_tokens=completion)


def test_the_cost_is_that_of_prompts_and_answers() -> None:
    ledger = Ledger("m", price_prompt=2.0, price_completion=10.0)
    ledger.add(answer(1_000_000, 100_000))
    ledger.add(answer(500_000, 0), cached=True)
    # 1.5 million prompt tokens at 2 and 0.1 million others at 10
    assert ledger.usage == Usage(2, 1_500_000, 100_000, 0, pytest.approx(4.0), cached=1)


def test_without_prices_there_is_no_cost() -> None:
    ledger = Ledger("m")
    ledger.add(answer(10, 10))
    assert ledger.usage.cost is None
    assert ledger.to_json()["cost"] is None


def test_errors_and_uncounted_answers_are_told_apart() -> None:
    ledger = Ledger("m")
    ledger.add(Response(error="HTTP 500", counted=False))
    ledger.add(Response("x", counted=False))
    assert (ledger.usage.requests, ledger.usage.errors, ledger.usage.uncounted) == (2, 1, 1)


def test_a_budget_of_tokens() -> None:
    ledger = Ledger("m", budget_tokens=20)
    ledger.add(answer(10, 9))
    ledger.check(5)
    ledger.add(answer(1, 0))
    with pytest.raises(
        BudgetError, match=r"taken 20 tokens, the budget is 20.*2 requests are answered.*5 are left"
    ):
        ledger.check(5)
    ledger.check(0)  # nothing is left to ask: no reason to stop


def test_a_budget_of_money() -> None:
    ledger = Ledger("m", price_prompt=1.0, price_completion=1.0, budget_cost=0.5)
    ledger.add(answer(400_000, 99_999))
    assert not ledger.exhausted()
    ledger.add(answer(1, 0))
    assert "have cost 0.5, the budget is 0.5" in ledger.exhausted()


def test_a_budget_cannot_be_kept_where_tokens_are_not_counted() -> None:
    ledger = Ledger("m", budget_tokens=1000)
    ledger.add(Response("x", counted=False))
    assert "does not say how many tokens" in ledger.exhausted()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget_cost": 1.0}, "budget_cost needs prices"),
        ({"price_prompt": 1.0}, "give both prices"),
        ({"backend_fallback": "transformers"}, "backend_fallback is the backend itself"),
        ({"backend": "openai"}, "needs base_url"),
        ({"base_url": "localhost:8000"}, "expected an address like"),
    ],
)
def test_options_that_contradict_each_other(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LlmOptions.model_validate(options)
