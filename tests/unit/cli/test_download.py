"""``tabib download``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.cli.app import run

BENCHMARK = """
datasets: {cls: [mini_triage_fr]}
model_groups:
  text:
    configs: {cls: base/cls_bert.yaml}
    models: {tiny: %s}
  baselines:
    configs: {cls: base/tfidf.yaml}
    models: {tfidf: null}
"""


def test_a_benchmark_is_gathered(
    tiny_encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "benchmark.yaml"
    file.write_text(BENCHMARK % tiny_encoder, encoding="utf-8")
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    assert run(["download", str(file)]) == 0
    out = capsys.readouterr().out
    assert "gathered" in out
    assert "shipped" in out
    assert (tmp_path / "tabib" / "manifest.json").is_file()
    assert run(["download", str(file), "-o", str(tmp_path / "other")]) == 0


def test_what_is_absent_is_said_with_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "benchmark.yaml"
    file.write_text(BENCHMARK % "org/absent", encoding="utf-8")
    assert run(["download", str(file), "-o", str(tmp_path / "offline")]) == 1
    assert "model org/absent: model 'org/absent' was not found" in capsys.readouterr().out


def test_without_a_folder_it_asks_for_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCRATCH", raising=False)
    assert run(["download", str(tmp_path / "any.yaml")]) == 2
    assert "--output" in capsys.readouterr().err


def test_a_file_in_the_place_of_the_folder_is_a_mistake(
    tiny_encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "benchmark.yaml"
    file.write_text(BENCHMARK % tiny_encoder, encoding="utf-8")
    assert run(["download", str(file), "-o", str(file)]) == 2
    assert f"--output: {file} cannot be a folder: {file} is a file" in " ".join(capsys.readouterr().err.split())
