"""The section ``study`` of a benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.config.load import load_benchmark_config
from tabib.core.errors import ConfigError

BENCHMARK = """
datasets: {ner: [mini_ner_en]}
model_groups:
  baselines: {configs: {ner: base/dictionary.yaml}, models: {dictionary: null}}
"""


def load(folder: Path, study: str, *overrides: str):
    path = folder / "benchmark.yaml"
    path.write_text(BENCHMARK + study, encoding="utf-8")
    return load_benchmark_config(path, overrides).study


def test_without_a_section_there_are_defaults(tmp_path: Path) -> None:
    study = load(tmp_path, "")
    assert (study.threshold, study.target_precision, study.examples) == (0.85, 0.9, 30)
    assert study.speed is not None
    assert load(tmp_path, "study:\n") == study


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    study = load(tmp_path, "study: {folder: ../out, markdown: out.md}")
    assert study.folder == str(tmp_path.parent / "out")
    assert study.markdown == str(tmp_path / "out.md")


def test_overrides_reach_it(tmp_path: Path) -> None:
    assert load(tmp_path, "study: {texts: false}", "study.texts=true", "study.speed=null").texts is True


@pytest.mark.parametrize(
    ("study", "message"),
    [
        ("{tiers: {rare_below: 500, frequent_above: 100}}", "types would be both"),
        ("{weights: {score: 0, rare_types: 0, speed: 0}}", "all weights are 0"),
        ("{threshold: 1.5}", "study.threshold"),
        ("{treshold: 0.5}", "threshold"),
        ("{dataset: mini_ner_eng}", "mini_ner_en"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, study: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, f"study: {study}")
