"""What answers take, in tokens and money, and a budget that stops a run before it takes more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tabib.config.backends import BackendOptions
from tabib.core.errors import BudgetError
from tabib.models.decoders.base import Response, Usage

_PRICED = 1_000_000
"""Tokens that a price is of."""


class Ledger:
    """Adds up the answers of one model.

    Stored answers count as well, as what they took when they were asked for: a budget is what a run's answers may
    take in all, however often the run was cut off. Tries that failed count while the process lives, where the
    server says what they took.

    Args:
        model: its name, for messages and records.
        price_prompt, price_completion: of a million tokens; None: no cost is known.
        budget_cost, budget_tokens: the most that may be taken; None: any amount.
    """

    def __init__(
        self,
        model: str,
        *,
        price_prompt: float | None = None,
        price_completion: float | None = None,
        budget_cost: float | None = None,
        budget_tokens: int | None = None,
    ) -> None:
        assert budget_cost is None or None not in (price_prompt, price_completion), "checked by the options"
        self.model = model
        self._prices = None
        if price_prompt is not None and price_completion is not None:
            self._prices = (price_prompt, price_completion)
        self._budget_cost = budget_cost
        self._budget_tokens = budget_tokens
        self.usage = Usage(cost=None if self._prices is None else 0.0)

    @classmethod
    def of(cls, options: BackendOptions, model: str) -> Ledger:
        return cls(
            model,
            price_prompt=options.price_prompt,
            price_completion=options.price_completion,
            budget_cost=options.budget_cost,
            budget_tokens=options.budget_tokens,
        )

    @property
    def tokens(self) -> int:
        return self.usage.prompt_tokens + self.usage.completion_tokens

    def add(self, response: Response, *, cached: bool = False) -> None:
        """Count one answer."""
        usage = self.usage
        prompt = usage.prompt_tokens + response.prompt_tokens
        completion = usage.completion_tokens + response.completion_tokens
        cost = None
        if self._prices is not None:
            cost = (prompt * self._prices[0] + completion * self._prices[1]) / _PRICED
        self.usage = replace(
            usage,
            requests=usage.requests + 1,
            prompt_tokens=prompt,
            completion_tokens=completion,
            errors=usage.errors + bool(response.error),
            cost=cost,
            # An error without tokens took none that anybody knows of; an answer took some.
            uncounted=usage.uncounted + (not response.counted and not response.error),
            cached=usage.cached + cached,
        )

    def begin_at(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what was taken before, and elsewhere."""
        self.add(Response(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens))
        self.usage = replace(self.usage, requests=self.usage.requests - 1)

    def since(self, before: Usage) -> Usage:
        """What was added to an earlier ``usage``."""
        now = self.usage
        return Usage(
            now.requests - before.requests,
            now.prompt_tokens - before.prompt_tokens,
            now.completion_tokens - before.completion_tokens,
            now.errors - before.errors,
            None if now.cost is None or before.cost is None else now.cost - before.cost,
            now.uncounted - before.uncounted,
            now.cached - before.cached,
        )

    def exhausted(self) -> str:
        """Why no further request may be made; empty where one may."""
        budget_cost, budget_tokens, usage = self._budget_cost, self._budget_tokens, self.usage
        if (budget_cost is not None or budget_tokens is not None) and usage.uncounted:
            return "the server does not say how many tokens its answers take, so the budget cannot be kept"
        if budget_cost is not None and usage.cost is not None and usage.cost >= budget_cost:
            return f"the answers have cost {usage.cost:.4g}, the budget is {budget_cost:g} (budget_cost)"
        if budget_tokens is not None and self.tokens >= budget_tokens:
            return f"the answers have taken {self.tokens} tokens, the budget is {budget_tokens} (budget_tokens)"
        return ""

    def check(self, left: int) -> None:
        """Raise a BudgetError if the budget is used up and ``left`` requests are without an answer."""
        reason = self.exhausted()
        if reason and left:
            done = self.usage.requests - self.usage.errors
            raise BudgetError(
                f"{self.model}: {reason}; {done} requests are answered and kept, {left} are left."
                " Run again with a larger budget, or none, to go on from there"
            )

    def to_json(self) -> dict[str, Any]:
        """For the record: the model, its tokens, and what it cost (None where no price is given)."""
        usage = self.usage
        return {
            "model": self.model,
            "requests": usage.requests,
            "cached": usage.cached,
            "errors": usage.errors,
            "uncounted": usage.uncounted,
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cost": usage.cost,
        }
