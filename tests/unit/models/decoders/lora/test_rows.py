"""Rows of a prompt and its answer: what is learnt, and that the loss is what transformers computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tabib.core.errors import ModelError
from tabib.models.decoders.backends.render import render
from tabib.models.decoders.base import Message
from tabib.models.decoders.lora.rows import IGNORED, AnswerRow, RowEncoder, answer_loss, collate

TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
ASKED = (Message("user", "Quel âge ?"),)


@pytest.fixture
def tokenizer(tiny_llm: Path) -> Any:
    return AutoTokenizer.from_pretrained(tiny_llm)


def test_a_row_is_the_prompt_then_the_answer_then_the_end(tokenizer: Any) -> None:
    row = RowEncoder(tokenizer, [tokenizer.eos_token_id]).row(0, ASKED, "oui")
    assert tokenizer.decode(row.input_ids) == "Quel âge ? oui</s>"
    assert tokenizer.decode(row.input_ids[-row.answer :]) == " oui</s>"


def test_a_chat_template_says_what_ends_an_answer(tokenizer: Any) -> None:
    tokenizer.chat_template = TEMPLATE
    tokenizer.add_special_tokens({"additional_special_tokens": ["<turn>"]})
    turn = tokenizer.convert_tokens_to_ids("<turn>")
    row = RowEncoder(tokenizer, [turn, tokenizer.eos_token_id]).row(0, ASKED, "oui")
    assert tokenizer.decode(row.input_ids) == "<user>Quel âge ?</s>\n<assistant>oui</s>"
    assert tokenizer.decode(row.input_ids[-row.answer :]) == "oui</s>"
    tokenizer.chat_template = TEMPLATE.replace("{{ m.content }}</s>", "{{ m.content }}<turn>")
    row = RowEncoder(tokenizer, [turn, tokenizer.eos_token_id]).row(0, ASKED, "oui")
    assert tokenizer.decode(row.input_ids[-row.answer :]) == "oui<turn>"


def test_an_answer_follows_the_prompt_as_the_model_is_asked_it(tokenizer: Any) -> None:
    """The tokeniser joins the space at the prompt's end to the answer: right where answers are scored, not where
    the model writes one after the space.
    """
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %} : "
    encoder = RowEncoder(tokenizer, [tokenizer.eos_token_id])
    scored = encoder.row(0, ASKED, "oui", scored=True)
    written = encoder.row(0, ASKED, "oui")
    assert tokenizer.decode(scored.input_ids) == tokenizer.decode(written.input_ids) == "Quel âge ? : oui</s>"
    assert tokenizer.decode(scored.input_ids[-scored.answer :]) == " oui</s>"
    asked = encoder.encoder.context(render(tokenizer, ASKED))
    assert written.input_ids[: -written.answer] == asked
    assert tokenizer.decode(written.input_ids[-written.answer :]) == "oui</s>"


def test_a_template_that_takes_no_answers_ends_them_as_texts_end(tokenizer: Any) -> None:
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m.content if m.role == 'user' else raise_exception('no') }}{% endfor %}"
    )
    row = RowEncoder(tokenizer, [tokenizer.eos_token_id]).row(0, ASKED, "oui")
    assert tokenizer.decode(row.input_ids[-row.answer :]) == "oui</s>"


def test_without_an_end_token_there_is_nothing_to_learn_to_stop_by(tokenizer: Any) -> None:
    with pytest.raises(ModelError, match="no end-of-text token"):
        RowEncoder(tokenizer, [])


def test_only_answers_are_targets() -> None:
    batch = collate([AnswerRow(0, [5, 6, 7, 8], 2), AnswerRow(1, [5, 9], 1)], padding=0)
    assert batch["input_ids"].tolist() == [[5, 6, 7], [5, 0, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["positions"].tolist() == [0, 1, 2]
    assert batch["targets"].tolist() == [[IGNORED, 7, 8], [9, IGNORED, IGNORED]]


def test_the_loss_is_that_of_transformers_over_the_answers(tokenizer: Any, tiny_llm: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_llm).eval()
    encoder = RowEncoder(tokenizer, [tokenizer.eos_token_id])
    rows = [
        encoder.row(0, ASKED, "oui"),
        encoder.row(1, (Message("user", "Une question bien plus longue ?"),), "A"),
    ]
    loss, logits_NV = answer_loss(model, collate(rows, padding=0))
    loss = loss.detach()
    width = max(row.length for row in rows)
    ids_BT = torch.zeros((2, width), dtype=torch.long)
    mask_BT, labels_BT = torch.zeros_like(ids_BT), torch.full_like(ids_BT, IGNORED)
    for index, row in enumerate(rows):
        ids_BT[index, : row.length] = torch.tensor(row.input_ids)
        mask_BT[index, : row.length] = 1
        labels_BT[index, row.length - row.answer : row.length] = torch.tensor(row.input_ids[-row.answer :])
    expected = model(input_ids=ids_BT, attention_mask=mask_BT, labels=labels_BT).loss.detach()
    assert float(loss) == pytest.approx(float(expected), abs=1e-6)
    assert len(logits_NV) == sum(row.answer for row in rows)
