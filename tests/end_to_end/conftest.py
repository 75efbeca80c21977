"""A small study: two corpora cut from those that the package ships, a tiny encoder and the majority baseline."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tabib.cli.app import run as command_line
from tabib.data.load import SHIPPED

DOCUMENTS = {"train": 12, "dev": 6, "test": 6}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Study:
    """A folder with corpora and configurations, which is also the current one."""

    folder: Path
    encoder: Path
    call: Callable[..., Said]

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def benchmark(self, *arguments: str) -> Said:
        return self.call("benchmark", "benchmark.yaml", *arguments)

    def run(self, dataset: str, model: str, seed: int = 1) -> Path:
        """The one folder of a run."""
        (found,) = self.runs.glob(f"{dataset}--{model}--s{seed}--*")
        return found

    def tree(self) -> dict[str, tuple[int, int]]:
        """Every file and folder, with size and time of writing."""
        paths = sorted(self.folder.rglob("*"))
        return {
            str(path.relative_to(self.folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths
        }

    def only(self, dataset_group: str, *model_groups: str, **values: Any) -> None:
        """Narrow the benchmark to one group of corpora and some groups of models; set further keys."""
        content = yaml.safe_load((self.folder / "benchmark.yaml").read_text())
        groups = {name: content["model_groups"][name] for name in model_groups}
        for group in groups.values():
            group["configs"] = {dataset_group: group["configs"][dataset_group]}
        datasets = {dataset_group: content["datasets"][dataset_group]}
        self.edit("benchmark.yaml", **{"datasets": datasets, "model_groups": groups} | values)

    def edit(self, name: str, **values: Any) -> None:
        """Set keys of a configuration file."""
        path = self.folder / name
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | values, sort_keys=False))


def make_corpora(folder: Path) -> None:
    """The first documents of a shipped corpus of texts and of one of entities."""
    (folder / "mini_triage_fr").mkdir(parents=True)
    for split, n in DOCUMENTS.items():
        lines = (SHIPPED / "mini_triage_fr" / f"{split}.tsv").read_text(encoding="utf-8").split("\n")
        (folder / "mini_triage_fr" / f"{split}.tsv").write_text("\n".join(lines[: n + 1]) + "\n", encoding="utf-8")
        (folder / "mini_ner_fr" / split).mkdir(parents=True)
        for path in sorted((SHIPPED / "mini_ner_fr" / split).glob("*.txt"))[: n // 3]:
            for source in (path, path.with_suffix(".ann")):
                shutil.copy(source, folder / "mini_ner_fr" / split)


def make_configs(folder: Path, encoder: Path) -> None:
    """A benchmark of two models on two corpora with two seeds, and a single run of one of its cells."""
    training = {"max_steps": 3, "per_device_train_batch_size": 4, "eval_steps": 2, "save_steps": 1}
    configs: dict[str, dict[str, Any]] = {
        "majority.yaml": {"model": "majority"},
        "text.yaml": {"model": "text", "backend_args": {"max_length": 64}, "training": training},
        "token.yaml": {"model": "token_ner", "backend_args": {"stride": 8}, "training": training},
        "benchmark.yaml": {
            "description": "Small",
            "seeds": [1, 2],
            "threads": 1,
            "data_dir": "data",
            "evaluation": {"resamples": 200},
            "datasets": {"cls": ["mini_triage_fr"], "ner": ["mini_ner_fr"]},
            "model_groups": {
                "base": {
                    "configs": {"cls": "majority.yaml", "ner": "majority.yaml"},
                    "models": {"majority": None},
                },
                "bert": {"configs": {"cls": "text.yaml", "ner": "token.yaml"}, "models": {"tiny": str(encoder)}},
            },
            "output": {"json": "results.json", "markdown": "results.md"},
        },
        "run.yaml": {
            "extends": "text.yaml",
            "dataset": "mini_triage_fr",
            "model_name_or_path": str(encoder),
            "data_dir": "data",
            "seed": 1,
            "threads": 1,
            "evaluation": {"resamples": 200},
        },
    }
    for name, content in configs.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False))


@pytest.fixture
def study(
    tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Study:
    make_corpora(tmp_path / "data")
    make_configs(tmp_path, tiny_encoder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TABIB_DATA", raising=False)

    def call(*arguments: str) -> Said:
        capfd.readouterr()
        code = command_line([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return Study(tmp_path, tiny_encoder, call)
