"""Questions with options: losses by hand, one right option or several."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from typing import Any

import pytest
import torch

from tabib import registry
from tabib.config.options import ChoiceOptions
from tabib.core.examples import Document, Example, LossReason, Lost
from tabib.core.predictions import McqaPrediction, Status
from tabib.models.build import build_model
from tabib.models.heads.choice import MultipleChoice


def build(folder: Path, **options: Any) -> MultipleChoice:
    entry = registry.find(registry.models(), "bert_mcqa", "model")
    head = build_model(entry, "mcqa", ["A", "B", "C"], ChoiceOptions(**options), weights=folder, seed=0)
    assert isinstance(head, MultipleChoice)
    return head


def question(id: str, options: int = 3, *, single: bool = False) -> Document:
    return Document(id, "toux", options=("oui", "non", "peut-être")[:options], single=single)


ONE, SEVERAL = question("one", 2, single=True), question("several")


def sigmoid(value: float) -> float:
    return 1 / (1 + exp(-value))


def test_the_loss_of_questions_with_one_and_with_several_right_options_by_hand(tiny_encoder: Path) -> None:
    """The question with two options has a column of padding, which takes part in nothing."""
    head = build(tiny_encoder)
    batch = head.collate(head.encode([ONE, SEVERAL], [("B",), ("A", "C")]).features)
    logits = torch.tensor([0.5, 1.5, 2.0, -1.0, 0.0])
    one = -log(exp(1.5) / (exp(0.5) + exp(1.5)))
    several = -(log(sigmoid(2.0)) + log(1 - sigmoid(-1.0)) + log(sigmoid(0.0))) / 3
    assert head._loss(logits, batch).item() == pytest.approx((one + several) / 2)


def test_absent_options_get_no_gradient_that_is_no_number(tiny_encoder: Path) -> None:
    head = build(tiny_encoder)
    loss = head(head.collate(head.encode([ONE, SEVERAL], [("B",), ("A", "C")]).features)).loss
    assert loss is not None
    loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in head.parameters() if p.grad is not None)


def test_each_option_is_read_with_the_question(tiny_encoder: Path) -> None:
    head = build(tiny_encoder)
    (row,) = head.encode([ONE]).features
    tokens = [head.backbone.tokenizer.convert_ids_to_tokens(option.ids) for option in row.options]  # type: ignore[attr-defined]
    texts = ["".join(row).replace("##", "") for row in tokens]
    assert texts == ["[CLS]toux[SEP]oui[SEP]", "[CLS]toux[SEP]non[SEP]"]
    assert row.length == 2 * (len("touxoui") + 3)


def test_probabilities_are_of_one_option_or_of_each(tiny_encoder: Path) -> None:
    head = build(tiny_encoder)
    one, several = head.predict([ONE, SEVERAL])
    assert sum(one.scores.values()) == pytest.approx(1)
    assert (list(one.scores), len(one.letters), one.single) == (["A", "B"], 1, True)
    assert (list(several.scores), several.single) == (["A", "B", "C"], False)
    assert several.letters


def test_the_threshold_is_tuned_for_exact_answers_of_questions_with_several(tiny_encoder: Path) -> None:
    head = build(tiny_encoder)
    predictions = [
        McqaPrediction("a", ("A",), 0.5, {"A": 0.4, "B": 0.3, "C": 0.1}),
        McqaPrediction("b", ("A",), 0.5, {"A": 0.9, "B": 0.35, "C": 0.2}),
        McqaPrediction("c", ("B",), 0.5, {"A": 0.05, "B": 0.95}, single=True),
    ]
    head.tune([("A", "B"), ("A", "B"), ("A",)], predictions)
    assert head.threshold == pytest.approx(0.25)
    assert [row.letters for row in head.decide(predictions)] == [("A", "B"), ("A", "B"), ("B",)]
    untuned = build(tiny_encoder, tune_threshold=False)
    untuned.tune([("A", "B")], predictions[:1])
    assert untuned.threshold == 0.5


def test_a_head_that_knows_questions_with_one_answer_only_gives_one(tiny_encoder: Path) -> None:
    head = build(tiny_encoder)
    head.prepare([Example(ONE, ("A",))])
    (prediction,) = head.predict([SEVERAL])
    assert (len(prediction.letters), prediction.single) == (1, True)
    again = build(tiny_encoder)
    again.restore(head.state())
    assert again.only_single


def test_a_right_answer_that_is_no_option_is_lost(tiny_encoder: Path) -> None:
    head = build(tiny_encoder)
    encoded = head.encode([ONE, SEVERAL], [("E",), ("A", "E")])
    assert encoded.lost == [Lost(id, "E", LossReason.UNKNOWN_LABEL) for id in ("one", "several")]
    (row,) = encoded.features
    assert (row.document, row.target) == (1, [1.0, 0.0, 0.0])  # type: ignore[attr-defined]


def test_a_question_without_options_has_failed(tiny_encoder: Path) -> None:
    none, some = build(tiny_encoder).predict([Document("none", "toux"), SEVERAL])
    assert (none.letters, none.status, none.detail) == ((), Status.FAILED, "the question has no options")
    assert some.status is Status.OK


def test_the_longest_option_says_how_much_was_read(tiny_encoder: Path) -> None:
    document = Document("long", "toux", options=("oui", "x" * 30))
    (prediction,) = build(tiny_encoder, max_length=16).predict([document])
    assert (prediction.status, prediction.detail) == (Status.TRUNCATED, "16 of 37 sub-tokens were read")
