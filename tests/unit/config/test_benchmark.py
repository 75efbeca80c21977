"""Benchmark files: their cells, what each cell's configuration is made of, and mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabib.config.benchmark import BenchmarkConfig, CellSpec
from tabib.config.load import load_benchmark_config
from tabib.core.errors import ConfigError

FILE = """\
description: Two groups
seeds: [1, 2]
datasets:
  ner: [emea, medline]
  cls: [morfitt]
model_groups:
  encoders:
    configs:
      ner: base/ner_bert.yaml
      cls: base/cls_bert.yaml
    models:
      camembert: camembert-base
      small: {model_name_or_path: camembert-base, backend_args: {max_length: 128}, training: {max_steps: 7}}
      constant: {model: majority}
  look-up:
    configs: {ner: base/dictionary.yaml}
    models:
      dictionary: null
output: {json: out/results.json}
"""


@pytest.fixture
def benchmark_file(tmp_path: Path) -> Path:
    (tmp_path / "benchmark.yaml").write_text(FILE)
    return tmp_path / "benchmark.yaml"


def cell(config: BenchmarkConfig, model: str, dataset: str) -> CellSpec:
    return next(row for row in config.cells() if (row.model_name, row.dataset) == (model, dataset))


def mistakes(path: Path, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_benchmark_config(path, overrides)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_every_model_on_every_corpus_for_every_seed_in_the_file_s_order(benchmark_file: Path) -> None:
    cells = load_benchmark_config(benchmark_file).cells()
    assert len(cells) == 2 * (2 * 4 + 3)
    assert [(row.dataset, row.model_name, row.seed) for row in cells[:4]] == [
        ("emea", "camembert", 1),
        ("emea", "camembert", 2),
        ("emea", "small", 1),
        ("emea", "small", 2),
    ]
    assert all(row.config.seed == row.seed and row.config.dataset == row.dataset for row in cells)


def test_a_group_without_a_configuration_does_not_cover_the_corpora(benchmark_file: Path) -> None:
    config = load_benchmark_config(benchmark_file)
    assert [(row.dataset, row.model_group, row.model_name) for row in config.not_planned()] == [
        ("morfitt", "look-up", "dictionary")
    ]


def test_the_later_wins_base_then_benchmark_then_model(benchmark_file: Path) -> None:
    config = load_benchmark_config(benchmark_file, ["training.max_steps=3", "threads=2", "evaluation.resamples=9"])
    plain, own = cell(config, "camembert", "emea").config, cell(config, "small", "emea").config
    assert plain.model_name_or_path == "camembert-base"
    assert plain.training is not None
    assert own.training is not None
    assert (plain.training.max_steps, own.training.max_steps) == (3, 7)
    assert plain.training.gradient_clip == own.training.gradient_clip == 10.0  # of the base configuration
    assert (plain.backend_args["max_length"], own.backend_args["max_length"]) == (512, 128)
    assert (plain.threads, plain.evaluation.resamples, plain.evaluation.split) == (2, 9, "test")


def test_a_model_of_another_family_leaves_the_base_s_settings_behind(benchmark_file: Path) -> None:
    config = load_benchmark_config(benchmark_file)
    baseline = cell(config, "constant", "emea").config
    assert (baseline.model, baseline.backend_args, baseline.training) == ("majority", {}, None)


def test_seeds_replace_only_the_seeds(benchmark_file: Path) -> None:
    config, other = load_benchmark_config(benchmark_file), load_benchmark_config(benchmark_file, seeds=[7])
    assert other.seeds == (7,)
    assert other.model_copy(update={"seeds": config.seeds}).model_dump() == config.model_dump()
    assert {row.seed for row in other.cells()} == {7}


def test_defaults(benchmark_file: Path) -> None:
    config = load_benchmark_config(benchmark_file, ["seeds=null", "output=null"])
    assert (config.seeds, config.parallel_seeds, config.cleanup_checkpoints) == ((42,), 1, True)
    assert (config.output.json_file, config.output.markdown_file, config.output.runs) == (None, None, "runs")


def test_output_files_lie_beside_the_benchmark_and_runs_in_the_current_folder(benchmark_file: Path) -> None:
    config = load_benchmark_config(benchmark_file, ["output.markdown=/abs/table.md", "output.runs=my-runs"])
    assert config.output.json_file == str(benchmark_file.parent / "out" / "results.json")
    assert config.output.markdown_file == "/abs/table.md"
    assert config.output.runs == "my-runs"
    assert config.path == benchmark_file


def test_what_has_no_effect_is_said_once(benchmark_file: Path) -> None:
    config = load_benchmark_config(benchmark_file, ["parallel_seeds=4"])
    assert config.notices == (
        "parallel_seeds: only 2 of 4 at once, for want of seeds",
        "training.num_train_epochs has no effect: training.max_steps is given (small on morfitt)",
    )


def test_training_that_no_model_takes_is_said_to_have_no_effect(tmp_path: Path) -> None:
    text = "datasets: {a: [emea]}\nmodel_groups: {g: {configs: {a: base/majority.yaml}, models: {m: null}}}\n"
    (tmp_path / "baselines.yaml").write_text(text)
    assert load_benchmark_config(tmp_path / "baselines.yaml").notices == ()
    assert load_benchmark_config(tmp_path / "baselines.yaml", ["training.max_steps=5"]).notices == (
        "training has no effect: none of the models is trained by steps",
    )
    text = mistakes(tmp_path / "baselines.yaml", "training.max_stps=5")
    assert text.startswith(
        "override 'training.max_stps=5': training.max_stps: unknown key; did you mean 'max_steps'"
    )


class TestMistakes:
    @pytest.mark.parametrize(
        ("line", "old", "new", "expected"),
        [
            (2, "[1, 2]", "[1, 1]", "seeds[1]: 1 is given twice"),
            (2, "[1, 2]", "3", "seeds: found 3 (whole number), expected a list"),
            (2, "[1, 2]", "[]", "seeds: found an empty list, expected at least 1"),
            (2, "[1, 2]", "[-1]", "seeds[0]: found -1 (whole number), expected a number of at least 0"),
            (2, "seeds:", "seed:", "seed: unknown key; did you mean 'seeds'"),
            (4, "emea, medline", "emae, medline", "datasets.ner[0]: unknown corpus 'emae'; did you mean"),
            (4, "emea, medline", "emea, emea", "datasets.ner[1]: 'emea' is given twice"),
            (4, "[emea, medline]", "emea", "datasets.ner: found 'emea' (text), expected a list"),
            (4, "[emea, medline]", "[]", "datasets.ner: found an empty list, expected at least 1"),
            (13, "max_length: 128", "max_lenght: 128", "backend_args.max_lenght: not a setting of the model"),
            (16, "{ner: base", "{nre: base", "model_groups.look-up.configs.nre: no group of datasets has this"),
            (16, "dictionary.yaml", "dictionry.yaml", "model_groups.look-up.configs.ner: no such file"),
            (18, "  dictionary:", "  small:", "model_groups.look-up.models.small: 'small' is given twice"),
            (18, "dictionary:", "'':", "model_groups.look-up.models.: a model needs a name, under which"),
            (
                14,
                "model: majority",
                "seed: 7",
                "model_groups.encoders.models.constant.seed: a benchmark's models are run",
            ),
            (
                14,
                "model: majority",
                "dataset: emea",
                "model_groups.encoders.models.constant.dataset: a benchmark's models are",
            ),
            (18, "null", "3", "model_groups.look-up.models.dictionary: found 3 (whole number), expected a name"),
            (18, "null", "{mdel: x}", "mdel: unknown key; did you mean 'model'"),
            (19, "{json:", "{jsno:", "output.jsno: unknown key; did you mean 'json'"),
        ],
    )
    def test_each_has_its_line(self, benchmark_file: Path, line: int, old: str, new: str, expected: str) -> None:
        assert FILE.count(old) == 1
        benchmark_file.write_text(FILE.replace(old, new))
        assert f"benchmark.yaml:{line}: {expected}" in mistakes(benchmark_file)

    def test_in_a_base_configuration_the_base_s_line_is_named(self, benchmark_file: Path) -> None:
        (benchmark_file.parent / "base").mkdir()
        (benchmark_file.parent / "base" / "dictionary.yaml").write_text(
            "model: dictionary\nbackend_args:\n  lower: 1\n"
        )
        text = mistakes(benchmark_file)
        assert text.startswith(
            "base/dictionary.yaml:3: backend_args.lower: not a setting of the model 'dictionary'"
        )
        assert "\n" not in text  # once, though there are two corpora and two seeds

    def test_a_model_without_weights_is_named(self, benchmark_file: Path) -> None:
        benchmark_file.write_text(FILE.replace("camembert: camembert-base", "camembert: null"))
        lines = mistakes(benchmark_file).splitlines()
        assert len(lines) == 1 + 3  # one for each corpus
        assert lines[1].startswith("  benchmark.yaml:12: model_name_or_path: is missing")
        assert lines[1].endswith("(model 'camembert' on 'emea')")

    def test_a_model_that_cannot_do_the_task_is_named(self, benchmark_file: Path) -> None:
        text = mistakes(benchmark_file, "model_groups.encoders.models.constant.model=tfidf")
        assert "model: 'tfidf' does classification" in text
        assert "but the task of the corpus 'emea' is ner_span" in text

    def test_all_at_once(self, benchmark_file: Path) -> None:
        text = mistakes(
            benchmark_file,
            "parallel_seeds=0",
            "datasets.cls=[morfit]",
            "model_groups.look-up.configs.ner=base/nothing.yaml",
            "colour=blue",
        )
        assert text.startswith("4 mistakes in the configuration")

    def test_a_setting_that_no_cell_takes(self, benchmark_file: Path) -> None:
        text = mistakes(benchmark_file, "training.max_stesp=3")
        assert text.startswith(
            "override 'training.max_stesp=3': training.max_stesp: unknown key; did you mean 'max_"
        )
        assert "\n" not in text  # said once, and not again for every model that takes it

    def test_overrides_reach_the_names_that_exist(self, benchmark_file: Path) -> None:
        assert "model_groups.encoders.models.camenbert: no such name; did you mean 'camembert'?" in mistakes(
            benchmark_file, "model_groups.encoders.models.camenbert=x"
        )

    def test_seeds_given_on_the_command_line_are_named_so(self, benchmark_file: Path) -> None:
        with pytest.raises(ConfigError, match=r"^--seeds: seeds\[1\]: 3 is given twice$"):
            load_benchmark_config(benchmark_file, seeds=[3, 3])

    def test_no_model_group_for_any_corpus(self, benchmark_file: Path) -> None:
        benchmark_file.write_text(
            "datasets: {a: [emea]}\nmodel_groups: {g: {configs: {b: base/majority.yaml}, models: {m: null}}}\n"
        )
        assert "datasets: no model group has a configuration for any of these groups" in mistakes(benchmark_file)
