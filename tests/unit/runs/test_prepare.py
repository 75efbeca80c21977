"""What is known of a run before it starts: which models can do without a train split."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tabib.config.run import RunConfig
from tabib.core.errors import DataError
from tabib.data.corpus import Corpus
from tabib.data.load import load_corpus
from tabib.registry import models
from tabib.runs import prepare as module
from tabib.runs.prepare import prepare
from tabib.runs.stages import build


@pytest.fixture
def test_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped corpora lose their train and dev."""

    def load(name: str, **options: Any) -> Corpus:  # noqa: ARG001 - shipped ones need none
        return replace(load_corpus(name), train=(), dev=())

    monkeypatch.setattr(module, "load_corpus", load)


def config(model: str, dataset: str, **settings: Any) -> RunConfig:
    return RunConfig.model_validate({"model": model, "dataset": dataset, **settings})


@pytest.mark.usefixtures("test_only")
def test_a_model_that_has_to_be_trained_is_refused_a_corpus_without_train_by_name() -> None:
    with pytest.raises(DataError) as error:
        prepare(config("tfidf", "mini_pairs_fr"))
    assert str(error.value).startswith(
        "the corpus 'mini_pairs_fr' has no train split, and 'tfidf' has to be trained;"
        " models for similarity that need no training: "
    )
    assert "majority" in str(error.value)
    assert "sentence_cosine" in str(error.value)


@pytest.mark.usefixtures("test_only")
@pytest.mark.parametrize("dataset", ["mini_mcqa_fr", "mini_pairs_fr", "mini_triage_fr", "mini_topics_fr"])
def test_the_majority_baseline_answers_without_train_with_what_is_published(dataset: str) -> None:
    prepared = prepare(config("majority", dataset))
    model: Any = build(prepared)
    assert model.labels == tuple(prepared.corpus.card.labels)
    model.fit((), ())
    documents = [example.document for example in prepared.corpus.test]
    predictions = model.predict(documents)
    assert [prediction.id for prediction in predictions] == [document.id for document in documents]


def test_switches_of_the_registry_agree() -> None:
    """What is trained by steps needs something to be trained on."""
    for entry in models().values():
        if entry.by_steps:
            assert entry.needs_train
