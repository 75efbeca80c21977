"""Settings that only the task and the corpus can judge: mistakes with their place, and what is odd."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tabib.config.load import load_benchmark_config, load_run_config, run_config_from
from tabib.core.errors import ConfigError
from tabib.runs.identity import meaning
from tabib.runs.settings import check_settings, settings_notices

RUN = """\
dataset: mini_ner_fr
model: span_ner
model_name_or_path: camembert-base
dataset_args:
  coarsets: true
  coarsest: 3
training:
  metric_for_best_model: exact_f2
"""


def config(**training: Any) -> Any:
    settings = {"dataset": "mini_ner_fr", "model": "span_ner", "model_name_or_path": "camembert-base"}
    return run_config_from(settings | {"training": training}, "run.yaml")


def test_all_mistakes_at_once_each_with_its_line_in_the_words_of_all_others(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(RUN)
    with pytest.raises(ConfigError) as caught:
        check_settings([load_run_config(tmp_path / "run.yaml")])
    assert str(caught.value).replace(f"{tmp_path}/", "").splitlines() == [
        "3 mistakes in the configuration",
        "  run.yaml:5: dataset_args.coarsets: the corpus 'mini_ner_fr' has no such option;"
        " did you mean 'coarsest'?",
        "  run.yaml:6: dataset_args.coarsest: found 3 (whole number), expected true or false",
        "  run.yaml:8: training.metric_for_best_model: ner_span has no metric 'exact_f2'; did you mean"
        " 'exact_f1' or 'exact_f1_macro' or 'exact_recall'?",
    ]


def test_an_override_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("dataset: mini_ner_fr\nmodel: majority\n")
    with pytest.raises(ConfigError, match=r"^override 'dataset_args.coarsest=3': dataset_args.coarsest: found 3"):
        check_settings([load_run_config(tmp_path / "run.yaml", ["dataset_args.coarsest=3"])])


def test_in_a_benchmark_a_mistake_that_many_cells_share_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "benchmark.yaml").write_text(
        "seeds: [1, 2]\ndatasets: {ner: [mini_ner_fr, mini_ner_en]}\n"
        "model_groups: {g: {configs: {ner: base/ner_bert.yaml}, models: {m: x, n: y}}}\n"
        "training: {metric_for_best_model: f2}\n"
    )
    loaded = load_benchmark_config(tmp_path / "benchmark.yaml")
    with pytest.raises(ConfigError) as caught:
        settings_notices(cell.config for cell in loaded.cells())
    assert str(caught.value).startswith(f"{tmp_path}/benchmark.yaml:4: training.metric_for_best_model: ner_span")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("training", "notices"),
    [
        ({}, ()),
        ({"greater_is_better": True}, ()),
        ({"metric_for_best_model": "eval_exact_f1", "greater_is_better": True}, ()),
        (
            {"greater_is_better": False},
            ("training.greater_is_better: false keeps the worst weights: of exact_f1, more is better",),
        ),
    ],
)
def test_the_worst_weights_are_not_kept_in_silence(training: dict[str, Any], notices: tuple[str, ...]) -> None:
    assert settings_notices([config(**training)]) == notices


def test_of_a_metric_of_which_less_is_better_less_is_better_by_default() -> None:
    settings = {"dataset": "mini_pairs_fr", "model": "pair", "model_name_or_path": "camembert-base"}

    def pair(**training: Any) -> Any:
        return run_config_from(settings | {"training": {"metric_for_best_model": "mse"} | training}, "run.yaml")

    assert settings_notices([pair()]) == ()
    assert meaning(pair()) == meaning(pair(greater_is_better=False))
    assert settings_notices([pair(greater_is_better=True)]) == (
        "training.greater_is_better: true keeps the worst weights: of mse, less is better",
    )


@pytest.mark.parametrize("name", ["f1", "eval_f1", "exact_f1", "eval_exact_f1"])
def test_the_task_s_first_metric_means_the_same_under_all_its_names(name: str) -> None:
    assert meaning(config(metric_for_best_model=name)) == meaning(config())
    assert meaning(config(metric_for_best_model="exact_f1_macro")) != meaning(config())


def test_places_are_no_part_of_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("dataset: mini_ner_fr\nmodel: majority\n")
    same = run_config_from({"dataset": "mini_ner_fr", "model": "majority"}, "elsewhere")
    assert load_run_config(tmp_path / "run.yaml") == same
