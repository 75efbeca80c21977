"""Which backend completes a language model's prompts, and how: the part of ``backend_args`` that is about that."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from tabib.config.schema import Schema

BackendName = Literal["transformers", "vllm", "openai"]


class BackendOptions(Schema):
    """Where prompts go. Settings of a backend that is not the chosen one have no effect."""

    backend: BackendName = Field(default="transformers", description="who computes the answers")
    backend_fallback: BackendName | None = Field(
        default=None, description="used instead, and said so, where the package of the backend is not installed"
    )
    temperature: float = Field(default=0.0, ge=0, le=2, description="0: always the most probable token")
    top_p: float = Field(default=1.0, gt=0, le=1)
    sampling_seed: int = Field(default=0, ge=0, description="of the sampling, where the temperature is not 0")

    base_url: str | None = Field(
        default=None, description="openai: where the server is, e.g. http://localhost:8000/v1; no secrets in it"
    )
    api_key_env: str = Field(
        default="OPENAI_API_KEY",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="openai: the environment variable that holds the key; unset: no key is sent",
    )
    concurrency: int = Field(default=8, ge=1, le=256, description="openai: requests under way at a time")
    timeout: float = Field(default=120.0, gt=0, description="openai: seconds for one try, from start to end")
    max_tries: int = Field(default=5, ge=1, le=20, description="openai: of one request")
    max_response_bytes: int = Field(default=4_000_000, ge=1_000, description="openai: longer answers are errors")

    gpu_memory_utilization: float = Field(default=0.9, gt=0, le=1, description="vllm: share of the GPU's memory")
    tensor_parallel_size: int = Field(default=1, ge=1, description="vllm: GPUs that share the model")
    max_model_len: int | None = Field(
        default=None, ge=16, description="vllm: tokens of prompt and answer; null: what the model was made for"
    )

    price_prompt: float | None = Field(default=None, ge=0, description="of a million prompt tokens")
    price_completion: float | None = Field(default=None, ge=0, description="of a million generated tokens")
    budget_cost: float | None = Field(
        default=None, gt=0, description="stop when the answers have cost this much, in the prices' currency"
    )
    budget_tokens: int | None = Field(
        default=None, gt=0, description="stop when the answers have taken this many tokens, the prompts' included"
    )

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address like http://localhost:8000/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            # It is written to the record; a key belongs into the environment.
            raise ValueError("no user name, password or query in the address; a key is read from api_key_env")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "openai" in (self.backend, self.backend_fallback) and self.base_url is None:
            raise ValueError("the openai backend needs base_url, e.g. http://localhost:8000/v1")
        if self.backend_fallback == self.backend:
            raise ValueError("backend_fallback is the backend itself")
        if (self.price_prompt is None) != (self.price_completion is None):
            raise ValueError("give both prices, price_prompt and price_completion, or neither")
        if self.budget_cost is not None and self.price_prompt is None:
            raise ValueError("budget_cost needs prices: price_prompt and price_completion")
        return self
