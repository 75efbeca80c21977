"""One run's configuration: names, contradictions, what it means and how it is written down."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from tabib.config.load import run_config_from
from tabib.config.run import RunConfig
from tabib.core.errors import ConfigError

SPAN = {"dataset": "emea", "model": "span_ner", "model_name_or_path": "camembert-base"}


def config(**settings: Any) -> RunConfig:
    return run_config_from(SPAN | settings, "run.yaml")


def message(**settings: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        config(**settings)
    return str(caught.value)


def test_aliases_become_canonical_names() -> None:
    assert config(model="bert_span_ner").model == "span_ner"
    assert config(model="bert_span_ner") == config()


def test_the_task_is_that_of_the_corpus() -> None:
    assert config().task == "ner_span"
    assert config(task="ner_span") == config()
    assert "found 'ner_token', but the task of the corpus 'emea' is 'ner_span'" in message(task="ner_token")


def test_defaults() -> None:
    found = config()
    assert (found.seed, found.evaluation.split, found.evaluation.resamples, found.threads) == (
        42,
        "test",
        10_000,
        None,
    )
    assert found.training is not None  # a model trained by steps always has settings for it
    assert config(training=None) == found
    assert config(backend_args=None, dataset_args=None, evaluation=None) == found


def test_a_baseline_is_not_trained_by_steps() -> None:
    found = run_config_from({"dataset": "emea", "model": "majority"}, "run.yaml")
    assert found.training is None
    assert found.semantic()["training"] is None


def test_a_model_is_held_to_what_it_can_do() -> None:
    text = message(dataset="morfitt")
    assert "run.yaml: model: 'span_ner' does ner_span, ner_token, but the task of the corpus 'morfitt'" in text
    assert "llm, lora_sft, majority, text, tfidf" in text.partition("models that do it: ")[2]


def test_a_pretrained_model_needs_weights() -> None:
    assert message(model_name_or_path=None) == (
        "run.yaml: model_name_or_path: is missing; 'span_ner' starts from weights:"
        " a name on the Hugging Face Hub or a folder"
    )


def test_settings_belong_to_their_model() -> None:
    text = message(backend_args={"max_spam_length": 3, "dropout": "big", "threshold": 2})
    assert "backend_args.max_spam_length: not a setting of the model 'span_ner'; did you mean 'max_span_le" in text
    assert "run.yaml: backend_args.dropout: found 'big' (text), expected a number" in text
    assert "run.yaml: backend_args.threshold: found 2 (whole number), expected a number below 1.0" in text


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"seed": "42"}, "seed: found '42' (text), expected a whole number"),
        ({"seed": True}, "seed: found true, expected a whole number"),
        ({"seed": 1.5}, "seed: found 1.5 (number), expected a whole number"),
        ({"seed": None}, "seed: found null, expected a whole number"),
        ({"seed": -1}, "seed: found -1 (whole number), expected a number of at least 0"),
        ({"dataset": "emae"}, "dataset: unknown corpus 'emae'; did you mean 'emea'?"),
        ({"dataset": ["emea"]}, "dataset: found a list, expected text"),
        ({"model": "bert_spam_ner"}, "model: unknown model 'bert_spam_ner'; did you mean 'bert_span_ner'"),
        ({"task": "ner_spam"}, "task: unknown task 'ner_spam'; did you mean 'ner_span'"),
        ({"trainig": {}}, "trainig: unknown key; did you mean 'training'?"),
        ({"max_steps": 3}, "max_steps: unknown key; it belongs in training.max_steps"),
        ({"training": {"model": "x"}}, "training.model: unknown key; it belongs in model"),
        ({"training": 3}, "training: found 3 (whole number), expected a mapping (key: value)"),
        (
            {"training": {"learning_rate": 0}},
            "training.learning_rate: found 0 (whole number), expected a number above",
        ),
        (
            {"training": {"learning_rate": float("inf")}},
            "training.learning_rate: found inf (number), expected a finite",
        ),
        ({"training": {"bf16": True, "fp16": True}}, "training: bf16 and fp16 exclude each other"),
        ({"evaluation": {"split": "tset"}}, "expected 'train', 'dev' or 'test'; did you mean 'test'?"),
        ({"data_dir": "$NOT_SET_ANYWHERE/x"}, "the environment variable NOT_SET_ANYWHERE is not set"),
        ({"backend_args": [1]}, "backend_args: found a list, expected a mapping (key: value)"),
    ],
)
def test_each_mistake_says_where_what_and_what_was_expected(settings: dict[str, Any], expected: str) -> None:
    text = message(**settings)
    assert text.startswith("run.yaml: ")
    assert expected in text
    assert "\n" not in text  # one mistake, one line


def test_all_mistakes_at_once() -> None:
    text = message(seed="x", dataset="emae", trainig={}, backend_args={"a": 1}, model_name_or_path=None)
    assert text.startswith("5 mistakes in the configuration\n")
    assert [line.split(": ")[1] for line in text.splitlines()[1:]] == [
        "dataset",
        "seed",
        "trainig",
        "model_name_or_path",
        "backend_args.a",
    ]


def test_what_is_missing() -> None:
    with pytest.raises(ConfigError) as caught:
        run_config_from({}, "run.yaml")
    assert "run.yaml: dataset: is missing; it has no default" in str(caught.value)
    assert "run.yaml: model: is missing; it has no default" in str(caught.value)
    assert "task" not in str(caught.value)


def test_braces_in_a_mistake_are_shown_as_they_are() -> None:
    assert "unknown corpus '{message} {0}'" in message(dataset="{message} {0}")


def test_built_in_python_it_is_held_to_the_same_rules() -> None:
    with pytest.raises(ValidationError, match="the task of the corpus 'emea'"):
        RunConfig(dataset="emea", model="text", model_name_or_path="x")


def test_a_model_may_have_training_defaults_of_its_own() -> None:
    training = config(training={"learning_rate": 2e-3}).training
    assert training is not None
    assert (training.max_steps, training.learning_rate) == (4000, 2e-3)
    assert (training.bert_learning_rate, training.gradient_clip) == (5e-5, 10.0)
    epochs = config(training={"num_train_epochs": 2}).training
    assert epochs is not None
    assert epochs.max_steps is None
    plain = config(dataset="morfitt", model="text").training
    assert plain is not None
    assert (plain.max_steps, plain.learning_rate) == (None, 5e-5)


class TestMeaning:
    """``semantic``: what determines the result, spelled in one way only."""

    @pytest.mark.parametrize(
        "settings",
        [
            {"description": "mine"},
            {"data_dir": "/data"},
            {"offline_dir": "/models"},
            {"threads": 2},
            {"evaluation": {"split": "dev", "resamples": 0, "seed": 3}},
            {"model": "bert_span_ner"},
            {"task": "ner_span"},
            {"seed": 42},
            {"backend_args": {"use_crf": True}},
            {"model_name_or_path": "the-same-weights-elsewhere"},
            {"training": {}},
            {"training": {"learning_rate": 1e-3}},
            {"training": {"bert_learning_rate": 5e-5}},
            {"training": {"output_dir": "elsewhere", "save_steps": 10}},
            {"dataset_args": {"coarsest": False}},  # the fingerprint of the corpus stands for it
        ],
    )
    def test_how_and_where_a_run_is_done_does_not_change_it(self, settings: dict[str, Any]) -> None:
        assert config(**settings).semantic() == config().semantic()

    @pytest.mark.parametrize(
        "settings",
        [
            {"seed": 43},
            {"dataset": "medline"},
            {"backend_args": {"use_crf": False}},
            {"training": {"learning_rate": 1e-4}},
            {"training": {"max_steps": 10}},
            {"training": {"bf16": True}},
            {"training": {"early_stopping_patience": 3}},
        ],
    )
    def test_what_determines_the_result_changes_it(self, settings: dict[str, Any]) -> None:
        assert config(**settings).semantic() != config().semantic()

    def test_a_setting_that_is_said_to_have_no_effect_has_none(self) -> None:
        encoder = {"model": "text", "model_name_or_path": "camembert-base"}
        idle = {"backend_args": {"focal_gamma": 2.0}}
        one, other = (run_config_from(encoder | more | {"dataset": "mini_triage_fr"}, "r") for more in ({}, idle))
        assert other.notices == ("backend_args.focal_gamma has no effect on the task classification",)
        assert one.semantic() == other.semantic()
        one, other = (run_config_from(encoder | more | {"dataset": "mini_topics_fr"}, "r") for more in ({}, idle))
        assert one.semantic() != other.semantic()

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"bf16": True}, {"precision": "bf16"}),
            ({"max_steps": 5, "num_train_epochs": 9.0}, {"max_steps": 5}),
            ({"max_tokens_per_batch": 64, "per_device_train_batch_size": 2}, {"max_tokens_per_batch": 64}),
            ({"warmup_steps": 5, "warmup_ratio": 0.5}, {"warmup_steps": 5}),
            ({"metric_for_best_model": "eval_exact_f1"}, {"metric_for_best_model": "exact_f1"}),
        ],
    )
    def test_two_spellings_of_one_training(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        assert config(training=one).semantic() == config(training=other).semantic()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"training": {"max_steps": 5, "learning_rate": 5e-5}, "backend_args": {"use_crf": False}},
        {"description": "Évaluation : « émea »", "dataset_args": {"coarsest": True}, "threads": 2},
    ],
)
def test_the_resolved_configuration_loads_as_itself(settings: dict[str, Any]) -> None:
    first = config(**settings)
    again = run_config_from(yaml.safe_load(first.to_yaml()), "resolved.yaml")
    assert again.semantic() == first.semantic()
    assert again.to_yaml() == first.to_yaml()
    assert again.notices == first.notices
