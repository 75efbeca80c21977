"""The record of a run holds which attention was asked for and which was used, whatever kind of model it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib.config.run import RunConfig
from tabib.data.corpus import Corpus
from tabib.data.load import load_corpus
from tabib.records.record import read_record
from tabib.runs import prepare as module
from tabib.runs.run import Finished, run

WHY = "flash attention needs a GPU, and there is none"
pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="what is used on a GPU depends on the GPU")


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Finished]:
    """A run on a few documents of a shipped corpus."""

    def load(name: str, **_: Any) -> Corpus:
        corpus = load_corpus(name)
        return replace(corpus, train=corpus.train[:8], dev=corpus.dev[:4], test=corpus.test[:4])

    monkeypatch.setattr(module, "load_corpus", load)

    def call(stages: Any = "both", **content: Any) -> Finished:
        settings = {"evaluation": {"resamples": 0}, **content}
        return run(RunConfig.model_validate(settings), runs=tmp_path, stages=stages)

    return call


def head(encoder: Path, asked: str | None) -> dict[str, Any]:
    return {
        "model": "text",
        "dataset": "mini_triage_fr",
        "model_name_or_path": str(encoder),
        "backend_args": {"attn_implementation": asked},
        "training": {"max_steps": 1, "per_device_train_batch_size": 2},
    }


def test_of_a_head_training_and_prediction_are_recorded(
    start: Callable[..., Finished], tiny_encoder: Path
) -> None:
    finished = start(**head(tiny_encoder, "flash_attention_2"))
    assert finished.record.attention == {
        "asked": "flash_attention_2",
        "training": "sdpa",
        "prediction": "sdpa",
        "why": WHY,
    }
    assert read_record(finished.folder.path) == finished.record
    left_to_the_library = start(**head(tiny_encoder, None)).record
    assert left_to_the_library.attention == {"asked": None, "training": "sdpa", "prediction": "sdpa", "why": ""}


def test_a_model_that_is_loaded_to_be_evaluated_adds_what_it_used(
    start: Callable[..., Finished], tiny_encoder: Path
) -> None:
    trained = start("fit", **head(tiny_encoder, "eager"))
    evaluated = start("evaluate", **head(tiny_encoder, "eager"))
    expected = {"asked": "eager", "training": "eager", "prediction": "eager", "why": ""}
    assert trained.record.attention == evaluated.record.attention == expected


def test_what_is_asked_for_makes_another_run_and_what_is_used_does_not(
    start: Callable[..., Finished], tiny_encoder: Path
) -> None:
    """The identity is known before the model is loaded, and the same on every machine."""
    asked = [start("fit", **head(tiny_encoder, name)).record for name in ("flash_attention_2", "sdpa")]
    assert asked[0].attention["training"] == asked[1].attention["training"] == "sdpa"
    assert asked[0].identity != asked[1].identity


def test_of_models_that_are_not_trained_prediction_is_recorded(
    start: Callable[..., Finished], tiny_encoder: Path, tiny_llm: Path
) -> None:
    cosine = start(
        model="sentence_cosine",
        dataset="mini_pairs_fr",
        model_name_or_path=str(tiny_encoder),
        backend_args={"attn_implementation": "flash_attention_2"},
    )
    llm = start(
        model="llm",
        dataset="mini_triage_fr",
        model_name_or_path=str(tiny_llm),
        backend_args={"attn_implementation": "flash_attention_2"},
    )
    expected = {"asked": "flash_attention_2", "prediction": "sdpa", "why": WHY}
    assert cosine.record.attention == llm.record.attention == expected


def test_a_baseline_has_none(start: Callable[..., Finished]) -> None:
    assert start(model="majority", dataset="mini_triage_fr").record.attention == {}
