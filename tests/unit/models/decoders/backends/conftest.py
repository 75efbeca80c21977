"""Hands the server of ``loopback.py``, and backends that are connected to it, to the tests of this folder."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tabib.config.options import LlmOptions
from tabib.models.decoders.backends.openai import OpenAIBackend


@pytest.fixture(scope="session")
def loopback() -> ModuleType:
    path = Path(__file__).with_name("loopback.py")
    spec = importlib.util.spec_from_file_location("tabib_tests_loopback", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def server(loopback: ModuleType) -> Iterator[Any]:
    server = loopback.Server()
    yield server
    server.close()


@pytest.fixture
def connect(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OpenAIBackend]]:
    """Opens backends to the server, with short waits, and closes them."""
    monkeypatch.setattr(OpenAIBackend, "first_wait", 0.01)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    opened = []

    def connected(**options: Any) -> OpenAIBackend:
        values = {"backend": "openai", "base_url": server.url, "served_model": "tiny", "timeout": 5.0} | options
        opened.append(OpenAIBackend.open(LlmOptions(**values), None))
        return opened[-1]

    yield connected
    for backend in opened:
        backend.close()
