"""Adapters go through train and eval as any model does, and what is missing is said before anything starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tabib.config.load import load_run_config
from tabib.core.errors import MissingExtraError
from tabib.data.load import SHIPPED
from tabib.runs.present import require_all
from tabib.runs.run import run


@pytest.fixture
def config_path(tmp_path: Path, tiny_llm: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short training on the first documents of a shipped corpus; its folder is the current one."""
    (tmp_path / "data" / "mini_triage_fr").mkdir(parents=True)
    for path in (SHIPPED / "mini_triage_fr").iterdir():
        lines = path.read_text(encoding="utf-8").split("\n")[:7]
        (tmp_path / "data" / "mini_triage_fr" / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    content = {
        "model": "lora_sft",
        "dataset": "mini_triage_fr",
        "data_dir": "data",
        "model_name_or_path": str(tiny_llm),
        "backend_args": {"max_tokens": 4, "r": 2},
        "training": {"max_steps": 2, "per_device_train_batch_size": 2},
        "threads": 1,
        "evaluation": {"resamples": 20},
    }
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)
    return tmp_path / "run.yaml"


@pytest.mark.slow
def test_a_run_leaves_adapters_counts_and_scores(config_path: Path) -> None:
    config = load_run_config(config_path)
    run(config, stages="fit")
    finished = run(config, stages="evaluate")  # with the adapters read from the folder
    record = finished.record
    assert finished.scores["test"].items.ok == finished.record.documents["test"]
    assert record.fit["trained_parameters"] < record.fit["parameters"] / 5
    assert any(note.startswith("trains ") for note in record.fit["notes"])
    assert record.tokens["train"] > 0
    assert record.tokens["prompt"] > 0
    adapter = finished.folder.model / "adapter"
    assert json.loads((adapter / "adapter_config.json").read_text())["r"] == 2
    assert (adapter / "adapter_model.safetensors").is_file()


def test_an_absent_package_is_said_before_anything_starts(
    config_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tabib.runs.present.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"peft is not installed. .*tabib\[lora\]"):
        require_all([load_run_config(config_path)])
