"""From a row of the registry to a model, to a folder, and back."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from tabib.config.options import DictionaryOptions, NoOptions, TextOptions, TokenNerOptions
from tabib.core.errors import ConfigError, DataError, ModelError
from tabib.core.examples import Document, Example
from tabib.models.build import build_model, load_model, save_model, set_seed
from tabib.registry import models


def test_a_model_says_which_tasks_it_can_do() -> None:
    with pytest.raises(
        ConfigError, match=r"'tfidf' cannot do task 'ner_span'; it can do classification, multilabel"
    ):
        build_model(models()["tfidf"], "ner_span", ["A"], NoOptions(), weights=None, seed=0)


def test_and_which_models_can_do_the_task() -> None:
    with pytest.raises(ConfigError, match="Models for 'ner_span': dictionary, llm, lora_sft, majority, span_ner"):
        build_model(models()["text"], "ner_span", ["A"], TextOptions(), weights=None, seed=0)


def test_a_pretrained_model_needs_weights() -> None:
    with pytest.raises(ConfigError, match="set model_name_or_path"):
        build_model(models()["text"], "classification", ["A", "B"], TextOptions(), weights=None, seed=0)


def test_options_of_another_model_are_refused() -> None:
    with pytest.raises(ConfigError, match="are NoOptions, got DictionaryOptions"):
        build_model(models()["majority"], "ner_span", ["A"], DictionaryOptions(), weights=None, seed=0)


def test_a_corpus_without_labels_is_refused() -> None:
    with pytest.raises(DataError, match="no label"):
        build_model(models()["majority"], "ner_span", [], NoOptions(), weights=None, seed=0)


def test_all_generators_are_seeded() -> None:
    def draw() -> tuple[float, float, float]:
        set_seed(3)
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    assert draw() == draw()


def test_a_seed_beyond_32_bits_serves() -> None:
    set_seed(2**40)


def test_labels_are_sorted_and_unique(tiny_encoder: Path) -> None:
    options = TokenNerOptions(max_length=16)
    head = build_model(models()["token_ner"], "ner_token", ["B", "A", "B"], options, weights=tiny_encoder, seed=0)
    assert head.labels == ("A", "B")


@pytest.mark.parametrize("task", ["classification", "multilabel"])
def test_a_baseline_comes_back_as_it_was(task: str, tmp_path: Path) -> None:
    model = build_model(models()["majority"], task, ["A", "B"], NoOptions(), weights=None, seed=0)
    gold = ["A", "A", "B"] if task == "classification" else [("A",), ("A", "B"), ()]
    model.fit([Example(Document(str(i), "x"), answer) for i, answer in enumerate(gold)], [])  # type: ignore[attr-defined]
    save_model(model, "majority", tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert (loaded.task, loaded.labels) == (task, ("A", "B"))
    assert loaded.predict([Document("d", "y")]) == model.predict([Document("d", "y")])


def test_a_folder_that_is_not_empty_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    model = build_model(models()["majority"], "ner_span", ["A"], NoOptions(), weights=None, seed=0)
    with pytest.raises(ModelError, match="not empty"):
        save_model(model, "majority", tmp_path)


def test_a_folder_without_a_model_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.json is absent"):
        load_model(tmp_path)


def test_a_model_of_another_class_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"model": "majority", "task": "ner_span", "class": "OldNer"}')
    with pytest.raises(ModelError, match="holds a OldNer, but 'majority' is a MajorityNer"):
        load_model(tmp_path)


def test_gradient_checkpointing_changes_no_gradient(tiny_encoder: Path) -> None:
    def gradient(checkpointing: bool) -> torch.Tensor:
        options = TextOptions(gradient_checkpointing=checkpointing, dropout=0.0)
        head = build_model(models()["text"], "classification", ["A", "B"], options, weights=tiny_encoder, seed=0)
        head.backbone.encoder.config.hidden_dropout_prob = 0.0  # type: ignore[attr-defined]
        for module in head.modules():  # type: ignore[attr-defined]
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        head.train()  # type: ignore[attr-defined]
        batch = head.collate(head.encode([Document("d", "toux")], ["B"]).features)  # type: ignore[attr-defined]
        head(batch).loss.backward()  # type: ignore[operator]
        grads: torch.Tensor = head.backbone.encoder.embeddings.word_embeddings.weight.grad  # type: ignore[attr-defined]
        return grads

    assert torch.allclose(gradient(True), gradient(False), atol=1e-6)


@pytest.mark.parametrize("damage", ["absent", "empty"])
@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("majority", "learner.json"),
        ("text", "head.json"),
        ("text", "model.safetensors"),
        ("text", "backbone/config.json"),
        ("text", "backbone/backbone.json"),
        ("text", "backbone/tokenizer.json"),
    ],
)
def test_a_damaged_model_is_one_message_with_its_place(
    model: str, name: str, damage: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    options = TextOptions() if model == "text" else NoOptions()
    weights = tiny_encoder if model == "text" else None
    built = build_model(models()[model], "classification", ["A", "B"], options, weights=weights, seed=0)
    if model == "majority":
        built.fit([Example(Document("d", "toux"), "A")], [])  # type: ignore[attr-defined]
    save_model(built, model, tmp_path / "model")
    path = tmp_path / "model" / name
    if damage == "absent":
        path.unlink()
    else:
        path.write_text("")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "model")
    assert str(tmp_path / "model") in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", '{"model": "majority"}'])
def test_a_damaged_manifest_is_one_message(content: str, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(ModelError, match=r"model\.json"):
        load_model(tmp_path)
