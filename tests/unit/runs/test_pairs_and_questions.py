"""Whole runs on pairs and questions: a model used as it is, a trained one, and corpora without train and dev."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tabib.config.run import RunConfig
from tabib.data.corpus import Corpus
from tabib.data.load import load_corpus
from tabib.records.folder import read_gold, read_predictions
from tabib.registry import models
from tabib.runs import prepare as module
from tabib.runs.prepare import prepare
from tabib.runs.run import Finished, run
from tabib.tasks.load import get_task

KEPT = {"train": 16, "dev": 4, "test": 8}


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many documents of each split a shipped corpus keeps; a test may change it."""
    kept = dict(KEPT)

    def load(name: str, **options: Any) -> Corpus:  # noqa: ARG001 - shipped ones need none
        corpus = load_corpus(name)
        return replace(
            corpus,
            train=corpus.train[: kept["train"]],
            dev=corpus.dev[: kept["dev"]],
            test=corpus.test[: kept["test"]],
        )

    monkeypatch.setattr(module, "load_corpus", load)
    return kept


def start(model: str, dataset: str, encoder: Path | None, runs: Path) -> Finished:
    content: dict[str, Any] = {"model": model, "dataset": dataset, "evaluation": {"resamples": 20}}
    if models()[model].pretrained:
        content["model_name_or_path"] = str(encoder)
    if models()[model].by_steps:
        content["training"] = {"max_steps": 2, "per_device_train_batch_size": 2}
    return run(RunConfig.model_validate(content), runs=runs)


def test_a_model_used_as_it_is_makes_no_step_and_is_scored(
    documents: dict[str, int], tiny_encoder: Path, tmp_path: Path
) -> None:
    finished = start("sentence_cosine", "mini_pairs_fr", tiny_encoder, tmp_path)
    assert finished.record.fit is not None
    assert (finished.record.fit["steps"], finished.record.status) == (0, "done")
    scores = finished.scores["test"]
    assert scores.items.total == documents["test"]
    assert scores.metrics["mse"].reason == "predictions are not on the corpus's scale"
    assert finished.record.fingerprints["weights"]


@pytest.mark.parametrize(("model", "dataset"), [("pair", "mini_pairs_fr"), ("multiple_choice", "mini_mcqa_fr")])
@pytest.mark.usefixtures("documents")
def test_a_trained_one_is_compared_with_the_majority(
    model: str, dataset: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    finished = start(model, dataset, tiny_encoder, tmp_path)
    task = get_task(finished.record.task)
    assert finished.record.fit is not None
    assert finished.record.fit["steps"] == 2
    gold = read_gold(finished.folder.gold("test"), task)
    anchor = read_predictions(finished.folder.anchor("test"), task)
    assert {row.id for row in anchor} == {row.id for row in gold}
    assert all(row.options >= 2 for row in gold) == (model == "multiple_choice")


@pytest.mark.parametrize(
    ("model", "dataset"), [("sentence_cosine", "mini_pairs_fr"), ("majority", "mini_mcqa_en")]
)
def test_a_corpus_with_nothing_but_test_is_scored(
    model: str, dataset: str, documents: dict[str, int], tiny_encoder: Path, tmp_path: Path
) -> None:
    documents.update(train=0, dev=0)
    finished = start(model, dataset, tiny_encoder, tmp_path)
    assert finished.scores["test"].items.total == documents["test"]
    assert finished.scores["dev"].items.total == 0
    assert finished.record.fit is not None
    assert finished.record.fit["notes"] == ["there is no train split, so nothing was learnt"]


@pytest.mark.usefixtures("documents")
def test_training_settings_are_no_part_of_the_identity_of_a_model_used_as_it_is(tiny_encoder: Path) -> None:
    content = {"model": "sentence_cosine", "dataset": "mini_pairs_fr", "model_name_or_path": str(tiny_encoder)}
    plain = prepare(RunConfig.model_validate(content))
    with_training = prepare(RunConfig.model_validate(content | {"training": {"learning_rate": 1e-3}}))
    assert plain.identity.hash == with_training.identity.hash
