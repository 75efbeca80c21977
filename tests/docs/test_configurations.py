"""Every configuration that the project ships can be read, and each base is for a task that its model does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tabib.config.load import load_benchmark_config, load_run_config
from tabib.registry import ModelEntry, find, models, tasks
from tabib.runs.settings import check_settings

ROOT = Path(__file__).parents[2] / "configs"
PATHS = sorted(ROOT.rglob("*.yaml"))
BENCHMARKS = [path for path in PATHS if "model_groups" in yaml.safe_load(path.read_text(encoding="utf-8"))]
RUNS = [path for path in PATHS if "dataset" in yaml.safe_load(path.read_text(encoding="utf-8"))]
EXAMPLES = {
    "classification": "mini_triage_fr",
    "multilabel": "mini_topics_fr",
    "ner_span": "mini_ner_fr",
    "ner_token": "mini_ner_token_fr",
    "similarity": "mini_pairs_fr",
    "mcqa": "mini_mcqa_fr",
}


def model_of(path: Path) -> ModelEntry:
    """The model of a base, which may stand in the one that it extends."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "model" not in content:
        return model_of(path.parent / content["extends"])
    return find(models(), content["model"], "model")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", BENCHMARKS, ids=name)
def test_a_benchmark_plans_its_cells(path: Path) -> None:
    cells = load_benchmark_config(path).cells()
    assert cells
    check_settings([cell.config for cell in cells])


@pytest.mark.parametrize("path", RUNS, ids=name)
def test_a_run_is_complete(path: Path) -> None:
    check_settings([load_run_config(path)])


@pytest.mark.parametrize("path", sorted((ROOT / "base").glob("*.yaml")), ids=name)
def test_a_base_serves_a_shipped_corpus(path: Path, tmp_path: Path) -> None:
    entry = model_of(path)
    task = next(task for task in EXAMPLES if task in entry.targets)
    content = {"extends": f"base/{path.name}", "dataset": EXAMPLES[task]}
    if entry.pretrained:
        content["model_name_or_path"] = "some/weights"
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert load_run_config(tmp_path / "run.yaml").model == entry.name


def test_every_task_has_a_base_for_every_kind_of_model() -> None:
    """Baselines, encoders, prompted models and adapters: whoever compares them starts from a file."""
    served: dict[str, set[str]] = {task: set() for task in tasks()}
    for path in (ROOT / "base").glob("*.yaml"):
        entry = model_of(path)
        kind = entry.name if entry.name in ("llm", "lora_sft") else "encoder" if entry.pretrained else "baseline"
        for task in entry.targets:
            served[task].add(kind)
    assert {task: kinds for task, kinds in served.items() if len(kinds) < 4} == {}
