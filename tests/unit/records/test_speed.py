"""``speed.json``: what is written comes back, and what is damaged says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tabib.core.errors import RecordError
from tabib.core.scores import Score
from tabib.records.speed import SpeedMeasurement, Timing, VariantSpeed, read_speed, write_speed

MEASURED = SpeedMeasurement(
    identity="1f0c",
    dataset="mini_ner_en",
    name="MiniLM",
    seed=42,
    task="ner_span",
    split="test",
    metric="exact_f1",
    started="2026-01-01T10:00:00+00:00",
    updated="2026-01-01T10:01:00+00:00",
    complete=True,
    documents=2,
    words=20,
    characters=100,
    split_documents=2,
    batch_sizes=(1, 8),
    rounds=1,
    rounds_asked=5,
    limit=60.0,
    hardware={"cpu": "AMD EPYC", "gpu": None, "cores": 2},
    threads=1,
    versions={"torch": "2.13.0"},
    training_memory={"process_gib": 3.4},
    variants=(
        VariantSpeed(
            "fp32",
            "cpu",
            timings=(Timing(1, (0.5, 0.25), 2, 20, 100), Timing(8, reason="a batch would take too long")),
            load_seconds=1.5,
            memory={"loaded_gib": 0.5, "process_gib": 0.75},
            score=Score(0.8, low=0.7, high=0.9),
            difference=Score(0.0),
            identical=Score(1.0),
            agreement=Score(None, "neither predicts an entity"),
        ),
        VariantSpeed("gpu-fp32", "gpu", "there is no GPU on this machine"),
    ),
)


def test_a_measurement_comes_back_from_its_file(tmp_path: Path) -> None:
    write_speed(tmp_path, MEASURED)
    assert read_speed(tmp_path) == MEASURED


def test_a_folder_without_a_measurement_has_none(tmp_path: Path) -> None:
    assert read_speed(tmp_path) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "found version 2, expected 1"),
        ({"rounds": "many"}, "rounds: found 'many'"),
        ({"surprise": 1}, "unknown or absent keys"),
        ({"variants": [{"variant": "fp32"}]}, "variants.0.device"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "speed.json"
    path.write_text(json.dumps(MEASURED.to_json() | change))
    with pytest.raises(RecordError, match=message) as raised:
        read_speed(tmp_path)
    assert str(path) in str(raised.value)
