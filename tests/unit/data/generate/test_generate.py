"""The shipped corpora are what the generator writes."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from tabib.data.generate.corpora import RECIPES
from tabib.data.load import SHIPPED
from tabib.registry import corpora


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_shipped_files_are_written_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["generate", str(tmp_path)])
    runpy.run_module("tabib.data.generate", run_name="__main__")
    written, shipped = files(tmp_path), files(SHIPPED)
    assert sorted(written) == sorted(shipped)
    assert [name for name in written if written[name] != shipped[name]] == []


def test_every_shipped_corpus_is_in_the_registry() -> None:
    assert set(RECIPES) == {path.name for path in SHIPPED.iterdir()} <= set(corpora())


def test_the_package_stays_small() -> None:
    assert sum(map(len, files(SHIPPED).values())) < 2_000_000
