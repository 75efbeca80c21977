"""What every head over a pretrained encoder keeps to: for each row of the registry and each task it can do."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib import registry
from tabib.core.examples import Document, Example, without_gold
from tabib.core.predictions import (
    ClassificationPrediction,
    McqaPrediction,
    MultilabelPrediction,
    NerPrediction,
    SimilarityPrediction,
    Status,
)
from tabib.core.spans import Entity, split_words
from tabib.models.build import build_model, load_model, save_model
from tabib.models.heads.base import Head

CASES = [
    pytest.param(name, task, id=f"{name}-{task}")
    for name, entry in sorted(registry.models().items())
    if entry.by_steps
    for task, target in sorted(entry.targets.items())
    if issubclass(registry.resolve(target), Head)
]

WITHOUT_LAYERS = ("bi_encoder",)
"""Heads that add no layer to the encoder."""

# No dropout: eight examples are to be learnt by heart. Small layers: it is to be quick.
SETTINGS: dict[str, dict[str, Any]] = {
    "span_ner": {"dropout": 0.0, "max_length": 48, "stride": 16, "lstm_hidden_size": 24, "lstm_layers": 1},
    "token_ner": {"dropout": 0.0, "max_length": 48, "stride": 16},
    "text": {"dropout": 0.0},
}


def options(name: str, **changes: Any) -> Any:
    schema = registry.resolve(registry.models()[name].options)
    return schema(**{**SETTINGS.get(name, {"dropout": 0.0}), **changes})


# Eight examples of each task ------------------------------------------------------------------------------


def entity(text: str, label: str, form: str) -> Entity:
    start = text.index(form)
    return Entity.of(label, start, start + len(form))


@cache
def examples(task: str) -> tuple[Example[Any], ...]:
    """The last one of each NER task is three windows long, with an entity in each."""
    filler = " puis repos au lit" * 3
    long = f"douleur abdominale hier{filler}, aspirine le soir{filler}, fièvre"
    rows: list[tuple[str, list[tuple[str, str]]]] = [
        ("fièvre et toux depuis hier", [("DISO", "fièvre"), ("DISO", "toux")]),
        ("cancer du sein gauche", [("DISO", "cancer du sein"), ("ANAT", "sein")]),
        ("aspirine 5mg/j", [("CHEM", "aspirine")]),
        ("pas de plainte.", []),
        ("douleur abdominale, paracétamol", [("DISO", "douleur abdominale"), ("CHEM", "paracétamol")]),
        ("le foie est normal", [("ANAT", "foie")]),
        ("toux sous aspirine", [("DISO", "toux"), ("CHEM", "aspirine")]),
        (long, [("DISO", "douleur abdominale"), ("CHEM", "aspirine"), ("DISO", "fièvre")]),
    ]
    if task in ("ner_span", "ner_token"):
        flat = task == "ner_token"
        return tuple(
            Example(
                Document(f"d{index}", text, split_words(text)),
                tuple(entity(text, *pair) for pair in pairs if not flat or pair != ("ANAT", "sein")),
            )
            for index, (text, pairs) in enumerate(rows)
        )
    if task == "similarity":
        scores = (5.0, 1.5, 0.0, 3.0, 2.25, 4.0, 1.0, 0.5)
        return tuple(
            Example(Document(f"d{index}", rows[index][0], second=rows[(index + 3) % 8][0]), score)
            for index, score in enumerate(scores)
        )
    if task == "mcqa":
        # Questions of three and of four options; with one right option, which they say, and with several.
        options = ("fièvre", "toux", "aspirine", "foie")
        golds = (("A", "B"), ("A",), ("C",), ("B",), ("A", "C"), ("D",), ("B", "C"), ("A", "B", "C"))
        return tuple(
            Example(Document(f"d{i}", rows[i][0], options=options[: 3 + i % 2], single=len(gold) == 1), gold)
            for i, gold in enumerate(golds)
        )
    # The long text is beyond the window of text heads: it is told by its beginning.
    sets = [tuple(sorted({label for label, _ in pairs})) for _, pairs in rows]
    if task == "multilabel":
        return tuple(
            Example(Document(f"d{index}", text), gold)
            for index, ((text, _), gold) in enumerate(zip(rows, sets, strict=True))
        )
    assert task == "classification", f"this test has no examples for the task {task!r}"
    return tuple(
        Example(Document(f"d{index}", text), gold[0] if gold else "NONE")
        for index, ((text, _), gold) in enumerate(zip(rows, sets, strict=True))
    )


def labels(task: str) -> list[str]:
    if task == "similarity":
        return []
    found: set[str] = set()
    for example in examples(task):
        gold = example.gold
        found.update([gold] if isinstance(gold, str) else [getattr(item, "label", item) for item in gold])
    return sorted(found)


def answer(prediction: Any) -> Any:
    """What a prediction says, as gold says it."""
    if isinstance(prediction, NerPrediction):
        return tuple(scored.entity for scored in prediction.entities)
    if isinstance(prediction, SimilarityPrediction):
        return prediction.value
    if isinstance(prediction, McqaPrediction):
        return prediction.letters
    return prediction.label if isinstance(prediction, ClassificationPrediction) else prediction.labels


def says_the_same(one: Any, other: Any) -> bool:
    """Numbers may differ by rounding, as batches do."""
    if isinstance(one, SimilarityPrediction):
        return bool(one.value == pytest.approx(other.value, abs=1e-4))
    return bool(answer(one) == answer(other))


def confidences(prediction: Any) -> list[float | None]:
    if isinstance(prediction, NerPrediction):
        scored = (found.confidence for found in prediction.entities)
        return [*scored, *prediction.word_confidences, *prediction.word_outside]
    if isinstance(prediction, SimilarityPrediction):
        return []
    return [prediction.confidence, *prediction.scores.values()]


def learnable(head: Head, task: str) -> list[Any]:
    """The gold that the head says it can learn: all but what it lists as lost."""
    lost = head.encode(without_gold(examples(task)), [example.gold for example in examples(task)]).lost
    gone = {(item.document_id, item.entity) for item in lost}
    return [
        sorted(item for item in example.gold if (example.id, item) not in gone)
        if task.startswith("ner")
        else example.gold
        for example in examples(task)
    ]


def same(task: str, prediction: Any, gold: Any) -> bool:
    said = answer(prediction)
    if task == "similarity":
        return bool(abs(said - gold) < 0.25)  # of 5; the tiny encoder's own dropout stays on
    return bool(sorted(said) == list(gold) if task.startswith("ner") else said == gold)


# A head that has learnt them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Learnt:
    head: Head
    steps: int


@pytest.fixture(scope="module")
def learnt(tiny_encoder: Path) -> Callable[[str, str], Learnt]:
    @cache
    def learn(name: str, task: str) -> Learnt:
        return overfit(build(name, task, tiny_encoder), task)

    return learn


def build(name: str, task: str, weights: Path, seed: int = 0, **changes: Any) -> Head:
    entry = registry.models()[name]
    model = build_model(entry, task, labels(task), options(name, **changes), weights=weights, seed=seed)
    assert isinstance(model, Head)
    return model


def overfit(head: Head, task: str, most: int = 300) -> Learnt:
    """Plain AdamW on one batch of all rows, until predictions are perfect."""
    documents, gold = without_gold(examples(task)), [example.gold for example in examples(task)]
    head.prepare(examples(task))
    batch = head.collate(head.encode(documents, gold).features)
    expected = learnable(head, task)
    optimiser = torch.optim.AdamW(head.parameters(), lr=5e-3)
    head.train()
    for step in range(1, most + 1):
        loss = head(batch).loss
        assert loss is not None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if step % 10 == 0:
            predictions = head.predict(documents)
            head.tune(gold, predictions)
            if all(
                same(task, prediction, item)
                for prediction, item in zip(head.decide(predictions), expected, strict=True)
            ):
                return Learnt(head.eval(), step)
    pytest.fail(f"not learnt by heart in {most} steps; the last loss is {loss.item():.4f}")


def oracle(head: Head, batch: dict[str, Any]) -> Any:
    """Logits of a head that knows the targets of the batch."""
    if "targets" in batch:  # one value per word or document: an index, 0/1 per label or option, or a number
        targets = batch["targets"]
        if head.task == "similarity":  # on the scale of the head's own
            low, width = (head.mean, head.deviation) if hasattr(head, "mean") else (head.low, head.width)
            return (targets - low) / width  # type: ignore[operator]
        if targets.is_floating_point():
            return (targets * 2 - 1) * 20
        return torch.nn.functional.one_hot(targets, head.classifier.out_features) * 20.0  # type: ignore[union-attr]
    logits = head(batch).logits  # SpanNer: the band of spans, and each label's tags
    logits.band.fill_(-20.0)
    logits.band[tuple(batch["spans"])] = 20.0
    if logits.emissions is not None:
        logits.emissions.copy_(torch.nn.functional.one_hot(batch["tags_BLW"], 5) * 20.0)
    return logits


@pytest.mark.parametrize(("name", "task"), CASES)
def test_learns_eight_examples_by_heart(name: str, task: str, learnt: Callable[[str, str], Learnt]) -> None:
    head = learnt(name, task).head
    predictions = head.predict(without_gold(examples(task)))
    for prediction, gold in zip(predictions, learnable(head, task), strict=True):
        assert same(task, prediction, gold)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_gold_comes_back_through_encode_and_decode(name: str, task: str, tiny_encoder: Path) -> None:
    head = build(name, task, tiny_encoder).eval()
    documents, gold = without_gold(examples(task)), [example.gold for example in examples(task)]
    head.prepare(examples(task))
    rows = head.encode(documents, gold).features
    with torch.no_grad():
        pieces = head.decode(oracle(head, head.collate(rows)), rows)
    for index, (document, expected) in enumerate(zip(documents, learnable(head, task), strict=True)):
        own = [position for position, row in enumerate(rows) if row.document == index]
        prediction = head.assemble(document, [rows[i] for i in own], [pieces[i] for i in own])
        assert same(task, prediction, expected)


@pytest.mark.parametrize(("name", "task"), [case for case in CASES if case.values[1] != "similarity"])
def test_gold_is_learnt_or_listed_as_lost(name: str, task: str, tiny_encoder: Path) -> None:
    head = build(name, task, tiny_encoder)
    example = examples(task)[0]
    if task == "classification":
        encoded = head.encode([example.document], ["UNHEARD-OF"])
        assert encoded.features == []
    elif task in ("multilabel", "mcqa"):
        encoded = head.encode([example.document], [("UNHEARD-OF",)])
    else:
        encoded = head.encode([example.document], [(Entity.of("UNHEARD-OF", 0, 6), *example.gold)])
    assert [(item.document_id, item.label) for item in encoded.lost] == [(example.id, "UNHEARD-OF")]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_comes_back_from_disk_with_the_same_predictions(
    name: str, task: str, learnt: Callable[[str, str], Learnt], tmp_path: Path
) -> None:
    head = learnt(name, task).head
    documents = without_gold(examples(task))
    save_model(head, name, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert type(loaded) is type(head)
    assert loaded.predict(documents) == head.predict(documents)
    assert not [path for path in (tmp_path / "model").rglob("*") if path.suffix in (".bin", ".pt", ".pkl")]


@pytest.mark.parametrize(("name", "task"), CASES)
def test_predictions_do_not_depend_on_order_or_batch(
    name: str, task: str, learnt: Callable[[str, str], Learnt], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = learnt(name, task).head
    documents = without_gold(examples(task))
    expected = {prediction.id: prediction for prediction in head.predict(documents)}
    shuffled = random.Random(1).sample(documents, len(documents))
    for budget in (1, 100):  # one row at a time; a few
        monkeypatch.setattr(Head, "predict_tokens", budget)
        predictions = head.predict(shuffled)
        assert [prediction.id for prediction in predictions] == [document.id for document in shuffled]
        for prediction in predictions:
            assert says_the_same(prediction, expected[prediction.id])
            assert confidences(prediction) == pytest.approx(confidences(expected[prediction.id]), abs=1e-4)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_every_prediction_has_confidences(name: str, task: str, learnt: Callable[[str, str], Learnt]) -> None:
    head = learnt(name, task).head
    for prediction in head.predict(without_gold(examples(task))):
        values = confidences(prediction)
        assert all(value is not None and 0 <= value <= 1 for value in values)
        if isinstance(prediction, ClassificationPrediction | MultilabelPrediction):
            assert set(prediction.scores) == set(labels(task))
        if isinstance(prediction, McqaPrediction):
            assert 3 <= len(prediction.scores) <= 4


@pytest.mark.parametrize(("name", "task"), CASES)
def test_texts_without_content_are_answered(name: str, task: str, learnt: Callable[[str, str], Learnt]) -> None:
    head = learnt(name, task).head
    documents = [
        Document(id_, text, second=text[:2], options=("", "oui") if task == "mcqa" else ())
        for id_, text in (("empty", ""), ("blank", " \n\t "), ("some", "toux"))
    ]
    predictions = head.predict(documents)
    assert [prediction.id for prediction in predictions] == ["empty", "blank", "some"]
    if task.startswith("ner"):
        assert [answer(prediction) for prediction in predictions[:2]] == [(), ()]
    assert head.predict([]) == []
    assert says_the_same(head.predict(documents[:1])[0], predictions[0])


@pytest.mark.parametrize(("name", "task"), CASES)
def test_long_documents_are_read_to_the_end_or_said_to_be_truncated(
    name: str, task: str, learnt: Callable[[str, str], Learnt]
) -> None:
    head = learnt(name, task).head
    text = "aspirine et repos " * 40
    document = Document("long", text, split_words(text), second=text, options=("oui", text))
    (prediction,) = head.predict([document])
    if task.startswith("ner"):
        assert prediction.status is Status.OK
        assert len(prediction.word_tags) in (0, 120)
        assert len(prediction.word_outside) == 120
        rows = head.encode([document]).features
        assert len(rows) > 1
        assert max(row.length for row in rows) <= head.backbone.max_length
    else:
        assert prediction.status is Status.TRUNCATED
        read = {"pair": "64 of 1203", "multiple_choice": "64 of 1203", "bi_encoder": "124 of 1200"}
        assert f"{read.get(name, '62 of 600')} sub-tokens" in prediction.detail


@pytest.mark.parametrize(("name", "task"), CASES)
def test_the_seed_reaches_the_new_layers(name: str, task: str, tiny_encoder: Path) -> None:
    def new_layers(seed: int) -> dict[str, torch.Tensor]:
        weights = dict(build(name, task, tiny_encoder, seed).named_parameters())
        return {key: value for key, value in weights.items() if not key.startswith("backbone.")}

    one, again, other = new_layers(1), new_layers(1), new_layers(2)
    if name in WITHOUT_LAYERS:
        assert one == {}
        return
    assert all(torch.equal(one[key], again[key]) for key in one)
    assert any(not torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_predicting_leaves_training_mode_as_it_was(name: str, task: str, tiny_encoder: Path) -> None:
    head = build(name, task, tiny_encoder)
    reported: list[tuple[int, int]] = []
    head.train()
    head.predict(without_gold(examples(task)), lambda done, total: reported.append((done, total)))
    assert head.training
    assert reported[-1] == (8, 8)


def test_every_row_has_a_loss_with_a_gradient_for_every_new_layer(tiny_encoder: Path) -> None:
    """A layer that gets no gradient is wired to nothing."""
    for case in CASES:
        name, task = map(str, case.values)
        head = build(name, task, tiny_encoder)
        batch = head.collate(head.encode(*_with_gold(examples(task))).features)
        head(batch).loss.backward()
        encoder = {key for key, _ in head.pretrained_parameters()}
        silent = [key for key, value in head.named_parameters() if value.grad is None and key not in encoder]
        assert silent == [], f"{name} {task}"


def _with_gold(rows: Sequence[Example[Any]]) -> tuple[list[Document], list[Any]]:
    return without_gold(rows), [example.gold for example in rows]
