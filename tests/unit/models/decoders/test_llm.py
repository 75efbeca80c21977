"""A model that is asked in words, with answers that are made up here in place of a backend's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tabib.config.options import LlmOptions
from tabib.config.preprocessing import Preprocessing
from tabib.core.errors import BudgetError, ConfigError, ModelError
from tabib.core.examples import Document, Example
from tabib.core.predictions import Status
from tabib.core.spans import Entity
from tabib.models.build import build_model, load_model, save_model
from tabib.models.decoders.base import Backend, Request, Response
from tabib.models.decoders.llm import Llm
from tabib.registry import find, models
from tabib.tasks.load import get_task
from tabib.training.fit import fit

TRAIN = [Example(Document(f"t{n}", f"Cas {n}"), "toux" if n % 2 else "fièvre") for n in range(10)]
DOCUMENTS = [Document(f"d{n}", f"Patient {n}") for n in range(4)]


class Scripted(Backend):
    """Answers by a table of what the last turn holds, the last request first."""

    name = "scripted"
    can = frozenset[str]()

    def __init__(self, answers: dict[str, Response]) -> None:
        self.identity = {"backend": self.name}
        self.answers = answers
        self.asked: list[Request] = []

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        for index in reversed(range(len(requests))):
            self.asked.append(requests[index])
            text = requests[index].messages[-1].content
            yield index, next(answer for key, answer in self.answers.items() if key in text)


def llm(backend: Backend, task: str = "classification", **options: Any) -> Llm:
    return Llm(["fièvre", "toux"], LlmOptions(**options), 0, task, weights=None, backend=backend)


def answers() -> Scripted:
    return Scripted(
        {
            "Patient 0": Response("toux", prompt_tokens=10, completion_tokens=2),
            "Patient 1": Response("FIEVRE", prompt_tokens=10, completion_tokens=2),
            "Patient 2": Response("grippe", prompt_tokens=10, completion_tokens=2),
            "Patient 3": Response(error="HTTP 500"),
        }
    )


def test_predictions_are_in_the_order_of_the_documents_with_their_status() -> None:
    model = llm(answers())
    model.fit(TRAIN, [])
    done: list[tuple[int, int]] = []
    predictions = model.predict(DOCUMENTS, lambda *progress: done.append(progress))
    assert [prediction.id for prediction in predictions] == ["d0", "d1", "d2", "d3"]
    assert [prediction.label for prediction in predictions] == ["toux", "fièvre", None, None]
    assert [prediction.status for prediction in predictions] == [
        Status.OK,
        Status.OK,
        Status.UNPARSED,
        Status.FAILED,
    ]
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert model.tokens == {"prompt": 30, "completion": 6}
    assert model.notes == (
        "asked by scripted: 4 requests (0 stored before, 1 without an answer)",
        "documents: 4 by text",
        "answers: unknown label 1",
    )
    model.predict(DOCUMENTS[:1])  # what is said is of the last predictions
    assert model.tokens == {"prompt": 10, "completion": 2}
    assert model.notes[0] == "asked by scripted: 1 requests (0 stored before, 0 without an answer)"
    assert model.predict([]) == []


def test_a_text_in_pieces_is_asked_about_piece_by_piece() -> None:
    """One prompt for each line, examples are lines of train too, and a failure costs its line only."""
    backend = Scripted(
        {
            "Texte : Patient 0": Response("[]"),
            "Texte : Toux": Response('[{"text": "Toux", "label": "toux"}]'),
            "Texte : Fièvre": Response(error="HTTP 500"),
        }
    )
    model = llm(backend, "ner_span", shots=1)
    model.preprocessing = Preprocessing(unit="line")
    train = [Example(Document("t", "Cas 1\nUne toux"), (Entity.of("toux", 10, 14),))]
    fit(model, train, [], None, task=get_task("ner_span"), seed=0, folder=Path("unused"))
    (prediction,) = model.annotate([Document("d", "Patient 0\n\nToux le soir\nFièvre")])
    assert [message.content.splitlines()[-2:] for message in backend.asked[0].messages] == [
        ["Texte : Une toux", "Entités :"],
        ['[{"text": "toux", "label": "toux"}]'],
        ["Texte : Fièvre", "Entités :"],
    ]
    assert [scored.entity for scored in prediction.entities] == [Entity.of("toux", 11, 15)]
    assert prediction.status is Status.TRUNCATED
    assert prediction.detail == "placed 1; 1 of 3 pieces failed; HTTP 500 (1 of 3 pieces)"
    assert model.notes[0] == "asked by scripted: 3 requests (0 stored before, 1 without an answer)"


def test_what_was_answered_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABIB_CACHE", raising=False)
    first, second = answers(), answers()
    for backend in (first, second):
        model = llm(backend)
        model.fit(TRAIN, [])
        model.keep_in(tmp_path)
        model.predict(DOCUMENTS)
    assert len(first.asked) == 4
    assert [request.id for request in second.asked] == ["d3"]  # the error


def test_examples_come_from_train_alone_by_the_seed() -> None:
    model = llm(answers(), shots=2)
    model.fit(TRAIN, [Example(Document("dev", "x"), "toux")])
    assert {shot.id for shot in model.shots} <= {example.id for example in TRAIN}
    assert {shot.gold for shot in model.shots} == {"fièvre", "toux"}
    with pytest.raises(ConfigError, match="no train to draw examples from"):
        model.fit([], [])
    llm(answers()).fit([], [])


def test_the_scale_of_similarities_is_that_of_train() -> None:
    pairs = [Example(Document(f"p{n}", "a", second="b"), value) for n, value in enumerate((0.4, 3.6))]
    model = llm(answers(), task="similarity")
    model.fit(pairs, [])
    assert model.scale == (0.0, 4.0)
    own = llm(answers(), task="similarity", scale=(1.0, 10.0))
    own.fit(pairs, [])
    assert own.scale == (1.0, 10.0)


def test_log_likelihoods_are_refused_where_the_backend_has_none() -> None:
    with pytest.raises(ConfigError, match="'scripted' has no log-likelihoods"):
        llm(answers(), scoring="loglikelihood")


def test_the_family_has_the_name_of_the_projects_first_version() -> None:
    assert find(models(), "vllm_classification", "model").name == "llm"


@pytest.mark.parametrize("task", ["classification", "mcqa", "ner_span"])
def test_it_comes_back_from_disk_with_the_same_answers(task: str, tiny_llm: Path, tmp_path: Path) -> None:
    from tabib.core.spans import Entity

    golds: dict[str, Any] = {"classification": "toux", "mcqa": ("A",), "ner_span": (Entity.of("toux", 0, 3),)}
    options = ("oui", "non") if task == "mcqa" else ()
    train = [Example(Document(f"t{n}", f"Cas {n}", ((0, 3),), options=options), golds[task]) for n in range(3)]
    documents = [Document(f"d{n}", f"Patient {n}", options=options, single=bool(n)) for n in range(2)]
    settings = LlmOptions(shots=1, max_tokens=6)
    model = build_model(models()["llm"], task, ["fièvre", "toux"], settings, weights=tiny_llm, seed=3)
    assert isinstance(model, Llm)
    model.fit(train, [])
    save_model(model, "llm", tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert isinstance(again, Llm)
    assert again.shots == model.shots
    assert again.predict(documents) == model.predict(documents)


def test_a_saved_model_keeps_to_its_weights(tiny_llm: Path, tmp_path: Path) -> None:
    model = build_model(models()["llm"], "classification", ["a"], LlmOptions(), weights=tiny_llm, seed=0)
    save_model(model, "llm", tmp_path / "model")
    path = tmp_path / "model" / "llm.json"
    row = json.loads(path.read_text())
    path.write_text(json.dumps(row | {"identity": row["identity"] | {"weights": "others"}}))
    with pytest.raises(ModelError, match=r"the weights in .* are not those"):
        load_model(tmp_path / "model")
    path.write_text(json.dumps(row | {"weights": str(tmp_path / "gone")}))
    with pytest.raises(ModelError, match="no longer there"):
        load_model(tmp_path / "model")


def test_how_many_answers_were_repaired_is_said() -> None:
    fenced = '```json\n[{"text": "Patient", "label": "toux"},]\n```'
    model = llm(
        Scripted({"Patient 0": Response(fenced), "Patient 1": Response(fenced), "Patient": Response("[]")}),
        task="ner_span",
    )
    model.predict(DOCUMENTS)
    assert model.notes[-1] == "answers: code fence 2, placed 2, repaired answers 2, trailing comma 2"


def test_a_budget_is_the_runs_in_whichever_process_it_is_spent() -> None:
    model = llm(answers(), budget_tokens=40)
    model.took_before({"train": 5, "prompt": 30, "completion": 6})
    with pytest.raises(BudgetError, match="taken 48 tokens"):
        model.predict(DOCUMENTS)
    other = llm(answers(), budget_tokens=400)
    other.took_before({"prompt": 30, "completion": 6})
    other.predict(DOCUMENTS)
    assert other.tokens == {"prompt": 30, "completion": 6}


def test_a_wrong_template_is_refused_before_weights_are_read(tmp_path: Path) -> None:
    options = LlmOptions(template="{{ texte }}")
    with pytest.raises(ConfigError, match="it names 'texte'"):
        build_model(models()["llm"], "classification", ["a"], options, weights=tmp_path / "absent", seed=0)
