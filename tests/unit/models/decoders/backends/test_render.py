"""Conversations as the text that a local model reads."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoTokenizer

from tabib.models.decoders.backends.render import render
from tabib.models.decoders.base import Message


def test_a_template_that_tells_the_date_tells_the_same_one_every_day(tiny_llm: Path) -> None:
    """Llama 3.2 and others write it into each prompt: a training that goes on the next day has the same rows."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_llm)
    tokenizer.chat_template = (
        "{% if strftime_now is defined %}{% set day = strftime_now('%d %b %Y, %H:%M:%S') %}{% endif %}"
        "{{ day }} / {{ strftime_now('%Y-%m-%d') }}: {{ messages[0].content }}"
    )
    text = render(tokenizer, [Message("user", "toux")]).text
    assert text == "26 Jul 2024, 00:00:00 / 2024-07-26: toux"
