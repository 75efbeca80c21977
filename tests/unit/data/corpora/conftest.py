"""Copies of the invented samples, for tests that spoil them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.data.sample import SAMPLES


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Path]:
    """A sample's folder by its name, copied to where it can be changed."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(SAMPLES / name, tmp_path / name))

    return copy


@pytest.fixture
def replace_in() -> Callable[[Path, str, str], None]:
    """Replaces the first of what must be in a file."""

    def replace(file: Path, old: str, new: str) -> None:
        content = file.read_text(encoding="utf-8")
        assert old in content
        file.write_text(content.replace(old, new, 1), encoding="utf-8")

    return replace
