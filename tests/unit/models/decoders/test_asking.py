"""How each task is asked and what responses mean, with responses made by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tabib.core.details import counts_of
from tabib.core.errors import ConfigError
from tabib.core.examples import Document, Example
from tabib.core.predictions import Status
from tabib.models.decoders.asking import SHORT_LIST, Asker, probabilities
from tabib.models.decoders.base import ChoiceScore, Response
from tabib.models.decoders.prompts import Prompting

ONE = Document("one", "Quel ?", options=("x", "y", "z"), single=True)
SEVERAL = Document("several", "Lesquels ?", options=("x", "y", "z"))
TEXT = Document("text", "Le patient tousse.")


def asker(task: str, labels: tuple[str, ...] = ("A", "B", "C"), **options: Any) -> Asker:
    return Asker(task, labels, options.pop("prompting", Prompting()), **options)


def scored(*values: float, tokens: int = 1) -> Response:
    return Response(choices=tuple(ChoiceScore(value, tokens) for value in values))


def test_probabilities_are_a_softmax_of_sums_or_of_means() -> None:
    choices = [ChoiceScore(-2.0, 1), ChoiceScore(-3.0, 3)]
    share = math.exp(-2) / (math.exp(-2) + math.exp(-3))
    assert probabilities(choices, length_normalised=False) == pytest.approx([share, 1 - share])
    share = math.exp(-2) / (math.exp(-2) + math.exp(-1))
    assert probabilities(choices, length_normalised=True) == pytest.approx([share, 1 - share])
    assert probabilities([ChoiceScore(-2000.0, 1), ChoiceScore(-2000.0, 1)], False) == [0.5, 0.5]


def test_a_question_with_one_answer_is_scored_by_its_letters_or_texts() -> None:
    (request,) = asker("mcqa").requests(ONE)
    assert request.choices == ("A", "B", "C")
    (request,) = asker("mcqa", continuation="text").requests(ONE)
    assert request.choices == ("x", "y", "z")
    prediction = asker("mcqa").read(ONE, [scored(-3, -1, -2)])
    assert prediction.letters == ("B",)
    assert sum(prediction.scores.values()) == pytest.approx(1)
    assert prediction.confidence == prediction.scores["B"]
    assert prediction.single


def test_a_question_with_several_answers_is_asked_in_words_or_option_by_option() -> None:
    (request,) = asker("mcqa").requests(SEVERAL)
    assert request.choices == ()
    assert asker("mcqa").read(SEVERAL, [Response("A, C")]).letters == ("A", "C")
    judge = asker("mcqa", scoring="loglikelihood")
    assert [request.choices for request in judge.requests(SEVERAL)] == [("oui", "non")] * 3
    prediction = judge.read(SEVERAL, [scored(-1, -2), scored(-2, -1), scored(-1, -3)])
    assert prediction.letters == ("A", "C")


def test_short_label_lists_are_scored_and_long_ones_asked_for() -> None:
    (request,) = asker("classification").requests(TEXT)
    assert request.choices == ("A", "B", "C")
    prediction = asker("classification").read(TEXT, [scored(-3, -2, -1)])
    assert (prediction.label, prediction.confidence) == ("C", prediction.scores["C"])
    many = tuple(f"L{n}" for n in range(SHORT_LIST + 1))
    (request,) = asker("classification", many).requests(TEXT)
    assert request.choices == ()
    assert asker("classification", many).read(TEXT, [Response("l7")]).label == "L7"


def test_a_server_that_scores_letters_only_is_asked_for_the_rest_in_words() -> None:
    can = frozenset({"loglikelihood", "one_character"})
    assert asker("mcqa", can=can).requests(ONE)[0].choices == ("A", "B", "C")
    assert asker("classification", ("low", "high"), can=can).requests(TEXT)[0].choices == ()
    # Whoever asks for log-likelihoods of texts gets them, or the server's error.
    assert asker("classification", ("low", "high"), can=can, scoring="loglikelihood").requests(TEXT)[0].choices


def test_each_label_can_be_judged_by_itself() -> None:
    judge = asker("multilabel", scoring="loglikelihood")
    assert len(judge.requests(TEXT)) == 3
    prediction = judge.read(TEXT, [scored(-1, -2), scored(-2, -1), scored(-2, -1)])
    assert prediction.labels == ("A",)
    assert prediction.scores["B"] == pytest.approx(1 / (1 + math.e))


def test_a_backend_without_log_likelihoods_is_asked_in_words() -> None:
    (request,) = asker("mcqa", can=frozenset()).requests(ONE)
    assert request.choices == ()


def test_entities_and_numbers_have_no_log_likelihood() -> None:
    for task in ("ner_span", "similarity"):
        with pytest.raises(ConfigError, match=f"{task} needs generate"):
            asker(task, scoring="loglikelihood")


def test_a_schema_goes_along_where_the_backend_can_hold_to_it() -> None:
    (without,) = asker("ner_span").requests(TEXT)
    (request,) = asker("ner_span", can=frozenset({"schema"})).requests(TEXT)
    assert without.schema is None
    assert request.schema is not None
    assert request.schema["items"]["properties"]["label"]["enum"] == ["A", "B", "C"]


@pytest.mark.parametrize("task", ["mcqa", "classification", "multilabel", "similarity", "ner_span", "ner_token"])
def test_an_error_is_a_failed_prediction_with_its_reason(task: str) -> None:
    document = SEVERAL if task == "mcqa" else TEXT
    prediction = asker(task, scoring="generate").read(document, [Response(error="HTTP 500\nsorry")])
    assert (prediction.status, prediction.detail) == (Status.FAILED, "HTTP 500 sorry")


def test_what_was_cut_is_said() -> None:
    short = asker("classification", prompting=Prompting(max_chars=4))
    prediction = short.read(TEXT, [scored(-1, -2, -3)])
    assert (prediction.status, prediction.detail) == (Status.TRUNCATED, "read 4 of 18 characters")
    cut = asker("ner_span").read(TEXT, [Response('[{"text": "patient", "label": "A"}, {', finish_reason="length")])
    assert counts_of(cut.detail) == {"stopped by max tokens": 1, "cut off": 1, "placed": 1}
    assert len(cut.entities) == 1
    pair = Document("pair", "Toux.", second="Le patient tousse.")
    ours = asker("similarity", prompting=Prompting(max_chars=5)).read(pair, [Response("4")])
    assert (ours.status, ours.detail) == (Status.TRUNCATED, "read 5 of 18 characters")


def test_mentions_are_not_looked_for_beyond_what_was_read() -> None:
    short = asker("ner_span", prompting=Prompting(max_chars=10))
    prediction = short.read(TEXT, [Response('[{"text": "tousse", "label": "A"}, {"text": "Le", "label": "A"}]')])
    assert [scored.entity.start for scored in prediction.entities] == [0]
    assert counts_of(prediction.detail) == {"placed": 1, "hallucinated": 1}


def test_no_document_is_shown_its_own_answer() -> None:
    shots = (Example(Document("train-7", TEXT.text), "A"), Example(Document("train-8", "Autre."), "B"))
    (request,) = asker("classification", shots=shots).requests(TEXT)
    assert [message.role for message in request.messages] == ["user", "assistant", "user"]
    assert not any(TEXT.text in message.content for message in request.messages[:-1])
    (request,) = asker("classification", shots=shots).requests(Document("other", "Encore."))
    assert len(request.messages) == 5
    questions = (Example(ONE, ("B",)),)
    (request,) = asker("mcqa", shots=questions, scoring="generate").requests(ONE)
    assert len(request.messages) == 1
    others = Document("others", ONE.text, options=("u", "v", "w"), single=True)
    (request,) = asker("mcqa", shots=questions, scoring="generate").requests(others)
    assert len(request.messages) == 3


@pytest.mark.parametrize("values", [(math.nan, -1.0, -2.0), (-math.inf, -math.inf, -math.inf)])
def test_log_likelihoods_that_are_no_numbers_choose_nothing(values: tuple[float, ...]) -> None:
    prediction = asker("mcqa").read(ONE, [scored(*values)])
    assert (prediction.letters, prediction.status) == ((), Status.FAILED)
    assert "no numbers" in prediction.detail
    assert asker("mcqa").read(ONE, [scored(-math.inf, -1.0, -math.inf)]).letters == ("B",)
