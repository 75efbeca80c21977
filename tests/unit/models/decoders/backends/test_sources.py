"""Answers that runs share are those of one version of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.models.decoders.backends import sources
from tabib.models.decoders.backends.sources import source_hash


def test_the_hash_changes_with_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "__file__", str(tmp_path / "sources.py"))
    hashes = set()
    for text in ("a = 1", "a = 2"):
        (tmp_path / "render.py").write_text(text)
        source_hash.cache_clear()
        hashes.add(source_hash("render"))
    assert len(hashes) == 2
    source_hash.cache_clear()
