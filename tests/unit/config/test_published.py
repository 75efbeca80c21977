"""The files of ``published/`` are the public format of configurations: they are kept letter by letter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tabib.config.errors import InvalidConfig, Problem
from tabib.config.load import load_benchmark_config, load_run_config
from tabib.config.output import Wandb

PUBLISHED = Path(__file__).parent / "published"
BENCHMARKS = ("benchmark.yaml", "benchmark_modernbert_offline.yaml")
RUNS = sorted(path.name for path in PUBLISHED.glob("*.yaml") if path.name not in BENCHMARKS)


def test_the_span_ner_file() -> None:
    config = load_run_config(PUBLISHED / "ner_span_emea.yaml")
    assert (config.task, config.dataset, config.model) == ("ner_span", "emea", "span_ner")
    assert config.model_name_or_path == "almanach/camembert-bio-base"
    options = config.options()
    assert (options.max_span_length, options.use_crf, options.lstm_hidden_size) == (40, True, 400)
    assert options.dropout == 0.4
    assert config.training is not None
    assert (config.training.max_steps, config.training.per_device_train_batch_size) == (4000, 16)
    assert (config.training.learning_rate, config.training.bert_learning_rate) == (0.001, 0.00005)
    assert config.training.gradient_clip == 10.0
    assert config.notices == ()


def test_the_token_ner_file() -> None:
    config = load_run_config(PUBLISHED / "ner_token_quaero.yaml")
    assert (config.task, config.dataset, config.model) == ("ner_token", "quaero_emea_token", "token_ner")
    assert config.training is not None
    assert config.training.learning_rate == 5e-5  # written as 5e-5, which YAML 1.1 would read as text


@pytest.mark.parametrize("name", RUNS)
def test_run_files_hold_no_mistake_but_corpora_that_do_not_exist_yet(name: str) -> None:
    problems = _problems(load_run_config, name)
    assert [problem.loc for problem in problems] in ([], [("dataset",)])
    assert all("unknown corpus" in problem.message for problem in problems)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_files_hold_no_mistake_but_corpora_that_do_not_exist_yet(name: str) -> None:
    problems = _problems(load_benchmark_config, name)
    assert {problem.loc[0] for problem in problems} <= {"datasets"}
    assert all("unknown corpus" in problem.message for problem in problems)


def test_a_benchmark_file_with_the_corpora_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PUBLISHED)
    overrides = ["datasets={ner: [emea], cls: [morfitt], sim: [mini_triage_fr], mcqa: [mini_topics_fr]}"]
    config = load_benchmark_config("benchmark.yaml", overrides)
    assert config.seeds == (42, 43, 44, 45, 46)
    assert (config.parallel_seeds, config.cleanup_checkpoints) == (5, True)
    assert {(cell.dataset, cell.model_name) for cell in config.cells()} == {
        ("emea", "camembert"),
        ("emea", "camembert-bio"),
        ("morfitt", "camembert"),
        ("morfitt", "camembert-bio"),
    }
    assert len(config.cells()) == 4 * 5
    assert {(row.dataset, row.model_name) for row in config.not_planned()} == {
        ("mini_triage_fr", "camembert"),
        ("mini_triage_fr", "camembert-bio"),
        ("mini_topics_fr", "camembert"),
        ("mini_topics_fr", "camembert-bio"),
    }
    assert config.output.json_file == "../results/benchmark.json"
    assert config.output.markdown_file == "../results/benchmark.md"
    assert config.output.wandb == Wandb(project="tabib-drbenchmark", table="results")
    assert config.notices == (
        "datasets.sim is not run: no model group has a configuration for it",
        "datasets.mcqa is not run: no model group has a configuration for it",
    )


def _problems(load: Callable[[Path], object], name: str) -> tuple[Problem, ...]:
    try:
        load(PUBLISHED / name)
    except InvalidConfig as error:
        return error.problems
    return ()
